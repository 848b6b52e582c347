import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTimer } from "../../src/policy/timer.js";

describe("a timer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    // in this order: what was stubbed here are the fake timers
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("runs once, after its time", () => {
    const run = vi.fn();
    startTimer(1_000, run);
    vi.advanceTimersByTime(999);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(run).toHaveBeenCalledOnce();
  });

  it("does not run once it is stopped", () => {
    const run = vi.fn();
    const stop = startTimer(1_000, run);
    stop();
    vi.advanceTimersByTime(10_000);
    expect(run).not.toHaveBeenCalled();
  });

  it("does not keep the process alive", () => {
    const unref = vi.fn();
    vi.stubGlobal("setTimeout", () => ({ unref }));
    startTimer(1_000, vi.fn());
    expect(unref).toHaveBeenCalledOnce();
  });

  it("is stopped by its number in a runtime whose timers are numbers", () => {
    const clear = vi.fn();
    vi.stubGlobal("setTimeout", () => 7);
    vi.stubGlobal("clearTimeout", clear);
    startTimer(1_000, vi.fn())();
    expect(clear).toHaveBeenCalledExactlyOnceWith(7);
  });
});
