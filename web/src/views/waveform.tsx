import { useEffect, useRef } from "preact/hooks";
import type WaveSurfer from "wavesurfer.js";
import type { Region } from "wavesurfer.js/plugins/regions";
import { channelsOf } from "../audio/engine";
import { mark, part, type Part } from "../state/sound";
import { engine } from "../state/player";
import { shownTheme } from "../state/theme";

const SHORTEST = 0.05; // s

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return { wave: of("--wave"), region: of("--region"), line: of("--accent") };
}

/** The sound's waveform, with the part that is matched marked on it, to be dragged. */
export function Waveform({ buffer }: { buffer: AudioBuffer }) {
  const container = useRef<HTMLDivElement>(null);
  const surfer = useRef<WaveSurfer | null>(null);
  const region = useRef<Region | null>(null);
  const theme = shownTheme.value;
  const shown = part.value;

  const showPart = (now: Part | null) => {
    if (now) region.current?.setOptions({ start: now.start, end: now.start + now.duration });
  };

  useEffect(() => {
    let gone = false;
    const make = async () => {
      // Only who has a sound needs these.
      const [{ default: Surfer }, { default: Regions }] = await Promise.all([
        import("wavesurfer.js"),
        import("wavesurfer.js/plugins/regions"),
      ]);
      if (gone || !container.current) return;
      const regions = Regions.create();
      const made = Surfer.create({
        container: container.current,
        height: "auto",
        peaks: channelsOf(buffer).slice(0, 1),
        duration: buffer.duration,
        waveColor: colours().wave,
        progressColor: colours().wave,
        cursorWidth: 0,
        normalize: true,
        barWidth: 2,
        barGap: 1,
        barRadius: 1,
        plugins: [regions],
      });
      surfer.current = made;
      made.on("interaction", (time) => engine.playNote(buffer, time));
      made.on("ready", () => {
        region.current = regions.addRegion({
          id: "part",
          start: 0,
          end: buffer.duration,
          minLength: SHORTEST,
          color: colours().region,
          drag: true,
          resize: true,
        });
        region.current.on("update-end", () => {
          const { start, end } = region.current!;
          mark({ start, duration: end - start });
        });
        showPart(part.peek());
      });
    };
    void make();
    return () => {
      gone = true;
      surfer.current?.destroy();
      surfer.current = null;
      region.current = null;
    };
  }, [buffer]);

  useEffect(() => showPart(shown), [shown]);
  useEffect(() => {
    surfer.current?.setOptions({ waveColor: colours().wave, progressColor: colours().wave });
    region.current?.setOptions({ color: colours().region });
  }, [theme]);

  return <div class="waveform" ref={container} aria-hidden="true" />;
}
