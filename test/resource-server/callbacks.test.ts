import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCallbackRunner, createOutageReporter } from "../../src/resource-server/callbacks.js";
import type { Outage } from "../../src/resource-server/token-verifier.js";

const TIMEOUT = 1_000;
const never = () => new Promise<never>(() => undefined);
const identity = (answer: unknown) => answer;
const THEN = "then";
/** Returns an object with a `then` that is not a promise. */
const thenable = (
  then: (resolve: (value?: unknown) => void, reject: (why?: unknown) => void) => void,
) => ({ [THEN]: then });
const boom = new Error("boom");
const thrower = (): never => {
  throw boom;
};
const unreadable = () => Object.defineProperty({}, THEN, { get: thrower });

const reported: Outage[] = [];
const ask = createCallbackRunner(TIMEOUT, (outage) => reported.push(outage));
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  reported.length = 0;
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

/** Returns the result after the whole timeout has passed. */
async function settled(question: () => unknown, read = identity) {
  const asked = ask("verify", question, undefined, read);
  await vi.advanceTimersByTimeAsync(TIMEOUT);
  return asked;
}

describe("a callback", () => {
  it.each<[what: string, question: () => unknown]>([
    ["returns a value", () => 7],
    ["returns a promise", () => Promise.resolve(7)],
    ["returns a promise of a promise", async () => Promise.resolve(7)],
    ["resolves just before the timeout", () => delayed(TIMEOUT - 1, 7)],
    ["returns another kind of promise", () => thenable((resolve) => resolve(7))],
    ["resolves to another kind of promise", () => Promise.resolve(thenable((done) => done(7)))],
    [
      "resolves twice",
      () =>
        thenable((resolve, reject) => {
          resolve(7);
          reject(new Error("later"));
          resolve(8);
        }),
    ],
    [
      "resolves, then throws",
      () =>
        thenable((resolve) => {
          resolve(7);
          throw new Error("later");
        }),
    ],
  ])("that %s has a value", async (_, question) => {
    expect(await settled(question)).toEqual({ kind: "value", value: 7 });
    expect(reported).toEqual([]);
  });

  it.each<[what: string, question: () => unknown]>([
    ["throws", thrower],
    ["rejects", () => Promise.reject(boom)],
    ["rejects just before the timeout", () => delayed(TIMEOUT - 1).then(thrower)],
    ["returns a `then` that throws", () => thenable(thrower)],
    ["returns a `then` that cannot be read", unreadable],
    ["rejects another kind of promise", () => thenable((_, reject) => reject(boom))],
    ["resolves to a promise that throws", () => thenable((resolve) => resolve(thenable(thrower)))],
  ])("that %s is an outage", async (_, question) => {
    expect(await settled(question)).toEqual({
      kind: "outage",
      outage: { source: "verify", error: boom },
    });
    expect(reported).toEqual([{ source: "verify", error: boom }]);
  });

  it.each<[what: string, question: () => unknown]>([
    ["never settles", never],
    ["resolves after the timeout", () => delayed(TIMEOUT + 1, 7)],
    ["rejects after the timeout", () => delayed(TIMEOUT + 1).then(thrower)],
    ["returns another kind of promise that never settles", () => thenable(() => undefined)],
    [
      "resolves to another kind of promise that never settles",
      () => thenable((done) => done(thenable(() => undefined))),
    ],
    [
      "returns a promise with a `then` that resolves to one that never settles",
      () =>
        Object.assign(
          Promise.resolve(7),
          thenable((done) => done(thenable(() => undefined))),
        ),
    ],
  ])("that %s is an outage at the timeout", async (_, question) => {
    const asked = ask("subject", question, undefined, identity);
    await vi.advanceTimersByTimeAsync(TIMEOUT - 1);
    expect(reported).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    const error: unknown = expect.objectContaining({ message: `no result within ${TIMEOUT} ms` });
    expect(await asked).toEqual({ kind: "outage", outage: { source: "subject", error } });
    expect(reported).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10 * TIMEOUT);
    expect(reported).toHaveLength(1);
  });

  it("with a result that cannot be read is an outage", async () => {
    for (const question of [() => 7, async () => 7]) {
      expect(await settled(question, thrower)).toEqual({
        kind: "outage",
        outage: { source: "verify", error: boom },
      });
    }
  });

  it("without a promise costs no timer, and the timer of a promise ends with it", async () => {
    await ask("verify", () => 7, undefined, identity);
    expect(vi.getTimerCount()).toBe(0);
    const asked = ask("verify", () => Promise.resolve(7), undefined, identity);
    expect(vi.getTimerCount()).toBe(1);
    await asked;
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[what: string, name: string, value: unknown]>([
    ["no timers", "setTimeout", undefined],
    ["timers that throw", "setTimeout", thrower],
    ["no function that stops a timer", "clearTimeout", undefined],
    ["a function that throws when a timer is stopped", "clearTimeout", thrower],
  ])(
    "is an outage if the host has %s, and no rejection is left unhandled",
    async (_, name, value) => {
      vi.stubGlobal(name, value);
      for (const question of [
        () => Promise.resolve(7),
        () => Promise.reject(boom),
        () => thenable(thrower),
      ]) {
        expect(await ask("verify", question, undefined, identity)).toHaveProperty(
          "outage.source",
          "verify",
        );
      }
      vi.clearAllTimers();
    },
  );
});

describe("an outage", () => {
  const outage = (error: unknown): Outage => ({ source: "audit", error });

  it("is counted for its callback", () => {
    const { counts, report } = createOutageReporter(() => undefined);
    expect(counts).toEqual({
      verify: 0,
      authenticate: 0,
      subject: 0,
      isRevoked: 0,
      audit: 0,
      onUsed: 0,
    });
    report(outage(1));
    report(outage(2));
    report({ source: "verify", error: 3 });
    expect(counts).toEqual({
      verify: 1,
      authenticate: 0,
      subject: 0,
      isRevoked: 0,
      audit: 2,
      onUsed: 0,
    });
  });

  it.each<[what: string, onOutage: (outage: Outage) => unknown]>([
    ["throws", thrower],
    ["rejects", () => Promise.reject(boom)],
    ["returns a `then` that throws", () => thenable(thrower)],
    ["returns a `then` that cannot be read", unreadable],
    ["never settles", never],
  ])("is counted even if `onOutage` %s", (_, onOutage) => {
    const { counts, report } = createOutageReporter(onOutage);
    report(outage(1));
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
  ])(
    "without `onOutage` is logged with the class of the error but not its message",
    (error, kind) => {
      const lines: unknown[][] = [];
      vi.stubGlobal("console", { error: (...line: unknown[]) => lines.push(line) });
      createOutageReporter(undefined).report(outage(error));
      expect(lines).toEqual([[`scope-policy: outage of \`audit\` (${kind})`]]);
    },
  );

  it.each<[what: string, error: unknown]>([
    ["a name of 100,000 letters", Object.assign(new Error("x"), { name: "x".repeat(100_000) })],
    ["a name that is not text", Object.assign(new Error("x"), { name: { toString: thrower } })],
    ["a proxy", new Proxy(new Error("x"), { getPrototypeOf: thrower })],
  ])("of an error with %s is counted, and logged as one short line at most", (_, error) => {
    const lines: string[] = [];
    vi.stubGlobal("console", { error: (line: string) => lines.push(line) });
    const { counts, report } = createOutageReporter(undefined);
    report(outage(error));
    expect(counts.audit).toBe(1);
    expect(lines.join("").length).toBeLessThan(200);
  });

  describe("of `authenticate`, without `onOutage`,", () => {
    const logOf = (outages: readonly Outage[]): readonly unknown[] => {
      const lines: unknown[] = [];
      vi.stubGlobal("console", { error: (line: unknown) => lines.push(line) });
      const { report } = createOutageReporter(undefined);
      for (const one of outages) report(one);
      return lines;
    };
    const ofAuthenticate = (error: unknown): Outage => ({ source: "authenticate", error });
    const END = "Further messages are not logged: see `onOutage`.";

    it.each<[what: string, error: unknown, kind: string, message: string]>([
      ["an error", new Error("no session store"), "Error", "no session store"],
      ["a code", Object.assign(new Error(""), { code: "E_DOWN" }), "Error", "E_DOWN"],
      ["both", Object.assign(new Error("down"), { code: "E_DOWN" }), "Error", "down"],
      ["a text", "no session store", "string", "no session store"],
      ["an object", { message: "no session store" }, "object", "no session store"],
      ["no texts", { message: 7, code: { a: 1 } }, "object", "no message"],
      ["an empty text", "", "string", "no message"],
      ["nothing", undefined, "undefined", "no message"],
      [
        "a message that cannot be read",
        Object.defineProperty({}, "message", { get: thrower }),
        "object",
        "no message",
      ],
      [
        "what can be a credential",
        new Error("the session abcdefghijklmnopqrst is over"),
        "Error",
        "the session … is over",
      ],
      ["several lines", new Error("one\r\ntwo\u202e"), "Error", "one two\ufffd"],
      ["a long message", new Error("a b ".repeat(1_000)), "Error", "a b ".repeat(50)],
    ])("is logged with the message of its error: %s", (_what, error, kind, message) => {
      expect(logOf([ofAuthenticate(error)])).toEqual([
        `scope-policy: outage of \`authenticate\` (${kind}): ${message}. ${END}`,
      ]);
    });

    it("is logged with the message of its error once", () => {
      expect(logOf([outage(boom), ofAuthenticate(boom), ofAuthenticate(boom)])).toEqual([
        "scope-policy: outage of `audit` (Error)",
        `scope-policy: outage of \`authenticate\` (Error): boom. ${END}`,
        "scope-policy: outage of `authenticate` (Error)",
      ]);
    });

    it("is logged without the message of its error in production", () => {
      vi.stubEnv("NODE_ENV", "production");
      const lines = logOf([ofAuthenticate(boom)]);
      vi.unstubAllEnvs();
      expect(lines).toEqual(["scope-policy: outage of `authenticate` (Error)"]);
    });
  });

  it.each<[what: string, console: unknown]>([
    ["no console", undefined],
    ["a console without error", {}],
    ["a console that throws", { error: thrower }],
  ])("is counted if the host has %s", (_, console) => {
    vi.stubGlobal("console", console);
    const { counts, report } = createOutageReporter(undefined);
    report(outage(1));
    expect(counts.audit).toBe(1);
  });
});

function delayed(milliseconds: number, value?: unknown): Promise<unknown> {
  return new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));
}
