import { api } from "../api/client";
import type { Candidate, Preset } from "../api/types";
import { wavOf } from "../audio/wav";
import { changes, install, match, selected, shaped, turned } from "../state/match";
import { tellFailure } from "../state/notices";
import { Icon } from "./icons";
import { Panel } from "./panel";

export function TakePanel() {
  const candidate = selected.value;
  const shown = match.value;
  return (
    <Panel id="take" number={4} title="Take it" side={turned.value && <span class="soft">with what you have turned</span>}>
      <div class="row take">
        {candidate && (
          <>
            <button type="button" id="install" class="primary" onClick={() => void install(candidate)}>
              <Icon name="install" />
              Install into {candidate.synth}
            </button>
            {candidate.presets.map((preset) => (
              <button key={preset.url} type="button" onClick={() => void savePreset(preset)}>
                <Icon name="download" />
                Preset, .{preset.format}
              </button>
            ))}
            <button type="button" onClick={() => saveRender(candidate)}>
              <Icon name="download" />
              Render, .wav
            </button>
            <a class="button" href={candidate.recipe} download={`${candidate.name}.txt`}>
              <Icon name="download" />
              Recipe, .txt
            </a>
          </>
        )}
        {shown?.zip && (
          <a class="button" href={shown.zip} download={`${shown.name}.zip`}>
            <Icon name="download" />
            Everything, .zip
          </a>
        )}
      </div>
    </Panel>
  );
}

function save(data: Blob | string, name: string): void {
  const url = typeof data === "string" ? data : URL.createObjectURL(data);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  if (typeof data !== "string") URL.revokeObjectURL(url);
}

async function savePreset(preset: Preset): Promise<void> {
  try {
    // A folder comes packed.
    const name = preset.format === "lv2" ? `${preset.name}.zip` : preset.name;
    save(turned.value ? await api.preset(preset.url, changes.value) : preset.url, name);
  } catch (problem) {
    tellFailure(problem);
  }
}

function saveRender(candidate: Candidate): void {
  save(shaped.value ? wavOf(shaped.value.buffer) : candidate.audio, `${candidate.name}.wav`);
}
