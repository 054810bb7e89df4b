type Rgb = [number, number, number];

// From silence to loud, in equal steps, for each theme: the panel's ground, the accent on the way, and the ink's end.
const LOUDNESS: Record<"dark" | "light", Rgb[]> = {
  dark: [[19, 21, 24], [48, 33, 31], [104, 48, 30], [178, 78, 32], [255, 157, 77], [255, 231, 199]],
  light: [[250, 248, 244], [245, 226, 208], [236, 184, 143], [216, 120, 62], [160, 56, 12], [70, 20, 4]],
};
// From "only the target" over "alike" to "only the candidate".
const DIFFERENCE: Record<"dark" | "light", Rgb[]> = {
  dark: [[142, 190, 255], [60, 92, 140], [19, 21, 24], [156, 76, 32], [255, 170, 96]],
  light: [[22, 72, 150], [142, 178, 226], [250, 248, 244], [240, 176, 130], [176, 62, 12]],
};

const STEPS = 256;

/** 256 colours as RGBA bytes, between those given. */
function table(colours: Rgb[]): Uint8ClampedArray {
  const bytes = new Uint8ClampedArray(4 * STEPS);
  for (let i = 0; i < STEPS; ++i) {
    const place = (i / (STEPS - 1)) * (colours.length - 1);
    const below = Math.min(Math.floor(place), colours.length - 2);
    for (let channel = 0; channel < 3; ++channel) {
      const low = colours[below]![channel]!;
      bytes[4 * i + channel] = low + (colours[below + 1]![channel]! - low) * (place - below);
    }
    bytes[4 * i + 3] = 255;
  }
  return bytes;
}

const TABLES = {
  loudness: { dark: table(LOUDNESS.dark), light: table(LOUDNESS.light) },
  difference: { dark: table(DIFFERENCE.dark), light: table(DIFFERENCE.light) },
};

export type Palette = keyof typeof TABLES;

/** Pixels of `values` (0 to 1), row 0 at the bottom. */
export function pixels(values: Float32Array, columns: number, rows: number, palette: Palette, theme: "dark" | "light"): ImageData {
  const image = new ImageData(columns, rows);
  const colours = TABLES[palette][theme];
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) {
      const step = 4 * Math.round(values[row * columns + column]! * (STEPS - 1));
      const at = 4 * ((rows - 1 - row) * columns + column);
      for (let channel = 0; channel < 4; ++channel) image.data[at + channel] = colours[step + channel]!;
    }
  }
  return image;
}

/** A CSS colour for a third direction (0 to 1) of a map. */
export function colourOf(value: number, theme: "dark" | "light"): string {
  const [cold, warm]: [Rgb, Rgb] = theme === "dark" ? [[106, 155, 224], [255, 157, 77]] : [[40, 96, 176], [178, 60, 8]];
  const mixed = cold.map((channel, i) => Math.round(channel + (warm[i]! - channel) * Math.min(1, Math.max(0, value))));
  return `rgb(${mixed.join(" ")})`;
}
