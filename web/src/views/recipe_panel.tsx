import { useState } from "preact/hooks";
import type { Parameter, ParameterSection } from "../api/types";
import { changes, inWords, lock, locked, resetShape, sections, selected, shaped, turn, turned } from "../state/match";
import { distance } from "./format";
import { Icon } from "./icons";
import { Knob } from "./knob";
import { Panel } from "./panel";

export function RecipePanel() {
  const [all, setAll] = useState(false);
  const found = sections.value ?? [];
  const idle = found.flatMap((section) => section.parameters).filter((parameter) => !shown(parameter)).length;
  return (
    <Panel
      id="recipe"
      title="Recipe"
      side={
        <div class="row">
          <output class="soft" aria-live="polite">
            {hint()}
          </output>
          <button type="button" class="quiet" disabled={!turned.value} onClick={resetShape}>
            <Icon name="undo" />
            As found
          </button>
        </div>
      }
    >
      <div class="sections">
        {found.map((section) => (
          <Section key={section.name} section={section} all={all} />
        ))}
      </div>
      {idle > 0 && (
        <button type="button" class="quiet" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? "Hide" : "Show"} {idle} that do nothing to this sound
        </button>
      )}
    </Panel>
  );
}

function hint(): string {
  if (inWords.value) return turned.value ? "Turned by hand" : "Turn a knob to hear it.";
  if (!turned.value) return "Turn a knob to hear it; lock what “More like” must keep.";
  return `Turned: distance ${distance(shaped.value?.distance ?? null)}, was ${distance(selected.value?.distance ?? null)}`;
}

const shown = (parameter: Parameter) => parameter.effect || parameter.key in changes.value;

function Section({ section, all }: { section: ParameterSection; all: boolean }) {
  const parameters = section.parameters.filter((parameter) => all || shown(parameter));
  if (parameters.length === 0) return null;
  return (
    <section class="section" aria-label={section.name}>
      <h3>{section.name}</h3>
      <div class="knobs">
        {parameters.map((parameter) => (
          <Setting key={parameter.key} parameter={parameter} label={`${section.name}: ${parameter.name}`} />
        ))}
      </div>
    </section>
  );
}

function Setting({ parameter, label }: { parameter: Parameter; label: string }) {
  const { key, choices } = parameter;
  // What was turned shows at once, its text when the synth has told it.
  const value = changes.value[key] ?? parameter.value;
  const held = locked.value.includes(key);
  return (
    <div class={`setting${key in changes.value ? " turned" : ""}${parameter.effect ? "" : " idle"}${choices ? " wide" : ""}`}>
      <span class="name" title={parameter.name}>
        {parameter.name}
      </span>
      {choices ? (
        <select
          aria-label={label}
          value={nearest(choices, value)}
          onChange={(event) => turn(key, Number(event.currentTarget.value))}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text}
            </option>
          ))}
        </select>
      ) : (
        <>
          <Knob label={label} value={value} text={parameter.text} min={parameter.min} max={parameter.max} onTurn={(next) => turn(key, next)} />
          <span class="text">{parameter.text}</span>
        </>
      )}
      <button
        type="button"
        class="lock"
        aria-pressed={held}
        aria-label={`Lock ${label}`}
        title="Lock: “More like” keeps it"
        onClick={() => lock(key, !held)}
      >
        <Icon name={held ? "lock" : "unlock"} />
      </button>
    </div>
  );
}

function nearest(choices: { value: number }[], value: number): number {
  return choices.reduce((best, choice) => (Math.abs(choice.value - value) < Math.abs(best - value) ? choice.value : best), choices[0]!.value);
}
