import { describe, expect, it } from "vitest";
import {
  combineAuthentication,
  isAuthenticated,
  readClock,
  systemClock,
} from "../../src/decision/authentication.js";
import { MAX_TIME } from "../../src/policy/authentication.js";

describe("the clock of the system", () => {
  it("counts seconds since 1970", () => {
    const before = Date.now() / 1_000;
    const time = systemClock();
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThan(before + 60);
  });

  it.each([[() => "7"], [() => undefined], [() => null]])("gives NaN for %s", (now) => {
    expect(readClock(now as never)).toBeNaN();
  });
});

describe("the conditions of several rules on the authentication", () => {
  it("are none if no rule has one", () => {
    expect(combineAuthentication([])).toBeUndefined();
    expect(combineAuthentication([undefined, undefined])).toBeUndefined();
  });

  it("are the common classes and the shortest age", () => {
    const age = { acr: undefined, maxAge: 60 };
    const combined = combineAuthentication([
      age,
      undefined,
      { acr: ["a", "b"], maxAge: 300 },
      { acr: ["b", "c"], maxAge: undefined },
    ]);
    expect(combined).toMatchObject({ acr: ["b"], maxAge: 60, denial: { acr: ["b"], maxAge: 60 } });
  });
});

describe("the time of the authentication", () => {
  const NOW = 1_000;
  it.each<[time: unknown, isAccepted: boolean]>([
    [1_000, true],
    [940, true],
    [939, false],
    [1_005, true],
    [1_006, false],
    [undefined, false],
    ["1000", false],
    [Number.NaN, false],
    [[1_000], false],
    [1_000n, false],
  ])("%o is accepted: %o", (time, isAccepted) => {
    const token = { scope: "", auth_time: time };
    expect(isAuthenticated({ acr: undefined, maxAge: 60 }, token, () => NOW, 5)).toBe(isAccepted);
  });

  // a clock that is wrong makes no invalid time valid
  it.each<[now: number, time: number, isAccepted: boolean]>([
    [10, 0, false],
    [10, 1, true],
    [10, -1, false],
    [MAX_TIME, MAX_TIME - 1, true],
    [MAX_TIME, MAX_TIME, false],
    [MAX_TIME, MAX_TIME + 1, false],
  ])("is compared at %d with %d: %o", (now, time, isAccepted) => {
    const token = { scope: "", auth_time: time };
    expect(isAuthenticated({ acr: undefined, maxAge: 60 }, token, () => now, 5)).toBe(isAccepted);
  });
});
