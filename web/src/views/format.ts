import type { Candidate, Match } from "../api/types";

/** "3,000" */
export const count = (value: number): string => value.toLocaleString("en");

/** "1.90"; a dash for what is not known. */
export const distance = (mss: number | null): string => (mss === null ? "–" : mss.toFixed(2));

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
  const left = shown.progress?.seconds_left;
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

/** Where it came from; of those that were bred from one patch, what sets each apart. */
export function originText({ origin, unlike }: Candidate): string {
  if (!unlike) return origin;
  return unlike.parameters.length ? `Like ${unlike.rank} but for ${unlike.parameters.join(", ")}` : `Nearly like ${unlike.rank}`;
}

/** What somebody may want to know of how the candidates were come by, a line each. */
export function remarksOn({ remarks, problems }: Match): string[] {
  if (!problems) return remarks;
  const skipped = problems.count === 1 ? "1 render was skipped:" : `${count(problems.count)} renders were skipped, the first because of this:`;
  return [...remarks, `${skipped} ${problems.first}`];
}
