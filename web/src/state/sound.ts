import { computed, signal } from "@preact/signals";
import { api, ApiError } from "../api/client";
import { wavOf } from "../audio/wav";
import type { Analysis, Sound } from "../api/types";
import { engine } from "./player";
import { latest } from "./latest";
import { tell, tellFailure } from "./notices";
import { server } from "./server";

export interface Part {
  start: number; // s
  duration: number; // s
}

/** What is looked for: a sound, or words that describe one. */
export const mode = signal<"sound" | "words">("sound");
export const words = signal("");

export const sound = signal<Sound | null>(null);
export const soundBuffer = signal<AudioBuffer | null>(null);
/** What the server says of the part; null while it is not known. */
export const analysis = signal<Analysis | null>(null);
/** The part that will be matched, as somebody marked it; null: as found. */
export const marked = signal<Part | null>(null);
export const noteChosen = signal<number | null>(null);
export const lengthChosen = signal<number | null>(null);
/** In beats per minute; null: each library's own. */
export const tempoChosen = signal<number | null>(null);
/** What the page waits for, in words; null for nothing. */
export const busy = signal<string | null>(null);

export const part = computed<Part | null>(() => {
  if (marked.value) return marked.value;
  return analysis.value && { start: analysis.value.start, duration: analysis.value.duration };
});
export const note = computed(() => noteChosen.value ?? analysis.value?.note ?? null);
export const noteLength = computed(() => lengthChosen.value ?? analysis.value?.length ?? null);

const analyse = latest(150, async (stop: AbortSignal) => {
  if (!sound.value) return;
  try {
    analysis.value = await api.analysis(
      sound.value.id,
      {
        start: marked.value?.start,
        duration: marked.value?.duration,
        note: noteChosen.value ?? undefined,
        length: lengthChosen.value ?? undefined,
      },
      stop,
    );
  } catch (problem) {
    tellFailure(problem);
  }
});

/** Shows a sound that the server has taken. */
export async function takeSound(taken: Sound): Promise<void> {
  mode.value = "sound";
  sound.value = taken;
  soundBuffer.value = null;
  analysis.value = null;
  marked.value = null;
  noteChosen.value = null;
  lengthChosen.value = null;
  tempoChosen.value = null;
  analyse();
  try {
    const url = api.soundAudio(taken.id);
    const buffer = await engine.decode(url, () => api.bytes(url));
    if (sound.value === taken) soundBuffer.value = buffer;
  } catch (problem) {
    tellFailure(problem);
  }
}

async function take(what: string, upload: () => Promise<Sound>): Promise<void> {
  busy.value = what;
  try {
    await takeSound(await upload());
  } catch (problem) {
    tellFailure(problem);
  } finally {
    busy.value = null;
  }
}

const MEGABYTE = 1024 * 1024;

export async function openFile(file: Blob, name: string): Promise<void> {
  const limit = server.value?.limits.bytes;
  // Said here, before so many bytes are sent for nothing.
  if (limit !== undefined && file.size > limit) {
    tell("error", `${name} is too large: ${Math.ceil(file.size / MEGABYTE)} MB, and at most ${Math.floor(limit / MEGABYTE)} MB are taken. Cut out the note that you want.`);
    return;
  }
  await take(`Reading ${name}`, () => upload(file, name));
}

/** Takes what only the browser can decode (a phone's .m4a) as well. */
async function upload(file: Blob, name: string): Promise<Sound> {
  try {
    return await api.upload(file, name);
  } catch (problem) {
    if (!(problem instanceof ApiError) || problem.code !== "bad-input") throw problem;
    const buffer = await new OfflineAudioContext(2, 1, 44100).decodeAudioData(await file.arrayBuffer()).catch(() => {
      throw problem;
    });
    return api.upload(wavOf(buffer), `${name.replace(/\.[^.]*$/, "")}.wav`);
  }
}

export const openExample = (id: string, name: string) => take(`Opening ${name}`, () => api.useExample(id));

export function closeSound(): void {
  analyse.cancel();
  sound.value = null;
  soundBuffer.value = null;
  analysis.value = null;
}

export function forgetSound(id: string): void {
  if (sound.value?.id === id) closeSound();
}

export async function removeSound(id: string): Promise<void> {
  try {
    await api.deleteSound(id);
    forgetSound(id);
  } catch (problem) {
    tellFailure(problem);
  }
}

export function mark(next: Part): void {
  marked.value = next;
  analyse();
}

export function chooseNote(next: number | null): void {
  noteChosen.value = next;
  analyse();
}

export function chooseLength(next: number | null): void {
  lengthChosen.value = next;
  analyse();
}
