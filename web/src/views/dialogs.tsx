import { match, matches, openMatch, over, removeMatch, stopMatch } from "../state/match";
import { DeleteButton } from "./delete_button";
import { Dialog, open } from "./dialog";
import { activity, distance, moment } from "./format";
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
        Distance: 0 is the same sound, 100 is as far away as a random patch of the synth. Everything you see was rendered by the synth itself.
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
                  {activity(one) && `, ${activity(one)}`}
                </span>
              </span>
              <span class="distance">{distance(one.best_distance)}</span>
            </button>
            {!over(one.state) && (
              <button type="button" class="quiet" aria-label={`Stop ${one.name}`} onClick={() => void stopMatch(one.id)}>
                Stop
              </button>
            )}
            <DeleteButton
              what={one.name}
              asked={`the match of ${one.name}`}
              text="What it has found goes with it, but for presets that are installed and files that you have saved."
              onDelete={() => removeMatch(one.id)}
              after="dialog.matches button"
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
