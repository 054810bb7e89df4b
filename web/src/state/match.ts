import { computed, effect, signal } from "@preact/signals";
import { api } from "../api/client";
import type { Candidate, Changes, CurvePoint, Match, MatchRequest, MatchSummary, ParameterSection } from "../api/types";
import { gainBetween } from "../audio/level";
import { latest } from "./latest";
import { tell, tellFailure } from "./notices";
import { engine } from "./player";
import { chosenLibraries } from "./server";
import { closeSound, lengthChosen, marked, mode, noteChosen, sound, takeSound, tempoChosen, words } from "./sound";

export const match = signal<Match | null>(null);
export const matches = signal<MatchSummary[]>([]);
export const rank = signal(1);

// One object each: what shows every knob is not drawn anew because nothing is turned or locked again.
const NOTHING_TURNED: Changes = {};
const NOTHING_LOCKED: string[] = [];

/** What was turned by hand in the selected candidate, and what it sounds like then. */
export const changes = signal<Changes>(NOTHING_TURNED);
export const locked = signal<string[]>(NOTHING_LOCKED);
export const sections = signal<ParameterSection[] | null>(null);
export const shaped = signal<{ buffer: AudioBuffer; distance: number | null } | null>(null);
/** The candidate as it was when it was first turned, as refining goes on below. */
const held = signal<Candidate | null>(null);

const NONE_FOUND: Candidate[] = [];
// Both are told anew with each progress, and are new objects only where something in them is (`hearMatch`).
export const candidates = computed(() => match.value?.candidates ?? NONE_FOUND);
const NO_CURVE: CurvePoint[] = [];
export const curve = computed(() => match.value?.curve ?? NO_CURVE);
export const selected = computed<Candidate | null>(
  () => held.value ?? candidates.value.find((candidate) => candidate.rank === rank.value) ?? null,
);
/** Whether it was words that were searched for: there is no target then, and no distance. */
export const inWords = computed(() => match.value?.request.text !== undefined);
export const turned = computed(() => Object.keys(changes.value).length > 0);

/** What proposes patches, and what refining makes small; empty for the server's own choice. */
export const proposers = signal<string[]>([]);
export const objective = signal("");

const AFTER_END = new Set(["done", "stopped", "failed"]);
export const over = (state: Match["state"]) => AFTER_END.has(state);
export const searching = computed(() => match.value !== null && !over(match.value.state));

export const targetBuffer = signal<AudioBuffer | null>(null);
/** The selected candidate's own sound, as it was found. */
export const foundBuffer = signal<AudioBuffer | null>(null);
export const heardBuffer = computed(() => shaped.value?.buffer ?? foundBuffer.value);

/** Brings what is heard of the candidate to the target's level, in dB. */
export const heardGain = computed(() => {
  const found = foundBuffer.value;
  const target = targetBuffer.value;
  if (!selected.value || !found) return 0;
  const own = selected.value.gain_db ?? (target ? gainBetween(engine.levelOf(target), engine.levelOf(found)) : 0);
  return shaped.value ? own + gainBetween(engine.levelOf(found), engine.levelOf(shaped.value.buffer)) : own;
});

const decodeUrl = (url: string) => engine.decode(url, () => api.bytes(url));

/** Everything that can be clicked is decoded before it is, so that it sounds at once. */
const decodeAll = (list: Candidate[]) => Promise.allSettled(list.map((candidate) => decodeUrl(candidate.audio)));
effect(() => void decodeAll(candidates.value));

// A synth takes a second or two to open: it is opened while the sound is looked at, and plays when the first candidates are there.
const OPENED = 2; // the server keeps three
const likely = computed(() =>
  sound.value || mode.value === "words" ? chosenLibraries.value.slice(0, OPENED).map((library) => library.id).join(" ") : "",
);
effect(() => {
  // What is wrong with one is said when it is searched.
  for (const id of likely.value.split(" ").filter(Boolean)) api.openSynth(id).catch(() => undefined);
});

// The target is told before its sound is written; with the first candidates it is there.
const targetUrl = computed(() =>
  match.value && match.value.generation > 0 && !match.value.request.text ? api.matchTarget(match.value.id) : null,
);
effect(() => follow(targetUrl.value, targetBuffer));
const audioUrl = computed(() => selected.value?.audio ?? null);
effect(() => follow(audioUrl.value, foundBuffer));
effect(() => engine.setPair(targetBuffer.value, heardBuffer.value, heardGain.value));

