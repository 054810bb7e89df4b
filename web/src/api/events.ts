import { api } from "./client";
import type { Job, Match, Removal } from "./types";

export interface Listener {
  match(match: Match): void;
  job(job: Job): void;
  removed(what: Removal): void;
  open(): void;
  lost(): void;
}

const LONGEST_WAIT = 5000; // ms

/** Hears of every match and job over one stream, which is opened again, at growing intervals, whenever it breaks. */
export function listen(listener: Listener): void {
  let wait = 500;
  const connect = () => {
    const source = new EventSource(api.events);
    const hear = (event: string, take: (data: unknown) => void) =>
      source.addEventListener(event, (message: MessageEvent<string>) => take(JSON.parse(message.data)));
    source.onopen = () => {
      wait = 500;
      listener.open();
    };
    hear("match", (data) => listener.match(data as Match));
    hear("job", (data) => listener.job(data as Job));
    hear("removed", (data) => listener.removed(data as Removal));
    source.onerror = () => {
      // The browser would try again only where the connection broke, not where it was refused.
      source.close();
      listener.lost();
      setTimeout(connect, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    };
  };
  connect();
}
