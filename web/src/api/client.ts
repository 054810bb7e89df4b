import type {
  Analysis,
  Build,
  BuildStarted,
  Changes,
  Error as Refusal,
  Installed,
  Job,
  Map,
  Match,
  MatchList,
  MatchRequest,
  MatchStarted,
  Parameters,
  Play,
  Sound,
  State,
} from "./types";

const ROOT = "/api/v1";

/** What the server, or the way to it, said no with; `message` is one line for a person. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function failureOf(answer: Response): Promise<ApiError> {
  try {
    const { error } = (await answer.json()) as Refusal;
    return new ApiError(error.message, error.code, answer.status);
  } catch {
    return new ApiError(`The server answered ${answer.status} ${answer.statusText}.`, "failed", answer.status);
  }
}

async function request(url: string, options: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, options);
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") throw problem;
    throw new ApiError("Patch Pilot does not answer. Is it still running?", "gone", 0);
  }
  if (!answer.ok) throw await failureOf(answer);
  return answer;
}

async function json<T>(url: string, options?: RequestInit): Promise<T> {
  return (await (await request(url, options)).json()) as T;
}

/** A POST of JSON. */
function posted(body: unknown, signal?: AbortSignal): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  };
}

function query(values: Record<string, number | undefined>): string {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return known.length ? `?${known.map(([name, value]) => `${name}=${value}`).join("&")}` : "";
}

export interface Rendered {
  bytes: ArrayBuffer;
  distance: number | null; // where it was rendered as the target is
}

async function rendered(url: string, body: Play, signal?: AbortSignal): Promise<Rendered> {
  const answer = await request(url, posted(body, signal));
  const distance = answer.headers.get("X-Distance");
  return { bytes: await answer.arrayBuffer(), distance: distance === null ? null : Number(distance) };
}

export const api = {
  events: `${ROOT}/events`,
  soundAudio: (id: string) => `${ROOT}/sounds/${id}/audio`,
  matchTarget: (id: string) => `${ROOT}/matches/${id}/target`,

  state: () => json<State>(`${ROOT}/state`),
  upload: (file: Blob, name: string) =>
    json<Sound>(`${ROOT}/sounds?name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    }),
  useExample: (example: string) => json<Sound>(`${ROOT}/sounds`, posted({ example })),
  sound: (id: string) => json<Sound>(`${ROOT}/sounds/${id}`),
  deleteSound: (id: string) => request(`${ROOT}/sounds/${id}`, { method: "DELETE" }),
  analysis: (
    id: string,
    known: { start?: number | undefined; duration?: number | undefined; note?: number | undefined; length?: number | undefined },
    signal?: AbortSignal,
  ) => json<Analysis>(`${ROOT}/sounds/${id}/analysis${query(known)}`, signal ? { signal } : {}),
  bytes: async (url: string, signal?: AbortSignal) =>
    (await request(url, signal ? { signal } : {})).arrayBuffer(),

  matches: async () => (await json<MatchList>(`${ROOT}/matches`)).matches,
  match: (id: string) => json<Match>(`${ROOT}/matches/${id}`),
  startMatch: (wanted: MatchRequest) => json<MatchStarted>(`${ROOT}/matches`, posted(wanted)),
  stopMatch: (id: string) => request(`${ROOT}/matches/${id}/stop`, posted({})),
  deleteMatch: (id: string) => request(`${ROOT}/matches/${id}`, { method: "DELETE" }),

  parameters: async (url: string, changes: Changes, signal?: AbortSignal) => {
    const turned = Object.keys(changes).length > 0;
    const options = turned ? posted({ changes }, signal) : signal ? { signal } : {};
    return (await json<Parameters>(url, options)).sections;
  },
  render: rendered,
  install: (url: string, changes: Changes) => json<Installed>(url, posted({ changes })),
  preset: async (url: string, changes: Changes) => (await request(url, posted({ changes }))).blob(),

  buildLibrary: (wanted: Build) => json<BuildStarted>(`${ROOT}/libraries`, posted(wanted)),
  deleteLibrary: (id: string) => request(`${ROOT}/libraries/${id}`, { method: "DELETE" }),
  job: (id: string) => json<Job>(`${ROOT}/jobs/${id}`),
  stopJob: (id: string) => request(`${ROOT}/jobs/${id}/stop`, posted({})),
  map: async (library: string) => (await json<Map>(`${ROOT}/libraries/${library}/map`)).points,
  openSynth: (library: string) => request(`${ROOT}/libraries/${library}/open`, posted({})),
  patchRender: (library: string, patch: number) => `${ROOT}/libraries/${library}/patches/${patch}/render`,
};
