import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newFactAsker, newFaultReport } from "../../src/resource-server/facts.js";
import type { Fault } from "../../src/resource-server/verify.js";

const TIMEOUT = 1_000;
const never = () => new Promise<never>(() => undefined);
const same = (answer: unknown) => answer;
const THEN = "then";
/** An object that is no promise, but has a `then`. */
const thenable = (
  then: (resolve: (value?: unknown) => void, reject: (why?: unknown) => void) => void,
) => ({ [THEN]: then });
const boom = new Error("boom");
const thrower = (): never => {
  throw boom;
};
const unreadable = () => Object.defineProperty({}, THEN, { get: thrower });

const told: Fault[] = [];
const ask = newFactAsker(TIMEOUT, (fault) => told.push(fault));
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  told.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  expect(vi.getTimerCount()).toBe(0);
  vi.unstubAllGlobals();
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

/** The answer, with all the time in the world. */
async function settled(question: () => unknown, read = same) {
  const asked = ask("verify", question, read);
  await vi.advanceTimersByTimeAsync(TIMEOUT);
  return asked;
}

describe("somebody who is asked", () => {
  it.each<[what: string, question: () => unknown]>([
    ["answers at once", () => 7],
    ["promises", () => Promise.resolve(7)],
    ["promises a promise", async () => Promise.resolve(7)],
    ["answers a moment before the time is over", () => delayed(TIMEOUT - 1, 7)],
    ["has a promise of another kind", () => thenable((resolve) => resolve(7))],
    ["promises a promise of another kind", () => Promise.resolve(thenable((done) => done(7)))],
    [
      "calls back twice",
      () =>
        thenable((resolve, reject) => {
          resolve(7);
          reject(new Error("later"));
          resolve(8);
        }),
    ],
    [
      "calls back, then throws",
      () =>
        thenable((resolve) => {
          resolve(7);
          throw new Error("later");
        }),
    ],
  ])("who %s", async (_, question) => {
    expect(await settled(question)).toEqual({ kind: "value", value: 7 });
    expect(told).toEqual([]);
  });

  it.each<[what: string, question: () => unknown]>([
    ["throws", thrower],
    ["breaks a promise", () => Promise.reject(boom)],
    ["breaks it at last", () => delayed(TIMEOUT - 1).then(thrower)],
    ["has a `then` that throws", () => thenable(thrower)],
    ["has a `then` that cannot be read", unreadable],
    ["breaks a promise of another kind", () => thenable((_, reject) => reject(boom))],
    ["promises what breaks", () => thenable((resolve) => resolve(thenable(thrower)))],
  ])("who %s, is out", async (_, question) => {
    expect(await settled(question)).toEqual({
      kind: "outage",
      fault: { source: "verify", error: boom },
    });
    expect(told).toEqual([{ source: "verify", error: boom }]);
  });

  it.each<[what: string, question: () => unknown]>([
    ["never answers", never],
    ["answers too late", () => delayed(TIMEOUT + 1, 7)],
    ["breaks a promise too late", () => delayed(TIMEOUT + 1).then(thrower)],
    ["never calls back", () => thenable(() => undefined)],
    ["promises what never calls back", () => thenable((done) => done(thenable(() => undefined)))],
    [
      "has a promise whose `then` gives another that never settles",
      () =>
        Object.assign(
          Promise.resolve(7),
          thenable((done) => done(thenable(() => undefined))),
        ),
    ],
  ])("who %s, is out when the time is over", async (_, question) => {
    const asked = ask("subject", question, same);
    await vi.advanceTimersByTimeAsync(TIMEOUT - 1);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    const error: unknown = expect.objectContaining({ message: `no result within ${TIMEOUT} ms` });
    expect(await asked).toEqual({ kind: "outage", fault: { source: "subject", error } });
    expect(told).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10 * TIMEOUT);
    expect(told).toHaveLength(1);
  });

  it("answers what cannot be read: that is no answer", async () => {
    for (const question of [() => 7, async () => 7]) {
      expect(await settled(question, thrower)).toEqual({
        kind: "outage",
        fault: { source: "verify", error: boom },
      });
    }
  });

  it("at once costs no timer, and a promise takes one that does not outlive it", async () => {
    await ask("verify", () => 7, same);
    expect(vi.getTimerCount()).toBe(0);
    const asked = ask("verify", () => Promise.resolve(7), same);
    expect(vi.getTimerCount()).toBe(1);
    await asked;
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[what: string, name: string, value: unknown]>([
    ["no timers", "setTimeout", undefined],
    ["timers that throw", "setTimeout", thrower],
    ["nothing that stops a timer", "clearTimeout", undefined],
    ["what throws when a timer is stopped", "clearTimeout", thrower],
  ])("where the host has %s, is out, and nothing is left to reject", async (_, name, value) => {
    vi.stubGlobal(name, value);
    for (const question of [
      () => Promise.resolve(7),
      () => Promise.reject(boom),
      () => thenable(thrower),
    ]) {
      expect(await ask("verify", question, same)).toHaveProperty("fault.source", "verify");
    }
    vi.clearAllTimers();
  });
});

describe("a fault", () => {
  const fault = (error: unknown): Fault => ({ source: "audit", error });

  it("is counted under who it is", () => {
    const { counts, report } = newFaultReport(() => undefined);
    expect(counts).toEqual({ verify: 0, subject: 0, isRevoked: 0, audit: 0 });
    report(fault(1));
    report(fault(2));
    report({ source: "verify", error: 3 });
    expect(counts).toEqual({ verify: 1, subject: 0, isRevoked: 0, audit: 2 });
  });

  it.each<[what: string, onFault: (fault: Fault) => unknown]>([
    ["throws", thrower],
    ["breaks a promise", () => Promise.reject(boom)],
    ["has a `then` that throws", () => thenable(thrower)],
    ["has a `then` that cannot be read", unreadable],
    ["never answers", never],
  ])("told to somebody who %s is counted all the same", (_, onFault) => {
    const { counts, report } = newFaultReport(onFault);
    report(fault(1));
    expect(counts.audit).toBe(1);
  });

  const named = (name: unknown) => Object.assign(new Error("token eyJ.secret"), { name });
  class SecretError extends Error {
    override readonly name = 'Secret\r\n"Error';
  }
  it.each<[error: unknown, kind: string]>([
    [new Error("token eyJ.secret"), "Error"],
    [new TypeError("token eyJ.secret"), "TypeError"],
    [new SecretError("token eyJ.secret"), "error"],
    [named("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"), "error"],
    [named("Bearer abc"), "error"],
    [named("Sk_live_abc"), "error"],
    [named("X".repeat(42)), "error"],
    [named("X".repeat(41)), "X".repeat(41)],
    [named(5), "error"],
    [named({ toString: () => "Sneaky" }), "error"],
    [new Proxy(new Error("x"), { getPrototypeOf: thrower }), "error"],
    ["token eyJ.secret", "string"],
    [undefined, "undefined"],
  ])("told to nobody is a line of the console, without the error's words", (error, kind) => {
    const lines: unknown[][] = [];
    vi.stubGlobal("console", { error: (...line: unknown[]) => lines.push(line) });
    newFaultReport(undefined).report(fault(error));
    expect(lines).toEqual([[`scope-policy: outage of \`audit\` (${kind})`]]);
  });

  it.each<[what: string, error: unknown]>([
    ["a name of 100,000 letters", Object.assign(new Error("x"), { name: "x".repeat(100_000) })],
    ["a name that is no text", Object.assign(new Error("x"), { name: { toString: thrower } })],
    ["a proxy", new Proxy(new Error("x"), { getPrototypeOf: thrower })],
  ])("with %s is counted, and at most a short line", (_, error) => {
    const lines: string[] = [];
    vi.stubGlobal("console", { error: (line: string) => lines.push(line) });
    const { counts, report } = newFaultReport(undefined);
    report(fault(error));
    expect(counts.audit).toBe(1);
    expect(lines.join("").length).toBeLessThan(200);
  });

  it.each<[what: string, console: unknown]>([
    ["no console", undefined],
    ["a console without error", {}],
    ["a console that throws", { error: thrower }],
  ])("is counted where the host has %s", (_, console) => {
    vi.stubGlobal("console", console);
    const { counts, report } = newFaultReport(undefined);
    report(fault(1));
    expect(counts.audit).toBe(1);
  });
});

function delayed(milliseconds: number, value?: unknown): Promise<unknown> {
  return new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));
}
