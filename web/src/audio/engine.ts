import { matchedGains, levelOf, type Level } from "./level";

/** Which of the two sounds is heard. */
export type Side = "target" | "candidate";

const FADE = 0.008; // s; short enough to seem at once, long enough not to click
const KEPT = 80; // decoded sounds

interface Voice {
  source: AudioBufferSourceNode;
  gain: GainNode;
}

interface Pair {
  target: AudioBuffer | null;
  candidate: AudioBuffer | null;
  gainDb: number; // brings the candidate to the target's level
}

/**
 * Plays target and candidate side by side, so that switching between them leaves no gap, and single notes over it.
 * One for the page.
 */
export class Engine {
  private context: AudioContext | null = null;
  private out!: GainNode;
  private analyser!: AnalyserNode;
  private readonly decodings = new Map<string, Promise<AudioBuffer>>();
  private readonly ready = new WeakMap<Promise<AudioBuffer>, AudioBuffer>();
  private readonly levels = new WeakMap<AudioBuffer, Level>();
  private pair: Pair = { target: null, candidate: null, gainDb: 0 };
  private readonly voices: Record<Side, Voice | null> = { target: null, candidate: null };
  private notes = new Set<Voice>();
  private startedAt = 0;
  private run = 0; // counts starts, so that the end of an earlier one stops nothing
  side: Side = "candidate";
  loop = false;
  playing = false;
  /** Called whenever `playing` or `side` changes. */
  changed: () => void = () => undefined;

