import type { JSX } from "preact";

// Drawn on a grid of 24, in the colour of the text beside them.
const PATHS = {
  play: "M7 4.5v15l13-7.5z",
  stop: "M6 6h12v12H6z",
  loop: "M17 2.5 21 6.5l-4 4M21 6.5H8a5 5 0 0 0-5 5M7 21.5l-4-4 4-4M3 17.5h13a5 5 0 0 0 5-5",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  unlock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.6-1.6",
  close: "M5 5l14 14M19 5 5 19",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  download: "M12 3v12M7 10.5l5 5 5-5M4 20.5h16",
  install: "M4 14v6h16v-6M12 3v11M8 10.5l4 4 4-4",
  history: "M4 5v5h5M4.5 10A8 8 0 1 1 4 14M12 8v5l3.5 2",
  map: "M5 7h.01M9 15h.01M12 5h.01M13 11h.01M17 17h.01M19 8h.01M6 19h.01M15 20h.01",
  microphone: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  file: "M12 16V4M7 8.5l5-5 5 5M4 15v5h16v-5",
  undo: "M8 4 4 8l4 4M4 8h10a6 6 0 0 1 0 12H8",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13",
} as const;

const FILLED = new Set<string>(["play", "stop"]);

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class={FILLED.has(name) ? "icon filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
