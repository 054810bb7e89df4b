import { api } from "../api/client";
import { listen } from "../api/events";
import { hearMatch, match, openMatch, refreshMatches } from "./match";
import { connection, hearJob, refreshServer } from "./server";
import { tellFailure } from "./notices";

/** The match that the address names: "#/match/ID". */
function addressed(): string | null {
  return /^#\/match\/([\w-]+)$/.exec(location.hash)?.[1] ?? null;
}

/** Asks anew for what may have changed while nobody was listening. */
async function catchUp(): Promise<void> {
  await Promise.all([refreshServer(), refreshMatches()]);
  const shown = match.value;
  if (!shown) return;
  try {
    hearMatch(await api.match(shown.id));
  } catch (problem) {
    tellFailure(problem);
  }
}

export function start(): void {
  const first = addressed();
  if (first) void openMatch(first);
  listen({
    match: hearMatch,
    job: hearJob,
    open: () => {
      connection.value = "online";
      void catchUp();
    },
    lost: () => {
      connection.value = "lost";
    },
  });
}
