import { signal } from "@preact/signals";
import { semitoneOf } from "../audio/notes";
import { match, playCandidate, playNote, searching, selected, startMatch, stopMatch } from "../state/match";
import { engine, playOrStop, switchLoop, switchSide } from "../state/player";
import { switchTheme } from "../state/theme";
import { question } from "./confirm";
import { open } from "./dialog";
import { firstLetter, shiftOctave } from "./dock";
import { chooseFile } from "./sound_panel";

/** The keys, as the help overlay lists them. */
export const KEYS = [
  { shown: "Space", does: "Play, stop" },
  { shown: "A", does: "Switch between target and candidate" },
  { shown: "1 – 9", does: "Play a candidate" },
  { shown: "L", does: "Loop" },
  { shown: "Z S X D C V G B H N J M", does: "Play the candidate, as on a piano" },
  { shown: "[  ]", does: "Octave down, up" },
  { shown: "O", does: "Open a sound" },
  { shown: "F", does: "Find: start the match; once more to stop it" },
  { shown: "P", does: "Past matches" },
  { shown: "K", does: "The library's map" },
  { shown: "T", does: "Dark, light" },
  { shown: "?", does: "This list" },
  { shown: "Esc", does: "Silence; close what is open" },
];

const KEY = "shortcuts";
/** Off for people who speak to their machine, and whose words would press keys. */
export const shortcutsOn = signal(localStorage.getItem(KEY) !== "off");

export function switchShortcuts(): void {
  shortcutsOn.value = !shortcutsOn.value;
  localStorage.setItem(KEY, shortcutsOn.value ? "on" : "off");
}

/** Whether the element needs the key itself. */
function takes(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input[type=checkbox], input[type=radio]")) return key === " ";
  if (target.matches("input, textarea, select")) return true;
  return key === " " && target.matches("button, a, summary");
}

function act(event: KeyboardEvent): boolean {
  const letters: Record<string, () => void> = {
    " ": () => selected.value && playOrStop(),
    a: switchSide,
    l: switchLoop,
    o: chooseFile,
    f: () => void (searching.value ? stopMatch() : startMatch()),
    p: () => (open.value = "matches"),
    k: () => (open.value = "map"),
    t: switchTheme,
    "?": () => (open.value = "help"),
    "[": () => shiftOctave(-1),
    "]": () => shiftOctave(1),
  };
  const semitone = semitoneOf(event.code);
  if (/^[1-9]$/.test(event.key)) {
    if (match.value?.candidates[Number(event.key) - 1]) void playCandidate(Number(event.key));
  } else if (semitone !== undefined) {
    if (!event.repeat) void playNote(firstLetter() + semitone);
  } else {
    const does = letters[event.key.toLowerCase()];
    if (!does) return false;
    if (!event.repeat) does();
  }
  return true;
}

export function startShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      engine.stop();
      return;
    }
    if (open.value !== null || question.value !== null || !shortcutsOn.value || takes(event.target, event.key)) return;
    if (act(event)) event.preventDefault();
  });
}