  /**
   * The context, which is the way to the loudspeaker. To be called when somebody first clicks or types, before which browsers
   * let none start: the first sound need not wait for it then.
   */
  wake(): AudioContext {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: "interactive" });
      this.out = this.context.createGain();
      this.analyser = this.context.createAnalyser();
      this.analyser.fftSize = 2048;
      this.out.connect(this.analyser).connect(this.context.destination);
    }
    if (this.context.state === "suspended") void this.context.resume();
    return this.context;
  }

  /** What has been decoded for a key, where that is done. */
  decoded(key: string): AudioBuffer | undefined {
    const made = this.decodings.get(key);
    return made && this.ready.get(made);
  }

  /** Decodes once for a key; the bytes are fetched only where they are needed. */
  decode(key: string, bytes: () => Promise<ArrayBuffer>): Promise<AudioBuffer> {
    const known = this.decodings.get(key);
    if (known) {
      this.decodings.delete(key); // and in again at the end: the oldest goes first
      this.decodings.set(key, known);
      return known;
    }
    // An offline context decodes before anybody has clicked.
    const made = bytes().then((data) => new OfflineAudioContext(2, 1, 44100).decodeAudioData(data));
    made.then(
      (buffer) => {
        this.ready.set(made, buffer);
        this.levelOf(buffer); // before it is to sound
      },
      () => this.decodings.delete(key),
    );
    this.decodings.set(key, made);
    const oldest = this.decodings.keys().next().value;
    if (this.decodings.size > KEPT && oldest !== undefined) this.decodings.delete(oldest);
    return made;
  }

  levelOf(buffer: AudioBuffer): Level {
    let level = this.levels.get(buffer);
    if (!level) {
      level = levelOf(channelsOf(buffer));
      this.levels.set(buffer, level);
    }
    return level;
  }

  /** Sets what is compared; while it plays, the new sounds go on where the old ones are. */
  setPair(target: AudioBuffer | null, candidate: AudioBuffer | null, gainDb: number): void {
    const before = this.pair;
    this.pair = { target, candidate, gainDb };
    if (!this.playing) return;
    const at = this.position;
    if (before.target !== target) this.replace("target", at);
    if (before.candidate !== candidate) this.replace("candidate", at);
    this.applyGains();
  }

  /** Plays the pair from the start, `side` to be heard. */
  play(side: Side = this.side): void {
    const context = this.wake();
    this.stop();
    this.side = side;
    this.playing = true;
    this.startedAt = context.currentTime;
    this.run += 1;
    this.replace("target", 0);
    this.replace("candidate", 0);
    this.applyGains();
    this.changed();
  }

  stop(): void {
    for (const side of ["target", "candidate"] as const) this.end(side);
    for (const voice of this.notes) fadeOut(voice, this.wake().currentTime);
    this.notes.clear();
    if (!this.playing) return;
    this.playing = false;
    this.changed();
  }

  setSide(side: Side): void {
    this.side = side;
    if (this.playing) this.applyGains();
    this.changed();
  }

  setLoop(loop: boolean): void {
    this.loop = loop;
    for (const voice of Object.values(this.voices)) if (voice) voice.source.loop = loop;
  }

  /** Plays a sound by itself, over whatever plays, at the level that the candidates have. */
  playNote(buffer: AudioBuffer, offset = 0, seconds?: number): void {
    const context = this.wake();
    const [gain] = matchedGains(this.levelOf(buffer), this.levelOf(buffer), 0);
    const voice = this.voice(buffer, gain);
    voice.source.start(0, offset, ...(seconds === undefined ? [] : [seconds]));
    voice.source.onended = () => this.notes.delete(voice);
    // More than a few at once would only be loud.
    while (this.notes.size >= 6) {
      const [oldest] = this.notes;
      fadeOut(oldest!, context.currentTime);
      this.notes.delete(oldest!);
    }
    this.notes.add(voice);
  }

  /** Seconds from the start of what is heard. */
  get position(): number {
    if (!this.playing || !this.context) return 0;
    const elapsed = this.context.currentTime - this.startedAt;
    const length = this.pair[this.side]?.duration ?? 0;
    return this.loop && length > 0 ? elapsed % length : elapsed;
  }

  /** RMS of what is heard now, full scale 1; 0 where nothing is. */
  get level(): number {
    if (!this.context) return 0;
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  }

  private voice(buffer: AudioBuffer, gain: number): Voice {
    const context = this.wake();
    const source = context.createBufferSource();
    source.buffer = buffer;
    const node = context.createGain();
    node.gain.value = gain;
    source.connect(node).connect(this.out);
    return { source, gain: node };
  }

  private replace(side: Side, at: number): void {
    this.end(side);
    const buffer = this.pair[side];
    if (!buffer) return;
    if (!this.loop && at >= buffer.duration) return;
    const voice = this.voice(buffer, 0);
    voice.source.loop = this.loop;
    voice.source.start(0, at % buffer.duration);
    const run = this.run;
    voice.source.onended = () => {
      if (run === this.run && this.voices[side] === voice) this.ended(side);
    };
    this.voices[side] = voice;
  }

  /** The sound that is heard has come to its end. */
  private ended(side: Side): void {
    this.voices[side] = null;
    if (side === this.side || !this.voices[this.side]) this.stop();
  }

  private end(side: Side): void {
    const voice = this.voices[side];
    if (voice) fadeOut(voice, this.wake().currentTime);
    this.voices[side] = null;
  }

  private applyGains(): void {
    const { target, candidate, gainDb } = this.pair;
    const silence: Level = { rms: 0, peak: 0 };
    const first = target ? this.levelOf(target) : candidate ? this.levelOf(candidate) : silence;
    const second = candidate ? this.levelOf(candidate) : silence;
    const [one, two] = matchedGains(first, second, target ? gainDb : 0);
    const now = this.wake().currentTime;
    for (const [side, gain] of [["target", one], ["candidate", two]] as const) {
      this.voices[side]?.gain.gain.setTargetAtTime(side === this.side ? gain : 0, now, FADE / 3);
    }
  }
}

export function channelsOf(buffer: AudioBuffer): Float32Array[] {
  return Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
}

function fadeOut(voice: Voice, now: number): void {
  voice.source.onended = null;
  voice.gain.gain.setTargetAtTime(0, now, FADE / 3);
  voice.source.stop(now + 2 * FADE);
}
