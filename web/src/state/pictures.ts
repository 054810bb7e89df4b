import { computed, effect, signal } from "@preact/signals";
import { spectrogramAside } from "../audio/spectrogram_aside";
import { difference, shades, type Spectrogram } from "../audio/spectrogram";
import { heardBuffer, heardGain, targetBuffer } from "./match";

export const COLUMNS = 480;

const REST = 60; // ms

/** What is heard, once it has been for a moment: who clicks through the candidates need not wait for pictures. */
const drawnBuffer = signal<AudioBuffer | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const heard = heardBuffer.value;
  clearTimeout(timer);
  timer = setTimeout(() => (drawnBuffer.value = heard), REST);
});

// Both pictures have one time axis: the target's.
const seconds = computed(() => targetBuffer.value?.duration ?? drawnBuffer.value?.duration ?? 0);

/** The newest picture of a sound; the one before stands until it is drawn. */
function pictureOf(buffer: () => AudioBuffer | null) {
  const picture = signal<Spectrogram | null>(null);
  let asked = 0;
  effect(() => {
    const of = buffer();
    const turn = ++asked;
    if (!of) {
      picture.value = null;
      return;
    }
    void spectrogramAside(of, seconds.value, COLUMNS).then((drawn) => {
      if (turn === asked) picture.value = drawn;
    });
  });
  return picture;
}

const targetPicture = pictureOf(() => targetBuffer.value);
const heardPicture = pictureOf(() => drawnBuffer.value);

export const targetShades = computed(() => targetPicture.value && shades(targetPicture.value));
export const heardShades = computed(
  () =>
    heardPicture.value &&
    (targetPicture.value
      ? shades(heardPicture.value, heardGain.value, targetPicture.value.loudest)
      : shades(heardPicture.value)),
);
/** 0.5 is alike; above it the candidate is louder. */
export const differenceShades = computed(
  () =>
    targetPicture.value &&
    heardPicture.value &&
    difference(targetPicture.value, heardPicture.value, heardGain.value).map((value) => 0.5 + value / 2),
);
