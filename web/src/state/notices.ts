import { signal } from "@preact/signals";
import { ApiError } from "../api/client";

export interface Notice {
  id: number;
  kind: "error" | "done";
  text: string;
}

const SHOWN = 8000; // ms; an error stays until it is closed

let count = 0;
export const notices = signal<Notice[]>([]);

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

export function tell(kind: Notice["kind"], text: string): void {
  const id = ++count;
  // The same thing going wrong again is told once.
  const others = notices.value.filter((notice) => notice.text !== text).slice(-2);
  notices.value = [...others, { id, kind, text }];
  if (kind === "done") setTimeout(() => dismiss(id), SHOWN);
}

/** Tells what went wrong; a request that was given up is nothing wrong. */
export function tellFailure(problem: unknown): void {
  if (problem instanceof DOMException && problem.name === "AbortError") return;
  if (problem instanceof ApiError && problem.code === "gone") return; // the banner says it
  tell("error", problem instanceof Error ? problem.message : String(problem));
}
