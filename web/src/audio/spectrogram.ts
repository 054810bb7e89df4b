import { Fft } from "./fft";

/** Levels in dB over time and pitch: `levels[row * columns + column]`, row 0 the lowest band. */
export interface Spectrogram {
  columns: number;
  rows: number;
  seconds: number;
  levels: Float32Array;
  loudest: number; // dB
}

export const ROWS = 160;
export const LOWEST = 32; // Hz
export const HIGHEST = 16000; // Hz
const WINDOW = 2048;
const SILENCE = -140; // dB

const fft = new Fft(WINDOW);
const hann = Float32Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));

export function mixed(channels: Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0]!;
  const mix = new Float32Array(channels[0]?.length ?? 0);
  for (const channel of channels) for (let i = 0; i < mix.length; ++i) mix[i]! += channel[i]! / channels.length;
  return mix;
}

/** The band's edges as FFT bins (fractions), `rows` + 1 of them, spaced as pitch is. */
function bandEdges(rate: number): Float32Array {
  const ratio = Math.log(HIGHEST / LOWEST);
  return Float32Array.from({ length: ROWS + 1 }, (_, row) => (LOWEST * Math.exp((ratio * row) / ROWS) * WINDOW) / rate);
}

/**
 * A Hann-windowed STFT on a pitch axis: the loudest bin of each band, and between bins where a band is narrower than one.
 * @param seconds  drawn; silence follows where the sound is shorter
 */
export function spectrogram(samples: Float32Array, rate: number, seconds: number, columns: number): Spectrogram {
  const levels = new Float32Array(columns * ROWS);
  const frame = new Float32Array(WINDOW);
  const power = new Float32Array(WINDOW / 2);
  const edges = bandEdges(rate);
  const fullScale = (WINDOW / 4) ** 2; // power of a sine of amplitude 1 through a Hann window
  let loudest = SILENCE;
  for (let column = 0; column < columns; ++column) {
    const first = Math.round(((column + 0.5) / columns) * seconds * rate) - WINDOW / 2;
    for (let i = 0; i < WINDOW; ++i) frame[i] = (samples[first + i] ?? 0) * hann[i]!;
    fft.power(frame, power);
    for (let row = 0; row < ROWS; ++row) {
      const level = 10 * Math.log10(bandPower(power, edges[row]!, edges[row + 1]!) / fullScale + 1e-14);
      levels[row * columns + column] = level;
      loudest = Math.max(loudest, level);
    }
  }
  return { columns, rows: ROWS, seconds, levels, loudest };
}

function bandPower(power: Float32Array, low: number, high: number): number {
  const centre = (low + high) / 2;
  const below = Math.floor(centre);
  if (below + 1 >= power.length) return 0;
  let most = power[below]! + (power[below + 1]! - power[below]!) * (centre - below);
  for (let bin = Math.ceil(low); bin < high && bin < power.length; ++bin) most = Math.max(most, power[bin]!);
  return most;
}

const RANGE = 70; // dB shown below the loudest

/** 0 to 1 for each cell of a spectrogram, 1 the loudest. */
export function shades(of: Spectrogram, gainDb = 0, loudest = of.loudest): Float32Array {
  return of.levels.map((level) => Math.min(1, Math.max(0, (level + gainDb - loudest) / RANGE + 1)));
}

const DIFFERENCE_RANGE = 30; // dB

/** -1 (only the first sounds) to 1 (only the second): how much louder the second is, both counted within what is shown. */
export function difference(first: Spectrogram, second: Spectrogram, secondGainDb: number): Float32Array {
  const floor = first.loudest - RANGE;
  return first.levels.map((level, i) => {
    const more = Math.max(floor, second.levels[i]! + secondGainDb) - Math.max(floor, level);
    return Math.min(1, Math.max(-1, more / DIFFERENCE_RANGE));
  });
}
