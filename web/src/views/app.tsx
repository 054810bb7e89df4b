import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { matches, selected } from "../state/match";
import { dismiss, notices } from "../state/notices";
import { connection, searchable } from "../state/server";
import { busy, openFile } from "../state/sound";
import { shownTheme, switchTheme } from "../state/theme";
import { ComparePanel } from "./compare_panel";
import { Confirm } from "./confirm";
import { open } from "./dialog";
import { Help, PastMatches } from "./dialogs";
import { Dock } from "./dock";
import { HearPanel } from "./hear_panel";
import { Icon } from "./icons";
import { MapDialog } from "./map_dialog";
import { RecipePanel } from "./recipe_panel";
import { SearchPanel } from "./search_panel";
import { FileInput, SoundPanel } from "./sound_panel";
import { TakePanel } from "./take_panel";

const dragged = signal(false);

export function App() {
  useEffect(watchDrops, []);
  return (
    <>
      <a class="skip" href="#sound">
        Skip to the sound
      </a>
      <Bar />
      <main>
        <h1 class="hidden">Patch Pilot</h1>
        <div class="columns">
          <div class="column">
            <SoundPanel />
            <SearchPanel />
          </div>
          <div class="column">
            <HearPanel />
            {selected.value && <TakePanel />}
          </div>
        </div>
        {selected.value && (
          <>
            <ComparePanel />
            <RecipePanel />
          </>
        )}
      </main>
      <Dock />
      <Notices />
      <FileInput />
      <Help />
      <PastMatches />
      <MapDialog />
      <Confirm />
      {dragged.value && <div class="drop-cover" aria-hidden="true">Drop it</div>}
    </>
  );
}

function Bar() {
  const lost = connection.value === "lost";
  return (
    <header class="bar">
      <span class="brand">
        <img src="/icon.svg" alt="" width="32" height="32" />
        Patch Pilot
      </span>
      <span class={`lamp ${connection.value}`} role="status">
        {busy.value ?? (lost ? "Patch Pilot does not answer. Start it again; the page goes on by itself." : "")}
      </span>
      <nav class="row" aria-label="Tools">
        <button type="button" class="quiet" disabled={searchable.value.length === 0} onClick={() => (open.value = "map")}>
          <Icon name="map" />
          <span class="wide-only">Library</span>
        </button>
        <button type="button" class="quiet" onClick={() => (open.value = "matches")}>
          <Icon name="history" />
          <span class="wide-only">Past matches</span>
          <span class="badge">{matches.value.length}</span>
        </button>
        <button type="button" class="quiet round" aria-label={shownTheme.value === "dark" ? "Light colours" : "Dark colours"} onClick={switchTheme}>
          <Icon name={shownTheme.value === "dark" ? "sun" : "moon"} />
        </button>
        <button type="button" class="quiet round" aria-label="Keys" onClick={() => (open.value = "help")}>
          ?
        </button>
      </nav>
    </header>
  );
}

function Notices() {
  return (
    <div class="notices" role="log" aria-live="polite" aria-label="Messages">
      {notices.value.map((notice) => (
        <div key={notice.id} class={`notice ${notice.kind}`}>
          <p>{notice.text}</p>
          <button type="button" class="quiet round" aria-label="Close the message" onClick={() => dismiss(notice.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

/** A sound may be dropped anywhere on the page. */
function watchDrops(): () => void {
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dragged.value = true;
  };
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) dragged.value = false;
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    dragged.value = false;
    const file = event.dataTransfer?.files[0];
    if (file) void openFile(file, file.name);
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", leave);
  document.addEventListener("drop", drop);
  return () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("dragleave", leave);
    document.removeEventListener("drop", drop);
  };
}
