import { useState } from "preact/hooks";
import { match, matches, openMatch, over, removeMatch } from "../state/match";
import { Dialog, open } from "./dialog";
import { distance, moment } from "./format";
import { Icon } from "./icons";
import { KEYS, shortcutsOn, switchShortcuts } from "./shortcuts";

export function Help() {
  return (
    <Dialog name="help" title="Keys">
      <dl class="help-keys">
        {KEYS.map((key) => (
          <div key={key.shown}>
            <dt>
              <kbd>{key.shown}</kbd>
            </dt>
            <dd>{key.does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={shortcutsOn.value} onChange={switchShortcuts} />
        Single keys do these
      </label>
      <p class="soft">
        Distance is MSS, in dB: 0 is the same sound, a random patch lies at 10 or more. Everything you see was rendered by the synth itself.
      </p>
    </Dialog>
  );
}

export function PastMatches() {
  return (
    <Dialog name="matches" title="Past matches">
      {matches.value.length === 0 && <p class="soft">None yet. Every match is kept here, also after a restart.</p>}
      <ul class="past">
        {matches.value.map((one) => (
          <li key={one.id} class={one.id === match.value?.id ? "current" : ""}>
            <button
              type="button"
              class="about"
              onClick={() => {
                open.value = null;
                void openMatch(one.id);
              }}
            >
              <span class="what">
                <span class="synth">{one.name}</span>
                <span class="origin">
                  {moment(one.created)}, {one.synths.join(", ")}
                  {over(one.state) ? "" : `, ${one.state}`}
                </span>
              </span>
              <span class="mss">{distance(one.best_mss)}</span>
            </button>
            <Remove id={one.id} name={one.name} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Deletes at the second press; what it deletes cannot be had back. */
function Remove({ id, name }: { id: string; name: string }) {
  const [sure, setSure] = useState(false);
  return (
    <button
      type="button"
      class={sure ? "danger" : "quiet"}
      aria-label={sure ? `Really delete ${name}` : `Delete ${name}`}
      onBlur={() => setSure(false)}
      onClick={() => (sure ? void removeMatch(id) : setSure(true))}
    >
      {sure ? "Delete?" : <Icon name="trash" />}
    </button>
  );
}