function follow(url: string | null, into: typeof targetBuffer): void {
  if (!url) {
    into.value = null;
    return;
  }
  // What is no longer wanted may come too late, or be gone: refining keeps only the last few.
  const wanted = () => url === (into === targetBuffer ? targetUrl : audioUrl).peek();
  decodeUrl(url).then(
    (buffer) => {
      if (wanted()) into.value = buffer;
    },
    (problem: unknown) => {
      if (wanted()) tellFailure(problem);
    },
  );
}

const parametersUrl = computed(() => selected.value?.parameters ?? null);
effect(() => {
  const url = parametersUrl.value;
  if (!url) {
    sections.value = null;
    return;
  }
  api.parameters(url, {}).then(
    (found) => {
      if (parametersUrl.peek() === url) sections.value = found;
    },
    (problem: unknown) => {
      if (parametersUrl.peek() === url) tellFailure(problem);
    },
  );
});

/** Takes what was turned back. */
export function resetShape(): void {
  render.cancel();
  const was = turned.value;
  changes.value = NOTHING_TURNED;
  shaped.value = null;
  held.value = null;
  if (was) void loadParameters();
}

async function loadParameters(): Promise<void> {
  const url = parametersUrl.value;
  if (!url) return;
  try {
    sections.value = await api.parameters(url, {});
  } catch (problem) {
    tellFailure(problem);
  }
}

export function select(next: number): void {
  if (next === rank.value && !turned.value) return;
  resetShape();
  locked.value = NOTHING_LOCKED;
  rank.value = next;
}

/** Selects a candidate and plays it from its start. */
export async function playCandidate(next: number): Promise<void> {
  if (next !== rank.value) select(next);
  const candidate = selected.value;
  if (!candidate) return;
  // At once where that can be: whatever is drawn anew for it is drawn while it sounds.
  const ready = engine.decoded(candidate.audio);
  if (ready) {
    foundBuffer.value = ready;
    engine.play("candidate");
    return;
  }
  try {
    const buffer = await decodeUrl(candidate.audio);
    // While it is refined, each word of the server makes the candidate a new object: its place is what was clicked.
    if (rank.value !== next) return;
    foundBuffer.value = buffer;
    engine.play("candidate");
  } catch (problem) {
    tellFailure(problem);
  }
}

const render = latest(60, async (stop: AbortSignal) => {
  const candidate = selected.value;
  if (!candidate) return;
  try {
    const [told, sounding] = await Promise.all([
      api.parameters(candidate.parameters, changes.value, stop),
      api.render(candidate.render, { changes: changes.value }, stop),
    ]);
    const buffer = await new OfflineAudioContext(2, 1, 44100).decodeAudioData(sounding.bytes);
    if (stop.aborted) return;
    sections.value = told;
    shaped.value = { buffer, distance: sounding.distance };
    if (!engine.playing) engine.play("candidate");
  } catch (problem) {
    tellFailure(problem);
  }
});

/** Turns a parameter of the selected candidate; it is rendered again and heard at once. */
export function turn(key: string, value: number): void {
  held.value = selected.value;
  changes.value = { ...changes.value, [key]: value };
  render();
}

export function lock(key: string, on: boolean): void {
  const others = locked.value.filter((other) => other !== key);
  locked.value = on ? [...others, key] : others;
}

/** Plays the selected candidate at another note, rendered by the synth. */
export async function playNote(note: number): Promise<void> {
  const candidate = selected.value;
  if (!candidate) return;
  const turns = changes.value;
  const key = `${candidate.render}#${note}#${JSON.stringify(turns)}`;
  try {
    const bytes = async () => (await api.render(candidate.render, { note, changes: turns })).bytes;
    engine.playNote(await engine.decode(key, bytes));
  } catch (problem) {
    tellFailure(problem);
  }
}

function wanted(): MatchRequest | null {
  const libraries = chosenLibraries.value.map((library) => library.id);
  if (mode.value === "words") return { text: words.value.trim(), libraries };
  if (!sound.value) return null;
  return {
    sound: sound.value.id,
    libraries,
    // The page refines whatever was found.
    ...(proposers.value.length ? { method: proposers.value.map((name) => `${name}+refine`) } : {}),
    ...(objective.value ? { objective: objective.value } : {}),
    ...(marked.value ?? {}),
    ...(noteChosen.value === null ? {} : { note: noteChosen.value }),
    ...(lengthChosen.value === null ? {} : { length: lengthChosen.value }),
    ...(tempoChosen.value === null ? {} : { bpm: tempoChosen.value }),
  };
}

