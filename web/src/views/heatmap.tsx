import { useEffect, useRef } from "preact/hooks";
import { shownTheme } from "../state/theme";
import { pixels, type Palette } from "./colours";

interface Props {
  values: Float32Array | null; // 0 to 1, row 0 at the bottom
  columns: number;
  rows: number;
  palette: Palette;
  label: string;
}

/** Values as colours, stretched over the place that there is. */
export function Heatmap({ values, columns, rows, palette, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = shownTheme.value;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    if (values) context.putImageData(pixels(values, columns, rows, palette, theme), 0, 0);
    else context.clearRect(0, 0, columns, rows);
  }, [values, columns, rows, palette, theme]);
  return <canvas ref={canvas} class="heatmap" width={columns} height={rows} role="img" aria-label={label} />;
}
