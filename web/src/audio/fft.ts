/** In-place radix-2 FFT (Cooley and Tukey 1965) of a fixed power of two, real input. */
export class Fft {
  private readonly cos: Float32Array;
  private readonly sin: Float32Array;
  private readonly order: Uint32Array;
  private readonly real: Float32Array;
  private readonly imaginary: Float32Array;

  constructor(readonly size: number) {
    const half = size / 2;
    this.cos = Float32Array.from({ length: half }, (_, i) => Math.cos((-2 * Math.PI * i) / size));
    this.sin = Float32Array.from({ length: half }, (_, i) => Math.sin((-2 * Math.PI * i) / size));
    const bits = Math.log2(size);
    this.order = Uint32Array.from({ length: size }, (_, i) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; ++bit) if (i & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
      return reversed;
    });
    this.real = new Float32Array(size);
    this.imaginary = new Float32Array(size);
  }

  /** Power of bins 0 to size/2 - 1 of `frame` (size values) into `power`. */
  power(frame: Float32Array, power: Float32Array): void {
    const { size, real, imaginary, cos, sin } = this;
    for (let i = 0; i < size; ++i) real[i] = frame[this.order[i]!]!;
    imaginary.fill(0);
    for (let span = 1; span < size; span *= 2) {
      const step = size / (2 * span);
      for (let start = 0; start < size; start += 2 * span) {
        for (let i = 0; i < span; ++i) {
          const a = start + i;
          const b = a + span;
          const c = cos[i * step]!;
          const s = sin[i * step]!;
          const re = real[b]! * c - imaginary[b]! * s;
          const im = real[b]! * s + imaginary[b]! * c;
          real[b] = real[a]! - re;
          imaginary[b] = imaginary[a]! - im;
          real[a] = real[a]! + re;
          imaginary[a] = imaginary[a]! + im;
        }
      }
    }
    for (let bin = 0; bin < size / 2; ++bin) power[bin] = real[bin]! ** 2 + imaginary[bin]! ** 2;
  }
}