export const canMatch = computed(
  () =>
    chosenLibraries.value.length > 0 &&
    (mode.value === "words"
      ? words.value.trim().length > 0 && chosenLibraries.value.every((library) => library.texts)
      : sound.value !== null),
);

export async function startMatch(): Promise<void> {
  const request = wanted();
  if (request && canMatch.value) await start(request);
}

/** Searches on around the selected candidate; what is locked stays as it is. */
export async function moreLikeThis(): Promise<void> {
  const from = match.value;
  const candidate = selected.value;
  if (!from || !candidate) return;
  const generation = Number(new URL(candidate.audio, location.href).searchParams.get("g"));
  await start({
    ...from.request,
    near: { match: from.id, rank: candidate.rank, generation, locked: locked.value, changes: changes.value },
  });
}

async function start(request: MatchRequest): Promise<void> {
  try {
    engine.stop();
    const { id } = await api.startMatch(request);
    await openMatch(id);
    void refreshMatches();
  } catch (problem) {
    tellFailure(problem);
  }
}

/** Stops one match and no other: the one that is shown, or another of the list. */
export async function stopMatch(id = match.value?.id): Promise<void> {
  try {
    if (id !== undefined) await api.stopMatch(id);
  } catch (problem) {
    tellFailure(problem);
  }
}

/** Shows a match, and the sound that it was made for where the server still has it. */
export async function openMatch(id: string): Promise<void> {
  try {
    const found = await api.match(id);
    engine.stop();
    resetShape();
    locked.value = NOTHING_LOCKED;
    rank.value = 1;
    match.value = found;
    history.replaceState(null, "", `#/match/${id}`);
    const request = found.request;
    if (request.text) {
      mode.value = "words";
      words.value = request.text;
    } else if (request.sound && request.sound !== sound.value?.id) {
      const its = await api.sound(request.sound).catch(() => null); // removed since; what was found for it is still there
      if (!its) {
        closeSound();
        return;
      }
      await takeSound(its);
      marked.value = request.start !== undefined && request.duration !== undefined ? { start: request.start, duration: request.duration } : null;
      noteChosen.value = request.note ?? null;
      lengthChosen.value = request.length ?? null;
      tempoChosen.value = request.bpm ?? null;
    }
  } catch (problem) {
    tellFailure(problem);
  }
}

export function closeMatch(): void {
  engine.stop();
  resetShape();
  match.value = null;
  history.replaceState(null, "", "#/");
}

export async function refreshMatches(): Promise<void> {
  try {
    matches.value = await api.matches();
  } catch (problem) {
    tellFailure(problem);
  }
}

/** Shows no longer what has been removed. */
export function forgetMatch(id: string): void {
  if (match.value?.id === id) closeMatch();
  matches.value = matches.value.filter((one) => one.id !== id);
}

export async function removeMatch(id: string): Promise<void> {
  try {
    await api.deleteMatch(id);
    forgetMatch(id);
  } catch (problem) {
    tellFailure(problem);
  }
}

let heard = 0; // counts what a stream has told
let taken = 0; // the last of it that is shown

/** What a stream of events tells of a match. */
export async function hearMatch(told: Match): Promise<void> {
  const known = matches.value.find((one) => one.id === told.id);
  if (known && (known.state !== told.state || known.position !== told.position)) void refreshMatches();
  if (match.value?.id !== told.id) return;
  const turn = ++heard;
  // Those that make way for better ones can be heard until these can.
  if (match.value.candidates.length > 0 && told.generation > match.value.generation) await decodeAll(told.candidates);
  const shown = match.peek();
  // Events of one stream come in order; one that was on its way before the page asked anew may be older.
  if (shown?.id !== told.id || turn < taken || told.generation < shown.generation) return;
  taken = turn;
  match.value = {
    ...told,
    candidates: told.generation === shown.generation ? shown.candidates : told.candidates,
    curve: told.curve.length === shown.curve.length ? shown.curve : told.curve,
  };
}

export async function install(candidate: Candidate): Promise<void> {
  try {
    const { files } = await api.install(candidate.install, changes.value);
    tell("done", `Installed: ${files.map((file) => file.split("/").at(-1)).join(", ")}. Look for it in ${candidate.synth}'s own browser.`);
  } catch (problem) {
    tellFailure(problem);
  }
}
