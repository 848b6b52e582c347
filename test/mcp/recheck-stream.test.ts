import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { recheckStream, watchedBody } from "../../src/mcp/http/recheck-stream.js";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

it("checks once when the token expires, and then only at the interval if the token is still valid", async () => {
  const looks: number[] = [];
  const mayContinue = () => {
    looks.push(Date.now());
    return Promise.resolve(true);
  };
  const { end } = recheckStream(mayContinue, 40, 30, () => undefined);
  await vi.advanceTimersByTimeAsync(120_000);
  end();
  expect(looks).toEqual([30_000, 40_001, 70_001, 100_001]);
});

it("stops nothing that has ended before the check completes", async () => {
  let answer: ((isGood: boolean) => void) | undefined;
  const asked = () =>
    new Promise<boolean>((resolve) => {
      answer = resolve;
    });
  const stop = vi.fn();
  const { end } = recheckStream(asked, undefined, 30, stop);
  await vi.advanceTimersByTimeAsync(30_000);
  end();
  answer?.(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stop).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

it("stops the stream if a check fails", async () => {
  const stop = vi.fn();
  recheckStream(() => Promise.reject(new Error("out of reach")), undefined, 30, stop);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(stop).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

it("ends a body even if its source rejects the cancellation", async () => {
  const cancel = vi.fn(() => Promise.reject(new Error("cannot be cancelled")));
  const body = watchedBody(new ReadableStream({ cancel }), (stop) =>
    recheckStream(() => Promise.resolve(false), undefined, 30, stop),
  );
  const read = body.getReader().read();
  await vi.advanceTimersByTimeAsync(30_000);
  expect((await read).done).toBe(true);
  expect(cancel).toHaveBeenCalledOnce();
});
