import { signal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { isBlack, noteName, spokenNote } from "../audio/notes";

interface Props {
  label: string;
  low: number; // MIDI, a white key
  high: number;
  chosen?: number | null; // drawn as the one that counts
  likely?: number[]; // drawn as possible
  onNote: (note: number) => void;
}

const small = matchMedia("(max-width: 44rem)");
/** Whether the screen has room for two octaves only. */
export const narrow = signal(small.matches);
small.addEventListener("change", () => (narrow.value = small.matches));

const LOWEST = 12;
const HIGHEST = 108;

/** The C at which a keyboard of so many octaves begins to have the note in its middle. */
export function lowestAround(note: number, octaves: number): number {
  return Math.max(LOWEST, Math.min(HIGHEST - 12 * octaves, 12 * Math.round((note - 6 * octaves) / 12)));
}

interface ShiftedProps extends Omit<Props, "low" | "high"> {
  low: number;
  octaves: number;
  onShift: (low: number) => void;
}

/** A piano with a button at each end that moves it by an octave. */
export function ShiftedPiano({ low, octaves, onShift, ...props }: ShiftedProps) {
  const shift = (by: number) => onShift(lowestAround(low + 12 * by + 6 * octaves, octaves));
  return (
    <div class="keys">
      <button type="button" class="quiet octave" aria-label="Octave down" onClick={() => shift(-1)}>
        ‹
      </button>
      <Piano {...props} low={low} high={low + 12 * octaves} />
      <button type="button" class="quiet octave" aria-label="Octave up" onClick={() => shift(1)}>
        ›
      </button>
    </div>
  );
}

const BLACK_WIDTH = 0.62; // of a white key

/** A keyboard of piano keys; one stop for Tab, arrows move within it, Enter or Space plays. */
export function Piano({ label, low, high, chosen, likely = [], onNote }: Props) {
  const keys = useRef<HTMLDivElement>(null);
  const notes = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const whites = notes.filter((note) => !isBlack(note));
  const [current, setCurrent] = useState(Math.max(low, Math.min(high, chosen ?? low + 12)));
  const stop = current >= low && current <= high ? current : low;

  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12 };
    const step = event.key === "Home" ? low - stop : event.key === "End" ? high - stop : steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(low, Math.min(high, stop + step));
    setCurrent(next);
    keys.current?.querySelector<HTMLElement>(`[data-note="${next}"]`)?.focus();
  };

  const place = (note: number) => {
    const before = whites.filter((white) => white < note).length;
    return isBlack(note)
      ? { left: `${((before - BLACK_WIDTH / 2) / whites.length) * 100}%`, width: `${(BLACK_WIDTH / whites.length) * 100}%` }
      : { left: `${(before / whites.length) * 100}%`, width: `${100 / whites.length}%` };
  };

  return (
    <div class="piano" role="group" aria-label={label} ref={keys} onKeyDown={move}>
      {/* Black keys after white ones, so that they lie on top. */}
      {[...whites, ...notes.filter(isBlack)].map((note) => (
        <button
          key={note}
          type="button"
          data-note={note}
          class={`key ${isBlack(note) ? "black" : "white"}${note === chosen ? " chosen" : ""}${likely.includes(note) ? " likely" : ""}`}
          style={place(note)}
          tabIndex={note === stop ? 0 : -1}
          aria-label={spokenNote(note)}
          aria-pressed={chosen === undefined ? undefined : note === chosen}
          onFocus={() => setCurrent(note)}
          onPointerDown={(event) => {
            if (event.button === 0) onNote(note);
          }}
          onClick={(event) => {
            // A pointer has played it when it went down; a keyboard or a screen reader only clicks.
            if (event.detail === 0) onNote(note);
          }}
        >
          {note % 12 === 0 && <span aria-hidden="true">{noteName(note)}</span>}
        </button>
      ))}
    </div>
  );
}
