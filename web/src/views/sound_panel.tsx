import { useEffect, useRef, useState } from "preact/hooks";
import { spectrogramAside } from "../audio/spectrogram_aside";
import { noteName, spokenNote } from "../audio/notes";
import { record, type Recording } from "../audio/recorder";
import { ROWS, shades } from "../audio/spectrogram";
import { tell } from "../state/notices";
import { engine } from "../state/player";
import { server, wordsAvailable } from "../state/server";
import * as state from "../state/sound";
import { DeleteButton } from "./delete_button";
import { Heatmap } from "./heatmap";
import { Icon } from "./icons";
import { Panel } from "./panel";
import { lowestAround, narrow, Piano, ShiftedPiano } from "./piano";
import { Waveform } from "./waveform";

const COLUMNS = 600;

export function SoundPanel() {
  const inWords = state.mode.value === "words";
  return (
    <Panel id="sound" number={1} title="Sound" side={wordsAvailable.value && <ModeSwitch />}>
      {inWords ? <Words /> : state.sound.value ? <Shown /> : <Drop />}
    </Panel>
  );
}

function ModeSwitch() {
  const mode = state.mode.value;
  return (
    <div class="switch" role="group" aria-label="What to match">
      {(["sound", "words"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={mode === one} onClick={() => (state.mode.value = one)}>
          {one === "sound" ? "A sound" : "Words"}
        </button>
      ))}
    </div>
  );
}

function Words() {
  return (
    <label class="field words">
      <span>Describe the sound, in English</span>
      <textarea
        rows={3}
        value={state.words.value}
        placeholder="a warm, slowly opening string pad"
        onInput={(event) => (state.words.value = event.currentTarget.value)}
      />
    </label>
  );
}

/** Opens the machine's own dialog for a file; the one input of the page. */
export function chooseFile(): void {
  document.querySelector<HTMLInputElement>("#file")?.click();
}

export function FileInput() {
  return (
    <input
      id="file"
      type="file"
      accept="audio/*,.wav,.flac,.aif,.aiff,.ogg,.opus,.mp3,.m4a,.caf,.w64"
      hidden
      aria-label="Sound file"
      onChange={(event) => {
        const file = event.currentTarget.files?.[0];
        event.currentTarget.value = ""; // so that the same file can be chosen again
        if (file) void state.openFile(file, file.name);
      }}
    />
  );
}

