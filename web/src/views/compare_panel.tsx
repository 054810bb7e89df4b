import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { inWords, selected } from "../state/match";
import { COLUMNS, differenceShades, heardShades, targetShades } from "../state/pictures";
import { engine, playing } from "../state/player";
import { targetBuffer } from "../state/match";
import { ROWS } from "../audio/spectrogram";
import { Heatmap } from "./heatmap";
import type { Palette } from "./colours";
import { Panel } from "./panel";

export function ComparePanel() {
  const words = inWords.value;
  const number = selected.value?.rank ?? "";
  return (
    <Panel id="compare" title="Side by side" side={<span class="soft">32 Hz to 16 kHz, the candidate at the target's level</span>}>
      <div class="pictures">
        {!words && <Picture title="Target" values={targetShades.value} palette="loudness" />}
        <Picture title={`Candidate ${number}`} values={heardShades.value} palette="loudness" />
        {!words && (
          <Picture title="Difference" values={differenceShades.value} palette="difference">
            <span class="key-target">target louder</span>
            <span class="key-candidate">candidate louder</span>
          </Picture>
        )}
      </div>
    </Panel>
  );
}

interface PictureProps {
  title: string;
  values: Float32Array | null;
  palette: Palette;
  children?: ComponentChildren;
}

function Picture({ title, values, palette, children }: PictureProps) {
  return (
    <figure class="picture">
      <div class="screen">
        <Heatmap values={values} columns={COLUMNS} rows={ROWS} palette={palette} label={`Spectrogram: ${title}`} />
        <Playhead />
      </div>
      <figcaption>
        <span>{title}</span>
        {children}
      </figcaption>
    </figure>
  );
}

/** A line where the sound is now. */
function Playhead() {
  const line = useRef<HTMLElement>(null);
  const on = playing.value;
  useEffect(() => {
    if (!on) return undefined;
    let frame = 0;
    const show = () => {
      const part = engine.position / (targetBuffer.peek()?.duration ?? 1);
      line.current?.style.setProperty("--at", `${100 * Math.min(1, part)}%`);
      frame = requestAnimationFrame(show);
    };
    show();
    return () => cancelAnimationFrame(frame);
  }, [on]);
  return <i class="playhead" ref={line} hidden={!on} />;
}
