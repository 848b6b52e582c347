import { describe, expect, it } from "vitest";
import { createByteCollector, readBounded } from "../../src/resource-server/bounded-body.js";

const MAX = 6;

/** Returns a stream of texts, as the web has it, with a count of what it was asked for. */
function streamOf(texts: readonly string[], end: "close" | "fail" | "cancel fails" = "close") {
  const calls = { pulled: 0, cancelled: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const text = texts[calls.pulled];
        calls.pulled += 1;
        if (text !== undefined) controller.enqueue(new TextEncoder().encode(text));
        else if (end === "fail") controller.error(new Error("broken off"));
        else controller.close();
      },
      cancel: () => {
        calls.cancelled += 1;
        if (end === "cancel fails") throw new Error("cannot be cancelled");
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, calls };
}

describe("a bounded body", () => {
  it.each([
    ["an empty body", [], ""],
    ["one chunk", ["abcdef"], "abcdef"],
    ["several chunks, empty ones among them", ["a", "", "bc", "def"], "abcdef"],
    ["a chunk over the limit", ["abcdefg"], undefined],
    ["chunks over the limit together", ["abc", "def", "g"], undefined],
  ])("is read up to its limit: %s", async (_title, texts, expected) => {
    const bytes = await readBounded(streamOf(texts).stream, MAX);
    expect(bytes && new TextDecoder().decode(bytes)).toBe(expected);
  });

  it("is empty if there is no stream", async () => {
    expect(await readBounded(null, MAX)).toEqual(new Uint8Array());
  });

  it.each(["close", "cancel fails"] as const)(
    "is cancelled at the first byte over the limit, and read no further (%s)",
    async (end) => {
      const { stream, calls } = streamOf(["abcdef", "g", "h"], end);
      expect(await readBounded(stream, MAX)).toBeUndefined();
      expect(calls).toEqual({ pulled: 2, cancelled: 1 });
    },
  );

  it("does not wait for a cancellation that never ends", async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(MAX + 1)),
      cancel: () => new Promise<void>(() => undefined),
    });
    expect(await readBounded(endless, MAX)).toBeUndefined();
  });

  it("rejects if its stream fails", async () => {
    await expect(readBounded(streamOf(["abc"], "fail").stream, MAX)).rejects.toThrow("broken off");
  });
});

describe("a collector of bytes", () => {
  it("takes chunks up to its limit and joins them", () => {
    const collector = createByteCollector(3);
    expect([[1], [2, 3]].map((chunk) => collector.add(Uint8Array.from(chunk)))).toEqual([
      true,
      true,
    ]);
    expect(collector.join()).toEqual(Uint8Array.from([1, 2, 3]));
    expect(collector.add(Uint8Array.from([4]))).toBe(false);
  });
});
