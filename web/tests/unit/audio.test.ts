import { describe, expect, it } from "vitest";
import { Fft } from "../../src/audio/fft";
import { gainBetween, levelOf, matchedGains } from "../../src/audio/level";
import { isBlack, noteName, semitoneOf, spokenNote } from "../../src/audio/notes";
import { difference, HIGHEST, LOWEST, ROWS, shades, spectrogram } from "../../src/audio/spectrogram";

const RATE = 44100;

function sine(hz: number, seconds: number, amplitude = 1): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE));
}

/** The row in which a frequency lies. */
const rowOf = (hz: number) => Math.floor((ROWS * Math.log(hz / LOWEST)) / Math.log(HIGHEST / LOWEST));

describe("Fft", () => {
  it("equals the sum that defines it", () => {
    const size = 32;
    const frame = Float32Array.from({ length: size }, (_, i) => Math.sin(i * i) + 0.3);
    const power = new Float32Array(size / 2);
    new Fft(size).power(frame, power);
    for (let bin = 0; bin < size / 2; ++bin) {
      let re = 0;
      let im = 0;
      frame.forEach((value, i) => {
        re += value * Math.cos((2 * Math.PI * bin * i) / size);
        im -= value * Math.sin((2 * Math.PI * bin * i) / size);
      });
      expect(power[bin]).toBeCloseTo(re * re + im * im, 2);
    }
  });
});

describe("spectrogram", () => {
  it("has a sine of full scale at 0 dB in its own row", () => {
    const shown = spectrogram(sine((46 * RATE) / 2048, 1), RATE, 1, 10); // the middle of a bin
    const column = (row: number) => shown.levels[row * shown.columns + 5]!;
    expect(shown.loudest).toBeCloseTo(0, 0);
    expect(column(rowOf(990))).toBeGreaterThan(-1);
    expect(column(rowOf(4000))).toBeLessThan(-80);
  });

  it("is silent after the sound's end", () => {
    const shown = spectrogram(sine(1000, 1), RATE, 2, 20);
    expect(shown.levels[rowOf(1000) * 20 + 15]).toBeLessThan(-120);
  });

  it("shades run from 0 to 1 and follow the gain", () => {
    const shown = spectrogram(sine(500, 1), RATE, 1, 10);
    expect(Math.max(...shades(shown))).toBe(1);
    expect(Math.max(...shades(shown, -35))).toBeCloseTo(0.5, 2);
  });

  it("a difference is none between a sound and itself, brought to one level, and signed otherwise", () => {
    const loud = spectrogram(sine(500, 1), RATE, 1, 10);
    const soft = spectrogram(sine(500, 1, 0.5), RATE, 1, 10);
    expect(Math.max(...difference(loud, soft, 20 * Math.log10(2)).map(Math.abs))).toBeLessThan(0.01);
    const other = difference(loud, spectrogram(sine(2000, 1), RATE, 1, 10), 0);
    expect(other[rowOf(500) * 10 + 5]).toBe(-1);
    expect(other[rowOf(2000) * 10 + 5]).toBe(1);
  });
});

describe("level", () => {
  it("does not count silence after the sound", () => {
    const short = sine(440, 1, 0.5);
    const padded = new Float32Array(4 * RATE);
    padded.set(short);
    expect(Math.abs(gainBetween(levelOf([short]), levelOf([padded])))).toBeLessThan(0.2); // a quarter of it would be 6 dB
  });

  it("plays two sounds at one loudness, and clips neither", () => {
    const first = levelOf([sine(440, 1, 0.1)]);
    const second = levelOf([sine(440, 1, 0.9)]);
    const [one, two] = matchedGains(first, second, gainBetween(first, second));
    expect(first.rms * one).toBeCloseTo(second.rms * two, 4);
    const impulse = { rms: 0.001, peak: 1 };
    for (const gain of matchedGains(impulse, impulse, 6)) expect(gain * impulse.peak).toBeLessThan(1);
  });

  it("of silence asks for no gain", () => {
    const silence = levelOf([new Float32Array(2048)]);
    expect(gainBetween(silence, levelOf([sine(440, 1)]))).toBe(0);
    expect(matchedGains(silence, silence, 0)).toEqual([1, 1]);
  });
});

describe("notes", () => {
  it("have names, and colours", () => {
    expect(noteName(60)).toBe("C4");
    expect(noteName(0)).toBe("C-1");
    expect(spokenNote(61)).toBe("C sharp 4");
    expect([60, 61, 64, 65, 70].map(isBlack)).toEqual([false, true, false, false, true]);
  });

  it("lie on the computer's keyboard", () => {
    expect(semitoneOf("KeyZ")).toBe(0);
    expect(semitoneOf("KeyS")).toBe(1);
    expect(semitoneOf("KeyQ")).toBeUndefined();
  });
});
