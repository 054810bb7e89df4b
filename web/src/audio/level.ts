/** Level and peak of a sound; `rms` over its louder part, so that a longer silence after it does not count. */
export interface Level {
  rms: number;
  peak: number;
}

const BLOCK = 1024;

/**
 * The RMS of those blocks of 1024 samples that lie within 30 dB of the loudest.
 * Silence has rms 0 and peak 0.
 */
export function levelOf(channels: Float32Array[]): Level {
  const powers: number[] = [];
  let peak = 0;
  const length = channels[0]?.length ?? 0;
  for (let start = 0; start < length; start += BLOCK) {
    let sum = 0;
    const end = Math.min(start + BLOCK, length);
    for (const channel of channels) {
      for (let i = start; i < end; ++i) {
        const value = channel[i]!;
        sum += value * value;
        peak = Math.max(peak, Math.abs(value));
      }
    }
    powers.push(sum / ((end - start) * channels.length));
  }
  const gate = Math.max(0, ...powers) / 1000;
  const loud = powers.filter((power) => power > 0 && power >= gate);
  const mean = loud.length ? loud.reduce((a, b) => a + b, 0) / loud.length : 0;
  return { rms: Math.sqrt(mean), peak };
}

export const decibels = (ratio: number): number => 20 * Math.log10(ratio);
export const factor = (db: number): number => 10 ** (db / 20);

const WANTED_RMS = factor(-18);
const HEADROOM = factor(-1);

/**
 * Factors that play two sounds at one loudness: the first brought to -18 dB, the second by `gainDb` to the first, and
 * both down together where one would clip.
 */
export function matchedGains(first: Level, second: Level, gainDb: number): [number, number] {
  const one = first.rms > 0 ? WANTED_RMS / first.rms : 1;
  const two = one * factor(gainDb);
  const over = Math.max(1, (first.peak * one) / HEADROOM, (second.peak * two) / HEADROOM);
  return [one / over, two / over];
}

/** What brings the second to the first's level, in dB; 0 where one of them is silent. */
export function gainBetween(first: Level, second: Level): number {
  return first.rms > 0 && second.rms > 0 ? decibels(first.rms / second.rms) : 0;
}
