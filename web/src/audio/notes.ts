const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/** The name of a MIDI note; 60 is C4. */
export function noteName(note: number): string {
  return `${NAMES[((note % 12) + 12) % 12]}${Math.floor(note / 12) - 1}`;
}

export function isBlack(note: number): boolean {
  return noteName(note).includes("#");
}

/** A name for a screen reader, which would leave the sign out: "C sharp 4". */
export function spokenNote(note: number): string {
  return noteName(note).replace("#", " sharp ");
}

// One octave on the lower rows of a computer's keyboard, by the key's place and not by its letter, as it differs
// between countries.
const PLACES = ["KeyZ", "KeyS", "KeyX", "KeyD", "KeyC", "KeyV", "KeyG", "KeyB", "KeyH", "KeyN", "KeyJ", "KeyM", "Comma"];

/** Semitones above the keyboard's lowest C; undefined for a key that plays nothing. */
export function semitoneOf(code: string): number | undefined {
  const place = PLACES.indexOf(code);
  return place < 0 ? undefined : place;
}
