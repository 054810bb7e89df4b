import { channelsOf } from "./engine";

const HEADER = 44; // bytes

/** A WAV of 32-bit floats. */
export function wavOf(buffer: AudioBuffer): Blob {
  return new Blob([wavBytes(channelsOf(buffer), buffer.sampleRate)], { type: "audio/wav" });
}

/** The bytes of a WAV file of 32-bit floats (RIFF, format 3). */
export function wavBytes(channels: Float32Array[], rate: number): ArrayBuffer {
  const length = channels[0]?.length ?? 0;
  const frame = 4 * channels.length;
  const bytes = new ArrayBuffer(HEADER + frame * length);
  const view = new DataView(bytes);
  const text = (at: number, value: string) => value.split("").forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, bytes.byteLength - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 3, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * frame, true);
  view.setUint16(32, frame, true);
  view.setUint16(34, 32, true);
  text(36, "data");
  view.setUint32(40, frame * length, true);
  let at = HEADER;
  for (let i = 0; i < length; ++i) {
    for (const channel of channels) {
      view.setFloat32(at, channel[i]!, true);
      at += 4;
    }
  }
  return bytes;
}
