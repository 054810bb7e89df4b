import { useState } from "preact/hooks";
import type { Library } from "../api/types";
import { canMatch, match, objective, proposers, searching, startMatch, stopMatch } from "../state/match";
import { buildLibrary, choose, chosen, libraries, removeLibrary, running, searchable, server, stopJob } from "../state/server";
import { mode, sound } from "../state/sound";
import { DeleteButton } from "./delete_button";
import { count, duration, plural } from "./format";
import { Icon } from "./icons";
import { Panel } from "./panel";

export function SearchPanel() {
  const none = searchable.value.length === 0;
  return (
    <Panel id="search" number={2} title="Synth and library" side={!none && <MatchButton />}>
      {none ? <p class="lead">{server.value?.scanning ? "Looking for synths…" : emptyText()}</p> : <Choice />}
      {!none && mode.value !== "words" && (
        <details class="more">
          <summary>How to search</summary>
          <SearchOptions />
        </details>
      )}
      <Jobs />
      {none ? (
        <BuildForm />
      ) : (
        <details class="more">
          <summary>Build another library</summary>
          <BuildForm />
        </details>
      )}
    </Panel>
  );
}

function SearchOptions() {
  const methods = server.value?.methods.map((method) => method.name) ?? [];
  const objectives = server.value?.objectives ?? [];
  // One alone, the first (retrieval) with one of the others, all together.
  const choices = [...methods.map((name) => [name]), ...methods.slice(1).map((name) => [...methods.slice(0, 1), name])];
  if (methods.length > 2) choices.push(methods);
  return (
    <div class="build">
      <label class="field">
        <span>Method</span>
        <select
          value={proposers.value.join(" ")}
          onChange={(event) => (proposers.value = event.currentTarget.value.split(" ").filter(Boolean))}
        >
          <option value="">Default</option>
          {choices.map((names) => (
            <option key={names.join(" ")} value={names.join(" ")}>
              {names.join(" and ")}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Objective</span>
        <select value={objective.value} onChange={(event) => (objective.value = event.currentTarget.value)}>
          <option value="">Default</option>
          {objectives.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

function emptyText(): string {
  const synths = server.value?.synths ?? [];
  if (running.value.length > 0) return "The first library is being built. It can be searched as soon as the first patches are in it.";
  if (synths.length === 0) return "No synth is there. Install one as a VST3 or LV2 plug-in, Surge XT for instance, then start Patch Pilot again.";
  return "There is no library yet. Patch Pilot plays thousands of patches of a synth once, and from then on knows what the synth can sound like.";
}

function Choice() {
  return (
    <fieldset class="choice">
      <legend class="hidden">Libraries to search</legend>
      {libraries.value.map((library) => (
        <LibraryRow key={library.id} library={library} />
      ))}
    </fieldset>
  );
}

function LibraryRow({ library }: { library: Library }) {
  const unfit = mode.value === "words" && !library.texts;
  return (
    <div class="library-row">
      <label class="library">
        <input
          type="checkbox"
          checked={chosen.value.includes(library.id)}
          disabled={library.patches === 0}
          onChange={(event) => choose(library.id, event.currentTarget.checked)}
        />
        <span class="library-synth">{library.synth}</span>
        <span class="soft">
          {library.name}, {plural(library.patches, "patch")}
          {unfit && "; knows no words"}
        </span>
      </label>
      {library.own && (
        <DeleteButton
          what={`the library ${library.name}`}
          text={`Its ${plural(library.patches, "patch")} can be built again, which takes as long as it did. What was found in it can still be heard and taken.`}
          onDelete={() => removeLibrary(library.id)}
          after="#search input, #search select"
        />
      )}
    </div>
  );
}

function Jobs() {
  return (
    <div aria-live="polite" class="jobs">
      {running.value.map((job) => {
        const progress = job.progress;
        const known = progress.total > 0;
        return (
          <div key={job.id} class="job">
            <div class="row between">
              <span>
                Building {job.name}
                {known && `: ${count(progress.done)} of ${plural(progress.total, "patch")}`}
              </span>
              <span class="row">
                {progress.seconds_left !== undefined && <span class="soft">{duration(progress.seconds_left)} left</span>}
                <button type="button" class="quiet" onClick={() => void stopJob(job.id)}>
                  Stop
                </button>
              </span>
            </div>
            <progress aria-label={`Building ${job.name}`} {...(known ? { value: progress.done, max: progress.total } : {})} />
          </div>
        );
      })}
    </div>
  );
}

const COUNTS = [1000, 3000, 10000, 30000];

function BuildForm() {
  const synths = server.value?.synths ?? [];
  const [synth, setSynth] = useState("");
  const [space, setSpace] = useState("");
  const [size, setSize] = useState(COUNTS[1]!);
  if (synths.length === 0) return null;
  const picked = synths.find((one) => one.id === synth) ?? synths.find((one) => one.spaces.length > 0) ?? synths[0]!;
  const spaces = picked.spaces;
  const pickedSpace = spaces.includes(space) ? space : spaces[0];
  return (
    <form
      class="build"
      onSubmit={(event) => {
        event.preventDefault();
        void buildLibrary(picked.id, pickedSpace, size);
      }}
    >
      <label class="field">
        <span>Synth</span>
        <select value={picked.id} onChange={(event) => setSynth(event.currentTarget.value)}>
          {synths.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name} ({one.format})
            </option>
          ))}
        </select>
      </label>
      {spaces.length > 1 && (
        <label class="field">
          <span>Parameters</span>
          <select value={pickedSpace} onChange={(event) => setSpace(event.currentTarget.value)}>
            {spaces.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      <label class="field">
        <span>Patches</span>
        <select value={size} onChange={(event) => setSize(Number(event.currentTarget.value))}>
          {COUNTS.map((one) => (
            <option key={one} value={one}>
              {count(one)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class={searchable.value.length === 0 ? "primary" : ""}>
        Build
      </button>
    </form>
  );
}

function MatchButton() {
  const busy = searching.value;
  const why = canMatch.value ? "" : missing();
  return (
    <div class="match-line">
      {!busy && why && <span class="soft">{why}</span>}
      {busy ? (
        <button type="button" id="stop" class="primary large" onClick={() => void stopMatch()}>
          <Icon name="stop" />
          {match.value?.state === "refining" ? "Stop, keep the best" : "Stop"}
        </button>
      ) : (
        <button type="button" id="match" class="primary large" disabled={!canMatch.value} onClick={start}>
          Match
        </button>
      )}
    </div>
  );
}

function start(): void {
  void startMatch();
  // On a small screen what comes is below.
  document.querySelector("#hear")?.scrollIntoView({ block: "nearest" });
}

function missing(): string {
  if (chosen.value.length === 0) return "Choose a library.";
  if (mode.value === "words") return "Describe a sound; choose only libraries that know words.";
  return sound.value ? "" : "First a sound.";
}
