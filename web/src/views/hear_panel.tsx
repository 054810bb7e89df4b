import type { Candidate } from "../api/types";
import { noteName } from "../audio/notes";
import { candidates, curve, inWords, match, moreLikeThis, playCandidate, rank, searching, select, selected, shaped } from "../state/match";
import { playing, side } from "../state/player";
import { server } from "../state/server";
import { Curve } from "./curve";
import { distance, distances, identity, remarksOn, statusText } from "./format";
import { Icon } from "./icons";
import { Panel } from "./panel";

const PLACES = 5;
const FAR = 100; // distance of a random patch, at which the bar is empty

export function HearPanel() {
  return (
    <Panel id="hear" number={3} title="Candidates" side={<Status />}>
      <List />
      {!inWords.value && (
        <>
          <Curve points={curve.value} />
          <More />
        </>
      )}
      <Remarks />
    </Panel>
  );
}

function List() {
  const found = candidates.value;
  return (
    <ol class="candidates" aria-label="Candidates, nearest first">
      {Array.from({ length: Math.max(PLACES, found.length) }, (_, i) => {
        const candidate = found[i];
        return candidate ? <Row key={i} candidate={candidate} /> : <Empty key={i} waiting={searching.value} />;
      })}
    </ol>
  );
}

function Remarks() {
  const remarks = match.value ? remarksOn(match.value) : [];
  if (remarks.length === 0) return null;
  return (
    <ul class="remarks soft" aria-label="Remarks">
      {remarks.map(({ line, why }) => (
        <li key={line}>
          {why ? (
            <details>
              <summary>{line}</summary>
              {why}
            </details>
          ) : (
            line
          )}
        </li>
      ))}
    </ul>
  );
}

function More() {
  return (
    <div class="row">
      <button type="button" disabled={!selected.value || searching.value} onClick={() => void moreLikeThis()}>
        More like {selected.value ? `number ${selected.value.rank}` : "this one"}
      </button>
      <span class="soft">searches on around it</span>
    </div>
  );
}

function Status() {
  const shown = match.value;
  if (!shown) return null;
  const progress = shown.progress;
  const known = searching.value && progress.total > 0;
  return (
    <div class={`status ${shown.state}`}>
      <span role="status">{statusText(shown)}</span>
      {searching.value && (
        <progress aria-label="Progress" {...(known ? { value: progress.done, max: progress.total } : {})} />
      )}
    </div>
  );
}

function Empty({ waiting }: { waiting: boolean }) {
  return <li class={waiting ? "candidate empty waiting" : "candidate empty"} aria-hidden="true" />;
}

function Row({ candidate }: { candidate: Candidate }) {
  const { unlike } = candidate;
  const [first, from] = identity(candidate);
  const target = match.value?.target;
  // Another note than the sound's: that is how the patch must be played.
  const second = target && target.note !== candidate.note ? `${from}, at ${noteName(candidate.note)}` : from;
  const chosen = candidate.rank === rank.value;
  const away = chosen && shaped.value ? shaped.value.distance : candidate.distance;
  const heard = chosen && playing.value && side.value === "candidate";
  const near = away === null ? (candidate.similarity ?? 0) : Math.max(0, 1 - away / FAR);
  const measure = away === null && candidate.similarity !== null ? `${Math.round(100 * candidate.similarity)} %` : distance(away);
  return (
    <li class={`candidate${chosen ? " chosen" : ""}${heard ? " heard" : ""}`}>
      <button
        type="button"
        class="play"
        aria-label={`Play candidate ${candidate.rank}`}
        onClick={() => void playCandidate(candidate.rank)}
      >
        <Icon name="play" />
        <b>{candidate.rank}</b>
      </button>
      <button type="button" class="about" aria-pressed={chosen} onClick={() => select(candidate.rank)}>
        <span class="what">
          <span class="synth">{first}</span>
          <span class="origin" title={unlike ? `${second}; of ${candidate.origin}` : second}>
            {second}
          </span>
        </span>
        <span class="near" aria-hidden="true">
          <i style={{ width: `${100 * near}%` }} />
        </span>
        <span class="distance" title={distances(candidate, server.value?.metrics ?? [])}>
          <span class="hidden">{away === null ? "similarity" : "distance"} </span>
          {measure}
        </span>
      </button>
    </li>
  );
}