function Drop() {
  const examples = server.value?.examples ?? [];
  return (
    <div class="drop">
      <p class="drop-lead">{state.busy.value ?? "Drop a sound here"}</p>
      <p class="soft">One note of any instrument, from a file or a track. The first note in it is found.</p>
      <div class="row">
        <button type="button" class="primary" onClick={chooseFile}>
          <Icon name="file" />
          Choose a file
        </button>
        <RecordButton />
      </div>
      {examples.length > 0 && (
        <div class="row examples">
          <span class="soft">Or try</span>
          {examples.map((example) => (
            <button key={example.id} type="button" class="chip" onClick={() => void state.openExample(example.id, example.name)}>
              {example.name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function RecordButton() {
  const [recording, setRecording] = useState<Recording | null>(null);
  const toggle = async () => {
    if (recording) {
      setRecording(null);
      await state.openFile(await recording.finish(), "recording.wav");
      return;
    }
    try {
      setRecording(await record());
    } catch {
      tell("error", "The microphone cannot be used. Allow it for this page in the browser's settings, or choose a file.");
    }
  };
  return (
    <button type="button" id="record" class={recording ? "recording" : ""} onClick={() => void toggle()}>
      <Icon name={recording ? "stop" : "microphone"} />
      {recording ? "Stop and use it" : "Record"}
      {recording && <RecordLevel recording={recording} />}
    </button>
  );
}

function RecordLevel({ recording }: { recording: Recording }) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    let frame = 0;
    const show = () => {
      bar.current?.style.setProperty("--level", String(Math.min(1, 3 * recording.level())));
      frame = requestAnimationFrame(show);
    };
    show();
    return () => cancelAnimationFrame(frame);
  }, [recording]);
  return <i class="record-level" ref={bar} />;
}

function Shown() {
  const sound = state.sound.value!;
  const buffer = state.soundBuffer.value;
  return (
    <>
      <div class="row between sound-line">
        <p class="sound-name" title={sound.name}>
          {sound.name}
        </p>
        <div class="row">
          <button type="button" class="quiet" disabled={!buffer} onClick={hear}>
            <Icon name="play" />
            <span class="wide-only">Hear the part</span>
          </button>
          <button type="button" class="quiet" onClick={state.closeSound}>
            <Icon name="close" />
            <span class="wide-only">Another sound</span>
          </button>
          <DeleteButton
            what={sound.name}
            text="Patch Pilot's own copy goes; your file stays where it is. Past matches keep what they found for it."
            onDelete={() => state.removeSound(sound.id)}
            after=".drop button"
          />
        </div>
      </div>
      <div class="screen">
        {buffer ? <Pictures buffer={buffer} seconds={sound.seconds} /> : <p class="soft waiting">Reading…</p>}
      </div>
      <PartFields seconds={sound.seconds} />
      <NoteFields />
    </>
  );
}

function hear(): void {
  const buffer = state.soundBuffer.value;
  const part = state.part.value;
  if (buffer) engine.playNote(buffer, part?.start, part?.duration);
}

function Pictures({ buffer, seconds }: { buffer: AudioBuffer; seconds: number }) {
  const [values, setValues] = useState<Float32Array | null>(null);
  useEffect(() => {
    let wanted = true;
    void spectrogramAside(buffer, buffer.duration, COLUMNS).then((drawn) => wanted && setValues(shades(drawn)));
    return () => {
      wanted = false;
    };
  }, [buffer]);
  const part = state.part.value;
  const percent = (time: number) => `${Math.max(0, Math.min(100, (100 * time) / seconds))}%`;
  return (
    <>
      <Waveform buffer={buffer} />
      <div class="spectrum">
        <Heatmap values={values} columns={COLUMNS} rows={ROWS} palette="loudness" label="Spectrogram of the sound" />
        {part && <i class="outside" style={{ left: 0, width: percent(part.start) }} />}
        {part && <i class="outside" style={{ left: percent(part.start + part.duration), right: 0 }} />}
      </div>
    </>
  );
}

function NumberField(props: { label: string; value: number | undefined; max: number; onChange: (value: number) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const shown = props.value?.toFixed(2) ?? "";
  const show = () => {
    if (input.current) input.current.value = shown;
  };
  // What somebody types is not written over by what comes from the server meanwhile.
  useEffect(() => {
    if (document.activeElement !== input.current) show();
  }, [shown]);
  return (
    <label class="field number">
      <span>{props.label}</span>
      <input
        ref={input}
        type="number"
        min={0}
        max={props.max.toFixed(2)}
        step={0.01}
        disabled={props.value === undefined}
        onBlur={show}
        onChange={(event) => {
          const value = event.currentTarget.valueAsNumber;
          if (Number.isFinite(value)) props.onChange(Math.max(0, Math.min(props.max, value)));
        }}
      />
      <span class="unit">s</span>
    </label>
  );
}

function PartFields({ seconds }: { seconds: number }) {
  const part = state.part.value;
  return (
    <div class="row fields">
      <NumberField
        label="From"
        value={part?.start}
        max={seconds}
        onChange={(start) => part && state.mark({ start, duration: Math.min(part.duration, seconds - start) })}
      />
      <NumberField
        label="For"
        value={part?.duration}
        max={seconds - (part?.start ?? 0)}
        onChange={(duration) => part && state.mark({ start: part.start, duration })}
      />
      <NumberField
        label="Let go after"
        value={state.noteLength.value ?? undefined}
        max={part?.duration ?? seconds}
        onChange={state.chooseLength}
      />
      <TempoField />
    </div>
  );
}

const SLOWEST = 10; // beats per minute, as the server takes them
const FASTEST = 999;

/** The tempo that LFOs and arpeggios follow; empty: each library's own. */
function TempoField() {
  return (
    <label class="field number">
      <span>Tempo</span>
      <input
        type="number"
        min={SLOWEST}
        max={FASTEST}
        step="any"
        placeholder="own"
        title="Tempo that LFOs and arpeggios follow; empty: the one that the library was rendered at"
        value={state.tempoChosen.value ?? ""}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          const tempo = Number.isFinite(typed) ? Math.max(SLOWEST, Math.min(FASTEST, typed)) : null;
          event.currentTarget.value = tempo === null ? "" : String(tempo);
          state.tempoChosen.value = tempo;
        }}
      />
      <span class="unit">BPM</span>
    </label>
  );
}

const LOW = 24;
const HIGH = 96;

function NoteFields() {
  const found = state.analysis.value;
  const note = state.note.value;
  const chosen = state.noteChosen.value;
  const others = found?.other_notes.map((other) => other.note) ?? [];
  const sure = found ? Math.round(100 * found.confidence) : 0;
  return (
    <>
      <div class="note-line">
        <output class="readout" aria-label="Note">
          {note === null ? "––" : noteName(note)}
        </output>
        <div class="note-words" aria-live="polite">
          {found === null ? (
            <p class="soft">Looking for the note…</p>
          ) : chosen !== null ? (
            <p>
              Set by hand.{" "}
              <button type="button" class="link" onClick={() => state.chooseNote(null)}>
                Find it again
              </button>
            </p>
          ) : (
            <p>
              Found, {sure} % sure.{" "}
              {sure < 90 && others.length > 0 && <span class="soft">It may be {others.map(spokenNote).join(" or ")} as well.</span>}
            </p>
          )}
          {found?.warnings.map((warning) => (
            <p key={warning} class="warning">
              {warning}
            </p>
          ))}
        </div>
      </div>
      <NoteKeys note={note} others={others} />
    </>
  );
}

function NoteKeys({ note, others }: { note: number | null; others: number[] }) {
  const [base, setBase] = useState<number | null>(null);
  const props = { label: "The sound's note", chosen: note, likely: others, onNote: state.chooseNote };
  if (!narrow.value) return <Piano {...props} low={LOW} high={HIGH} />;
  return <ShiftedPiano {...props} low={base ?? lowestAround(note ?? 60, 2)} octaves={2} onShift={setBase} />;
}
