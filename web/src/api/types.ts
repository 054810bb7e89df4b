// Written by "npm run types" from docs/openapi.json: change that, and run it again.
// Times are in seconds, levels in dB, parameter values normalized.

export interface Error {
  error: {
    message: string; // One line for a person, with the remedy
    code: "bad-input" | "not-found" | "busy" | "failed" | "refused";
  };
}

export interface State {
  version: string;
  libraries: Library[];
  synths: Synth[];
  scanning: boolean; // The synths are still being looked for
  examples: Example[];
  limits: Limits;
  models: Model[];
  data: string; // The folder in which past work is kept
  embedders: Embedder[]; // All that this program knows
  methods: Method[]; // What can propose patches
  objectives: string[]; // What candidates can be ranked by and refining can make small, the default first
  metrics: Metric[]; // What distances are measured in, in the order to show them in
}

export interface Library {
  id: string;
  name: string;
  synth?: string;
  format?: string;
  space?: string;
  patches: number;
  embedder?: string;
  texts?: boolean; // Whether words can be searched for in it
  notes?: number[];
  building: string | null; // The job that builds it now
  problem?: string; // Why it cannot be opened
  embedders?: string[]; // By which it can be searched; the first, unless a match names another
  own: boolean; // It was made here, and can be removed here
  bpm?: number; // Tempo that it was rendered at
}

export interface Synth {
  id: string;
  name: string;
  format: "VST3" | "LV2";
  maker: string;
  version: string;
  spaces: string[];
}

export interface Sound {
  id: string;
  name: string;
  seconds: number;
  rate: number; // Of the file, in Hz
  channels: number;
}

export interface NoteGuess {
  note: number; // MIDI note
  note_name: string;
  confidence: number;
}

export interface Analysis {
  start: number; // Of the note's onset in the sound, in seconds
  duration: number; // How much is matched, in seconds
  note: number; // MIDI note
  note_name: string;
  confidence: number;
  other_notes: NoteGuess[];
  length: number; // When the note is let go, in seconds from its onset
  warnings: string[];
}

export interface MatchRequest {
  sound?: string; // Id of a sound; this or text
  text?: string; // Words for the sound, where a library's embeddings know words
  libraries?: string[]; // Those to search; of near, they are the candidate's own
  start?: number;
  duration?: number;
  note?: number; // MIDI note
  length?: number;
  velocity?: number;
  top?: number;
  refine?: boolean; // By default true; if method is given, whether a method says so
  seconds?: number; // How long to refine; 30 where neither this nor renders is given
  renders?: number;
  seed?: number;
  near?: Near;
  embedder?: string; // By which the libraries are searched; each by its first if it is not given
  method?: string | string[]; // What proposes patches, one or several of those that /state lists, as in 'match --method': retrieval, random, retrieval+refine. Proposals of several are pooled. By default retrieval
  objective?: string; // The distance that candidates are ranked by and refining makes small: one of those that /state lists, or weights of metrics, such as mss=3,rms=1. By default balanced
  bpm?: number; // Tempo that the synths follow; by default each library's own
}

export interface Target {
  note: number; // MIDI note
  note_name: string;
  confidence: number;
  other_notes: NoteGuess[];
  length: number;
  start: number;
  seconds: number;
  warnings: string[];
}

export interface Candidate {
  rank: number;
  name: string;
  distance: number | null; // Distance to the sound by the objective of the match: 0 is the same sound, 100 is as far away as a random patch of the synth; null of words
  mss: number | null; // The metric MSS, in dB; null of words
  similarity: number | null; // To words, -1 to 1
  gain_db: number | null; // What brings it to the level of the sound
  distances?: Record<string, number>; // To the sound, by the name of the metric; absent of words
  synth: string;
  space: string;
  origin: string;
  unlike?: Unlike;
  note: number; // MIDI note that it is played with; it may differ from the target's
  velocity: number;
  length: number;
  audio: string;
  recipe: string;
  parameters: string;
  render: string;
  install: string;
  presets: Preset[];
  bpm?: number; // Tempo that it was played at
}

