import { api } from "../api/client";
import { listen } from "../api/events";
import type { Removal } from "../api/types";
import { forgetMatch, hearMatch, match, openMatch, refreshMatches } from "./match";
import { connection, hearJob, refreshServer } from "./server";
import { tellFailure } from "./notices";
import { forgetSound } from "./sound";

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
    await hearMatch(await api.match(shown.id));
  } catch (problem) {
    tellFailure(problem);
  }
}

/** Another page, or a script, may have removed it. */
function removed({ kind, id }: Removal): void {
  if (kind === "match") forgetMatch(id);
  if (kind === "sound") forgetSound(id);
  if (kind === "library") void refreshServer();
}

export function start(): void {
  const first = addressed();
  if (first) void openMatch(first);
  listen({
    match: (told) => void hearMatch(told),
    job: hearJob,
    removed,
    open: () => {
      connection.value = "online";
      void catchUp();
    },
    lost: () => {
      connection.value = "lost";
    },
  });
}
