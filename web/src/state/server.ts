import { computed, signal } from "@preact/signals";
import { api } from "../api/client";
import type { Job, Library, State } from "../api/types";
import { tell, tellFailure } from "./notices";

const KEY = "libraries";

export type Connection = "connecting" | "online" | "lost";

export const connection = signal<Connection>("connecting");
export const server = signal<State | null>(null);
/** Jobs heard of, by id. */
export const jobs = signal<Record<string, Job>>({});
/** Ids of the libraries to search. */
export const chosen = signal<string[]>(storedChoice());

export const libraries = computed<Library[]>(() => server.value?.libraries ?? []);
/** Those that can be searched: what is there already of one that is being built can be as well. */
export const searchable = computed(() => libraries.value.filter((library) => library.patches > 0));
export const chosenLibraries = computed(() => searchable.value.filter((library) => chosen.value.includes(library.id)));
export const wordsAvailable = computed(() => searchable.value.some((library) => library.texts));

const SCAN_PAUSE = 700; // ms

function storedChoice(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function choose(library: string, on: boolean): void {
  const others = chosen.value.filter((id) => id !== library);
  chosen.value = on ? [...others, library] : others;
  localStorage.setItem(KEY, JSON.stringify(chosen.value));
}

/** Asks what is there; again in a moment while the synths are still being looked for. */
export async function refreshServer(): Promise<void> {
  try {
    const state = await api.state();
    server.value = state;
    if (chosenLibraries.value.length === 0 && searchable.value[0]) choose(searchable.value[0].id, true);
    if (state.scanning) setTimeout(() => void refreshServer(), SCAN_PAUSE);
  } catch (problem) {
    tellFailure(problem);
  }
}

export async function buildLibrary(synth: string, space: string | undefined, count: number): Promise<void> {
  try {
    const made = await api.buildLibrary({ synth, count, ...(space === undefined ? {} : { space }) });
    hearJob(await api.job(made.job));
    await refreshServer();
  } catch (problem) {
    tellFailure(problem);
  }
}

export async function removeLibrary(id: string): Promise<void> {
  try {
    await api.deleteLibrary(id);
    choose(id, false);
    await refreshServer();
  } catch (problem) {
    tellFailure(problem);
  }
}

export async function stopJob(id: string): Promise<void> {
  try {
    await api.stopJob(id);
  } catch (problem) {
    tellFailure(problem);
  }
}

const over = (job: Job) => job.state === "done" || job.state === "failed" || job.state === "stopped";
export const running = computed(() => Object.values(jobs.value).filter((job) => !over(job)));

export function hearJob(job: Job): void {
  const before = jobs.value[job.id];
  jobs.value = { ...jobs.value, [job.id]: job };
  if (!over(job) || !before || over(before)) return;
  if (job.state === "done") tell("done", `${job.name} is built.`);
  if (job.state === "failed") tell("error", job.error ?? `${job.name} could not be built.`);
  void refreshServer();
}
