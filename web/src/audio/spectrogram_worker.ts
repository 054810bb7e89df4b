import { spectrogram } from "./spectrogram";
import type { Drawing } from "./spectrogram_aside";

// A worker's own window, of which TypeScript knows only in files that no page is made of.
interface Scope {
  onmessage: (event: MessageEvent<Drawing>) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}
const scope = self as unknown as Scope;

scope.onmessage = ({ data: { id, samples, rate, seconds, columns } }) => {
  const drawn = spectrogram(samples, rate, seconds, columns);
  scope.postMessage({ id, drawn }, [drawn.levels.buffer]);
};
