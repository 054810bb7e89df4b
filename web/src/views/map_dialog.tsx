import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import type { MapPoint } from "../api/types";
import { noteName } from "../audio/notes";
import { tellFailure } from "../state/notices";
import { engine } from "../state/player";
import { chosenLibraries, searchable } from "../state/server";
import { shownTheme } from "../state/theme";
import { colourOf } from "./colours";
import { Dialog } from "./dialog";
import { nearestTo, neighbour } from "./map_points";

const REST = 90; // ms that the pointer rests before a sound starts
const REACH = 24; // pixels from the pointer to a point
const MARGIN = 16; // pixels

export function MapDialog() {
  return (
    <Dialog name="map" title="Library">
      <LibraryMap />
    </Dialog>
  );
}

function LibraryMap() {
  const [id, setId] = useState((chosenLibraries.value[0] ?? searchable.value[0])?.id ?? "");
  const [points, setPoints] = useState<MapPoint[] | null>(null);
  const [current, setCurrent] = useState<number | null>(null);
  useEffect(() => {
    let wanted = true;
    setPoints(null);
    setCurrent(null);
    api.map(id).then((found) => wanted && setPoints(found), tellFailure);
    return () => {
      wanted = false;
    };
  }, [id]);
  const hear = (index: number) => {
    setCurrent(index);
    const point = points?.[index];
    if (point) void play(id, point.patch);
  };
  const point = current === null ? undefined : points?.[current];
  return (
    <>
      <div class="screen map-screen">
        {points ? <MapCanvas points={points} current={current} onHear={hear} /> : <p class="soft waiting">Drawing the map…</p>}
      </div>
      <div class="row map-line">
        <p aria-live="polite">
          {point ? (
            <>
              <b>{point.name ?? `Patch ${point.patch}`}</b> <span class="soft">at {noteName(point.note)}</span>
            </>
          ) : (
            <span class="soft">Point at a sound to hear it, or use the arrow keys. What lies near is alike.</span>
          )}
        </p>
        {searchable.value.length > 1 && (
          <select aria-label="Library" value={id} onChange={(event) => setId(event.currentTarget.value)}>
            {searchable.value.map((library) => (
              <option key={library.id} value={library.id}>
                {library.synth}: {library.name}
              </option>
            ))}
          </select>
        )}
      </div>
    </>
  );
}

async function play(library: string, patch: number): Promise<void> {
  const url = api.patchRender(library, patch);
  try {
    const buffer = await engine.decode(url, async () => (await api.render(url, {})).bytes);
    engine.stop();
    engine.playNote(buffer);
  } catch (problem) {
    tellFailure(problem);
  }
}

interface CanvasProps {
  points: MapPoint[];
  current: number | null;
  onHear: (index: number) => void;
}

function MapCanvas({ points, current, onHear }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rest = useRef<ReturnType<typeof setTimeout>>();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const theme = shownTheme.value;
  const place = (point: MapPoint) => ({
    x: MARGIN + point.x * (size.width - 2 * MARGIN),
    y: MARGIN + (1 - point.y) * (size.height - 2 * MARGIN),
  });

  useEffect(() => {
    const watched = canvas.current!;
    const observer = new ResizeObserver(() => setSize({ width: watched.clientWidth, height: watched.clientHeight }));
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  useEffect(() => () => clearTimeout(rest.current), []);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !size.width) return;
    const radius = Math.max(2.2, size.width / 420);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    const dot = (point: MapPoint, r: number) => {
      const { x, y } = place(point);
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
    };
    for (const point of points) {
      context.fillStyle = colourOf(point.z, theme);
      dot(point, radius);
      context.fill();
    }
    const marked = current === null ? undefined : points[current];
    if (!marked) return;
    context.strokeStyle = theme === "dark" ? "#f0ede6" : "#1b1c1e";
    context.lineWidth = 2.5;
    dot(marked, 3.2 * radius);
    context.stroke();
  }, [points, current, size, theme]);

  const point = (event: PointerEvent) => {
    const index = nearestTo(points.map(place), event.offsetX, event.offsetY, REACH);
    clearTimeout(rest.current);
    if (index !== null && index !== current) rest.current = setTimeout(() => onHear(index), REST);
  };
  const key = (event: KeyboardEvent) => {
    const ways: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      Enter: [0, 0],
      " ": [0, 0],
    };
    const way = ways[event.key];
    if (!way || points.length === 0) return;
    event.preventDefault();
    const places = points.map(place);
    if (current === null) onHear(nearestTo(places, size.width / 2, size.height / 2, Infinity) ?? 0);
    else onHear(neighbour(places, current, way[0], way[1]) ?? current);
  };
  return (
    <canvas
      ref={canvas}
      width={size.width * devicePixelRatio}
      height={size.height * devicePixelRatio}
      tabIndex={0}
      role="application"
      aria-label="Map of the library's sounds. The arrow keys go from sound to sound, Enter plays one again."
      onPointerMove={point}
      onPointerLeave={() => clearTimeout(rest.current)}
      onClick={(event) => {
        const index = nearestTo(points.map(place), event.offsetX, event.offsetY, REACH);
        if (index !== null) onHear(index);
      }}
      onKeyDown={key}
    />
  );
}
