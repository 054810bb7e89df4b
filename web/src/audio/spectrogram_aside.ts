import { channelsOf } from "./engine";
import { mixed, type Spectrogram } from "./spectrogram";

/** What the worker is asked for. */
export interface Drawing {
  id: number;
  samples: Float32Array;
  rate: number;
  seconds: number;
  columns: number;
}

const waiting = new Map<number, (drawn: Spectrogram) => void>();
let worker: Worker | undefined;
let asked = 0;

function workerOf(): Worker {
  if (!worker) {
    worker = new Worker(new URL("./spectrogram_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data: { id, drawn } }: MessageEvent<{ id: number; drawn: Spectrogram }>) => {
      waiting.get(id)?.(drawn);
      waiting.delete(id);
    };
  }
  return worker;
}

/** `spectrogram` of a sound, computed beside the page: what is clicked or typed meanwhile need not wait for it. */
export function spectrogramAside(buffer: AudioBuffer, seconds: number, columns: number): Promise<Spectrogram> {
  const id = ++asked;
  const drawing: Drawing = { id, samples: mixed(channelsOf(buffer)), rate: buffer.sampleRate, seconds, columns };
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    workerOf().postMessage(drawing);
  });
}