export interface Match {
  id: string;
  name: string;
  created: string;
  state: MatchState;
  position?: number; // In the queue, from 1; absent of one that does not wait
  error?: string;
  request: MatchRequest;
  target: Target | null; // null until it is read, and of words
  progress: Progress;
  curve: CurvePoint[]; // Whenever refining has come nearer
  generation: number; // Grows whenever the candidates change; addresses carry it
  candidates: Candidate[];
  best_distance: number | null;
  remarks: string[]; // What somebody may want to know of how the candidates were come by, a line each; such as that a library was searched by its mel vector, as another embedder cannot be used
  problems?: SkippedRenders;
  target_audio?: string;
  zip?: string;
  provisional: boolean; // The candidates are those of the first renders: they can be heard, played and taken, and make way for better ones when the others have been ranked
}

export interface Progress {
  phase?: string; // Of a match
  done: number;
  total: number; // 0: not known
  seconds_left?: number;
}

export interface MatchList {
  matches: MatchSummary[];
}

/** Normalized values by the keys of parameters. */
export type Changes = Record<string, number>;

export interface Play {
  note?: number; // MIDI note
  velocity?: number;
  length?: number;
  seconds?: number;
  changes?: Changes;
}

export interface Parameters {
  sections: ParameterSection[];
}

export interface Installed {
  files: string[];
}

export interface Build {
  name?: string;
  synth: string;
  space?: string; // One of the synth's spaces; without it its first, or one made of what the synth reports
  count?: number;
  bpm?: number; // Tempo that the synth follows; by default 120
}

export interface Job {
  id: string;
  kind: "library";
  name: string;
  created: string;
  state: JobState;
  library: string;
  error?: string;
  progress: Progress;
}

export interface Map {
  points: MapPoint[];
}

export interface Example {
  id: string;
  name: string;
  seconds: number;
}

export interface Limits {
  bytes: number;
  seconds: number;
}

export interface Model {
  name: string;
  title: string;
  installed: boolean;
}

export interface Embedder {
  name: string;
  version: number;
  installed: boolean; // It can be used: its weights are there, and what opens them
  texts: boolean; // Words can be searched for by it
}

export interface Turned {
  changes?: Changes;
}

/** Search on around a candidate; what is not said is as in its match. */
export interface Near {
  match: string;
  rank: number;
  generation?: number; // Of its match; the newest without it
  locked?: string[]; // Keys of parameters that keep their values
  changes?: Changes;
}

export type MatchState = "queued" | "searching" | "ranking" | "refining" | "done" | "stopped" | "failed";

export interface CurvePoint {
  renders: number;
  seconds: number;
  distance: number; // Of the best, by the objective of the match
  mss: number; // Of the same candidate
}

/** Renders that were skipped: how many, and why the first of them was. */
export interface SkippedRenders {
  count: number;
  first: string;
}

/** What sets it apart from the first candidate that was bred from the same patch; absent of that one. */
export interface Unlike {
  rank: number;
  parameters: string[]; // Those that differ most, at most two; none where next to nothing differs
}

export interface Preset {
  url: string;
  name: string;
  format: string;
}

export interface MatchSummary {
  id: string;
  name: string;
  created: string;
  state: MatchState;
  note: number | null;
  best_distance: number | null;
  synths: string[];
  position?: number; // In the queue, from 1; absent of one that does not wait
}

export interface ParameterSection {
  name: string;
  parameters: Parameter[];
}

export interface Parameter {
  key: string;
  name: string;
  value: number;
  text: string;
  min: number;
  max: number;
  kind: "continuous" | "stepped" | "choice";
  choices?: Choice[];
  effect: boolean; // False where it was found to do nothing to this sound
}

export interface Choice {
  text: string;
  value: number;
}

export interface MapPoint {
  x: number;
  y: number;
  z: number;
  patch: number;
  note: number; // MIDI note
  level_db: number;
  name?: string;
}

export type JobState = "queued" | "building" | "done" | "stopped" | "failed";

/** What an event 'removed' tells. */
export interface Removal {
  kind: "sound" | "match" | "library";
  id: string;
}

export interface JobList {
  jobs: Job[];
}

export interface MatchStarted {
  id: string;
}

export interface BuildStarted {
  id: string;
  job: string;
}

export interface Method {
  name: string;
  help: string; // What it proposes
  needs_libraries: boolean;
}

export interface Metric {
  name: string; // In the distances of candidates
  title: string; // For people
  digits: number; // That are shown behind the point
  higher_is_better: boolean; // It is a similarity
}
