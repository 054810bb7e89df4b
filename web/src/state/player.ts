import { signal } from "@preact/signals";
import { Engine, type Side } from "../audio/engine";

export const engine = new Engine();

export const playing = signal(false);
export const side = signal<Side>("candidate");
export const loop = signal(false);

engine.changed = () => {
  playing.value = engine.playing;
  side.value = engine.side;
};

// Browsers let nothing sound before somebody has clicked or typed.
for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => engine.wake(), { once: true, capture: true });

export function playOrStop(): void {
  if (engine.playing) engine.stop();
  else engine.play();
}

export function switchSide(): void {
  engine.setSide(engine.side === "target" ? "candidate" : "target");
}

export function switchLoop(): void {
  loop.value = !loop.value;
  engine.setLoop(loop.value);
}
