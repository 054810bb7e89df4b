import { wavOf } from "./wav";

export interface Recording {
  /** Ends it and gives a WAV, as not every server reads what a browser records in. */
  finish(): Promise<Blob>;
  /** RMS of what comes in now. */
  level(): number;
}

/** Records from the microphone, as it is: with none of what makes speech clearer and an instrument worse. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.start();
  return {
    level: () => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    },
    finish: async () => {
      await new Promise((resolve) => {
        recorder.onstop = resolve;
        recorder.stop();
      });
      for (const track of stream.getTracks()) track.stop();
      const buffer = await context.decodeAudioData(await new Blob(pieces).arrayBuffer());
      await context.close();
      return wavOf(buffer);
    },
  };
}
