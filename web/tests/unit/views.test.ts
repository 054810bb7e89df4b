import { describe, expect, it, vi } from "vitest";
import { wavBytes } from "../../src/audio/wav";
import type { Candidate, Match, MatchSummary } from "../../src/api/types";
import { latest } from "../../src/state/latest";
import { steps } from "../../src/views/curve";
import { activity, distance, duration, identity, moment, remarksOn, statusText } from "../../src/views/format";
import { nearestTo, neighbour } from "../../src/views/map_points";

describe("latest", () => {
  it("does only the last of several calls, and gives up what an earlier one still does", async () => {
    vi.useFakeTimers();
    const begun: number[] = [];
    const aborted: number[] = [];
    const call = latest(50, (stop: AbortSignal, value: number) => {
      begun.push(value);
      stop.addEventListener("abort", () => aborted.push(value));
      return Promise.resolve();
    });
    call(1);
    call(2);
    await vi.advanceTimersByTimeAsync(60);
    expect(begun).toEqual([2]);
    call(3);
    expect(aborted).toEqual([2]);
    call.cancel();
    await vi.advanceTimersByTimeAsync(60);
    expect(begun).toEqual([2]);
    vi.useRealTimers();
  });
});

describe("the curve", () => {
  it("falls in steps within its box, and is nothing without points", () => {
    expect(steps([])).toBe("");
    const line = steps([
      { renders: 50, seconds: 1, distance: 40, mss: 4 },
      { renders: 90, seconds: 2, distance: 10, mss: 1 },
    ]);
    expect(line).toBe("M200.0 8.0H400.0V77.0");
  });
});

describe("what happens", () => {
  const match = { state: "ranking", candidates: [], provisional: false, progress: { done: 0, total: 0 } } as unknown as Match;
  it("is told apart while the first candidates can be heard already", () => {
    expect(statusText(match)).toBe("Listening to what was found");
    expect(statusText({ ...match, provisional: true })).toBe("These are the first; listening to the others");
  });

  it("is told of a match that waits and of one that runs", () => {
    expect(statusText({ ...match, state: "queued", position: 2 })).toBe("Waiting, number 2 in the queue");
    expect(statusText({ ...match, state: "refining", progress: { done: 5, total: 10, seconds_left: 4 } })).toBe("Refining, 4 s left");
    const one = { state: "queued", position: 2 } as MatchSummary;
    expect(activity(one)).toBe("waiting, number 2");
    expect(activity({ ...one, state: "refining" })).toBe("refining");
    expect(activity({ ...one, state: "done" })).toBe("");
  });
});

describe("a candidate", () => {
  const bred = { synth: "MDA JX10", origin: "jx10.db, patch 7, refined" } as Candidate;
  it("is told by its origin, and where several have one, by what sets each apart", () => {
    expect(identity(bred)).toEqual(["MDA JX10", "jx10.db, patch 7, refined"]);
    expect(identity({ ...bred, unlike: { rank: 1, parameters: ["Cutoff", "Amp envelope: Decay"] } })).toEqual(["Like 1 but for", "Cutoff, Amp envelope: Decay"]);
    expect(identity({ ...bred, unlike: { rank: 2, parameters: [] } })).toEqual(["MDA JX10", "Nearly like 2"]);
  });
});

describe("the remarks", () => {
  const match = { remarks: ["jx10 is searched by another: it cannot be opened: no such file", "plain"] } as Match;
  const told = [
    { line: "jx10 is searched by another", why: "it cannot be opened: no such file" },
    { line: "plain", why: "" },
  ];
  it("are what the server says, and the renders that were skipped", () => {
    expect(remarksOn(match)).toEqual(told);
    expect(remarksOn({ ...match, problems: { count: 1, first: "patch 3: it crashed" } })).toEqual([...told, { line: "1 render was skipped", why: "patch 3: it crashed" }]);
    expect(remarksOn({ ...match, problems: { count: 2000, first: "patch 3: it crashed" } })[2]!.line).toBe("2,000 renders were skipped; why, of the first");
  });
});

describe("words for numbers", () => {
  it("say what is not known", () => {
    expect(distance(null)).toBe("–");
    expect(distance(18.96)).toBe("19.0");
  });

  it("give times as one says them", () => {
    expect([4.2, 65, 3720].map(duration)).toEqual(["4 s", "1 min 5 s", "1 h 2 min"]);
    expect(moment("not a date")).toBe("not a date");
  });
});

describe("the map", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 1 },
    { x: 11, y: 40 },
    { x: -5, y: 0 },
  ];

  it("finds the point under the pointer, and none where none is", () => {
    expect(nearestTo(points, 9, 0, 5)).toBe(1);
    expect(nearestTo(points, 100, 100, 5)).toBeNull();
  });

  it("goes to the neighbour that lies in the direction", () => {
    expect(neighbour(points, 0, 1, 0)).toBe(1);
    expect(neighbour(points, 0, -1, 0)).toBe(3);
    expect(neighbour(points, 0, 0, 1)).toBe(2);
    expect(neighbour(points, 3, -1, 0)).toBeNull();
  });
});

describe("wavBytes", () => {
  it("interleaves the channels as floats after a header that counts them", () => {
    const view = new DataView(wavBytes([Float32Array.of(0.5, -0.5), Float32Array.of(1, 0)], 48000));
    expect(view.byteLength).toBe(44 + 16);
    expect(view.getUint16(22, true)).toBe(2);
    expect(view.getUint32(24, true)).toBe(48000);
    expect(view.getUint32(40, true)).toBe(16);
    expect([44, 48, 52, 56].map((at) => view.getFloat32(at, true))).toEqual([0.5, 1, -0.5, 0]);
  });
});
