import type { Candidate, Match, MatchSummary, Metric } from "../api/types";

/** "3,000" */
export const count = (value: number): string => value.toLocaleString("en");

/** "12.3"; a dash for what is not known. */
export const distance = (value: number | null): string => (value === null ? "–" : value.toFixed(1));

/** "MSS 1.90, SOT 0.052" of each of the metrics that is known of the candidate. */
export const distances = (candidate: Candidate, metrics: Metric[]): string =>
  metrics
    .flatMap(({ name, title, digits }) => {
      const value = candidate.distances?.[name];
      return value === undefined ? [] : [`${title} ${value.toFixed(digits)}`];
    })
    .join(", ");

/** "2 min 5 s" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const plural = (value: number, one: string): string => `${count(value)} ${one}${value === 1 ? "" : "es"}`;

/** "24 Nov, 15:40" of an ISO date. */
export function moment(date: string): string {
  const when = new Date(date);
  if (Number.isNaN(when.getTime())) return date;
  return when.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/** What happens, in words. */
export function statusText(shown: Match): string {
  const left = shown.progress.seconds_left;
  const rest = left === undefined ? "" : `, ${duration(left)} left`;
  switch (shown.state) {
    case "queued":
      return shown.position ? `Waiting, number ${shown.position} in the queue` : "Waiting for its turn";
    case "searching":
      return "Searching the library";
    case "ranking":
      return shown.provisional ? "These are the first; listening to the others" : "Listening to what was found";
    case "refining":
      return `Refining${rest}`;
    case "done":
      return shown.candidates.length ? "Done" : "Nothing was found";
    case "stopped":
      return "Stopped";
    case "failed":
      return shown.error ?? "It failed";
  }
}

/** What a match of the list does now; empty if it is over. */
export function activity({ state, position }: MatchSummary): string {
  switch (state) {
    case "queued":
      return position === undefined ? "waiting" : `waiting, number ${position}`;
    case "searching":
    case "ranking":
      return "searching";
    case "refining":
      return "refining";
    default:
      return "";
  }
}

/** What a candidate is, in two lines: its synth and where it came from; of several that were bred from one patch, what sets each apart. */
export function identity({ synth, origin, unlike }: Candidate): [string, string] {
  if (!unlike) return [synth, origin];
  return unlike.parameters.length ? [`Like ${unlike.rank} but for`, unlike.parameters.join(", ")] : [synth, `Nearly like ${unlike.rank}`];
}

export interface Remark {
  line: string;
  why: string; // may be long, and empty
}

/** What somebody may want to know of how the candidates were come by. */
export function remarksOn({ remarks, problems }: Match): Remark[] {
  const told = remarks.map((remark) => {
    const [line, ...why] = remark.split(": ");
    return { line: line!, why: why.join(": ") };
  });
  if (!problems) return told;
  const skipped = problems.count === 1 ? "1 render was skipped" : `${count(problems.count)} renders were skipped; why, of the first`;
  return [...told, { line: skipped, why: problems.first }];
}
