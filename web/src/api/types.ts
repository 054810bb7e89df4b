// What the server answers, as docs/openapi.json describes it. Times are in seconds, levels in dB, parameter values normalized.

export interface Library {
  id: string;
  name: string;
  synth: string;
  format: string;
  patches: number;
  embedder: string;
  own: boolean; // made here, and can be deleted here
  texts: boolean; // can be searched by words
  building: string | null; // the job that builds it
  notes?: number[];
}

export interface Synth {
  id: string;
  name: string;
  format: string;
  maker: string;
  spaces?: string[];
}

export interface Example {
  id: string;
  name: string;
  seconds: number;
}

export interface ServerState {
  version: string;
  libraries: Library[];
  synths: Synth[];
  examples: Example[];
  limits: { bytes: number; seconds: number };
  models: { name: string; installed: boolean }[];
  scanning?: boolean;
}

export interface Sound {
  id: string;
  name: string;
  seconds: number;
  rate: number;
  channels: number;
}

export interface Analysis {
  start: number;
  duration: number;
  note: number;
  note_name: string;
  confidence: number;
  other_notes: { note: number; confidence: number }[];
  length: number; // until the note is let go
  warnings: string[];
}

export interface MatchRequest {
  sound?: string;
  text?: string;
  libraries: string[];
  start?: number;
  duration?: number;
  note?: number;
  length?: number;
  top?: number;
  refine?: boolean;
  seconds?: number;
  near?: { match: string; rank: number; generation: number; locked: string[]; changes: Changes };
}

/** Turned parameters: key to normalized value. */
export type Changes = Record<string, number>;

export type MatchState = "queued" | "searching" | "ranking" | "refining" | "done" | "stopped" | "failed";
export type JobState = "queued" | "building" | "done" | "stopped" | "failed";

export interface Progress {
  phase?: string;
  done: number;
  total: number; // 0 where it is not known
  seconds_left?: number;
}

export interface MatchSummary {
  id: string;
  name: string;
  created: string;
  state: MatchState;
  note: number | null;
  best_mss: number | null;
  synths: string[];
}

export interface Preset {
  url: string;
  name: string;
  format: string;
}

export interface Candidate {
  rank: number;
  name: string;
  mss: number | null; // null where words were searched for
  similarity: number | null;
  gain_db: number | null; // brings it to the target's level
  synth: string;
  origin: string;
  unlike?: { rank: number; parameters: string[] }; // the first that was bred from the same patch
  note: number;
  velocity: number;
  length: number;
  audio: string;
  recipe: string;
  parameters: string;
  render: string;
  install: string;
  presets: Preset[];
}

export interface CurvePoint {
  renders: number;
  seconds: number;
  mss: number;
}

export interface MatchTarget {
  note: number;
  note_name: string;
  confidence: number;
  length: number;
  start: number;
  seconds: number;
  warnings: string[];
}

export interface Match {
  id: string;
  name: string;
  created: string;
  state: MatchState;
  position?: number;
  error?: string;
  request: MatchRequest;
  target: MatchTarget | null;
  progress?: Progress;
  curve: CurvePoint[];
  generation: number; // grows whenever the candidates change
  candidates: Candidate[];
  provisional: boolean; // the candidates are the first that were heard
  zip?: string;
  problems?: { count: number; first: string }; // renders that were skipped
  remarks: string[];
}

export interface Parameter {
  key: string;
  name: string;
  value: number;
  text: string;
  min?: number;
  max?: number;
  kind: "continuous" | "stepped" | "choice";
  choices?: { text: string; value: number }[];
  effect: boolean;
}

export interface ParameterSection {
  name: string;
  parameters: Parameter[];
}

export interface Job {
  id: string;
  name: string;
  library: string;
  state: JobState;
  progress?: Progress;
  error?: string;
}

export interface Removal {
  kind: "sound" | "match" | "library";
  id: string;
}

export interface MapPoint {
  x: number;
  y: number;
  z: number;
  patch: number;
  note: number;
  level_db: number;
  name?: string;
}
