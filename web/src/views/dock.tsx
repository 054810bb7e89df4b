import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { decibels } from "../audio/level";
import { playNote, selected, targetBuffer } from "../state/match";
import { engine, loop, playing, playOrStop, side, switchLoop } from "../state/player";
import { Icon } from "./icons";
import { lowestAround, narrow, ShiftedPiano } from "./piano";

const octaves = () => (narrow.value ? 2 : 4);

/** The lowest C of the keyboard; null: so that the candidate's own note is in its middle. */
const base = signal<number | null>(null);

function lowestKey(): number {
  return lowestAround((base.value ?? (selected.value?.note ?? 60) - 6 * octaves()) + 6 * octaves(), octaves());
}

/** The C that the first of the computer's keys plays: in the keyboard's middle. */
export function firstLetter(): number {
  return lowestKey() + 6 * octaves();
}

export function shiftOctave(by: number): void {
  base.value = lowestKey() + 12 * by;
}

/** What is at hand wherever the page is scrolled to: play, A/B, and the keyboard. */
export function Dock() {
  if (!selected.value) return null;
  return (
    <section class="dock" aria-label="Player and keyboard">
      <div class="transport">
        <button type="button" id="play" class="round primary" aria-label={playing.value ? "Stop" : "Play"} onClick={playOrStop}>
          <Icon name={playing.value ? "stop" : "play"} />
        </button>
        <div class="switch ab" role="group" aria-label="What is heard">
          <button type="button" aria-pressed={side.value === "target"} disabled={!targetBuffer.value} onClick={() => engine.setSide("target")}>
            <b>A</b> Target
          </button>
          <button type="button" aria-pressed={side.value === "candidate"} onClick={() => engine.setSide("candidate")}>
            <b>B</b> Number {selected.value.rank}
          </button>
        </div>
        <button type="button" class="round quiet" aria-label="Loop" aria-pressed={loop.value} onClick={switchLoop}>
          <Icon name="loop" />
        </button>
        <Meter />
      </div>
      <ShiftedPiano
        label={`Play candidate ${selected.value.rank}`}
        low={lowestKey()}
        octaves={octaves()}
        likely={[selected.value.note]}
        onShift={(low) => (base.value = low)}
        onNote={(note) => void playNote(note)}
      />
    </section>
  );
}

const FLOOR = -48; // dB

function Meter() {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    let frame = 0;
    const show = () => {
      const level = engine.level;
      const part = level > 0 ? Math.max(0, 1 - decibels(level) / FLOOR) : 0;
      bar.current?.style.setProperty("--level", part.toFixed(3));
      frame = requestAnimationFrame(show);
    };
    show();
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <span class="meter" aria-hidden="true">
      <i ref={bar} />
    </span>
  );
}
