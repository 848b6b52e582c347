import { createHash, createHmac } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { canonicalJson } from "../../src/audit/redaction/digest.js";
import { titled } from "../titled.js";
import { eventOf, lineOf, showing } from "./audit-events.js";

const argumentsOf = async (
  args: unknown,
  show: readonly string[] = [],
  hash: readonly string[] = [],
) => (await eventOf(showing(show, hash), { args })).arguments;
const shownOf = async (value: unknown) => (await argumentsOf({ v: value }, ["v"]))[0]?.value;

/** Returns a value as text for a title, on one line, without running its code. */
const written = (value: unknown) =>
  inspect(value, { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 8 });

const trap = (): never => {
  throw new Error("no code may run this trap");
};
const throwing = new Proxy({}, new Proxy({}, { get: trap }));
const sparse: unknown[] = [1];
sparse[2] = 3;
const listThatThrows = new Proxy([], { getOwnPropertyDescriptor: trap });

describe("arguments that the policy does not declare", () => {
  it("have a name, a type and a size in the event", async () => {
    const args = {
      text: "hello",
      number: 1,
      yes: true,
      nothing: null,
      list: [1, 2],
      object: { a: 1 },
      big: 1n,
      none: undefined,
      call: () => 1,
      symbol: Symbol("a"),
      password: "hunter2",
      secrets: ["a"],
      get trap(): never {
        return trap();
      },
    };
    expect(await argumentsOf(args)).toEqual([
      { name: "text", type: "string", size: 5 },
      { name: "number", type: "number" },
      { name: "yes", type: "boolean" },
      { name: "nothing", type: "null" },
      { name: "list", type: "array", size: 2 },
      { name: "object", type: "object" },
      { name: "big", type: "bigint" },
      { name: "none", type: "undefined" },
      { name: "call", type: "function" },
      { name: "symbol", type: "symbol" },
      { name: "password", type: "string" },
      { name: "secrets", type: "array" },
      { name: "trap", type: "unreadable" },
    ]);
  });

  const whole: readonly (readonly [args: unknown, described: readonly object[]])[] = [
    [undefined, []],
    [null, []],
    [{}, []],
    ["hunter2", [{ name: "", type: "string", size: 7 }]],
    [[1, 2], [{ name: "", type: "array", size: 2 }]],
    [7, [{ name: "", type: "number" }]],
    [throwing, [{ name: "", type: "object" }]],
    [listThatThrows, [{ name: "", type: "array", size: 0 }]],
  ];
  const wholes = titled(whole, ([args]) => `are described as a whole: ${written(args)}`);
  it.each(wholes)("%s", async (_title, [args, described]) => {
    expect(await argumentsOf(args)).toEqual(described);
  });

  it("are at most 64 in an event, which counts the others", async () => {
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}`, at]));
    const event = await eventOf(showing([]), { args });
    expect(event.arguments).toHaveLength(64);
    expect(event.argumentsLeftOut).toBe(36);
    expect(await eventOf(showing([]), { args: { a: 1 } })).not.toHaveProperty("argumentsLeftOut");
  });
});

describe("arguments that the policy shows", () => {
  const values: readonly (readonly [value: unknown, shown: unknown])[] = [
    ["hello", "hello"],
    [Number.NaN, "NaN"],
    [-1.5, -1.5],
    [12n, "12"],
    [2n ** 128n, "[cut]"],
    [-(2n ** 128n), "[cut]"],
    [undefined, "[undefined]"],
    [() => 1, "[function]"],
    [Symbol("a"), "[symbol]"],
    [sparse, [1, "[unreadable]", 3]],
    [new Map([["a", 1]]), {}],
    [throwing, "[unreadable]"],
    [listThatThrows, []],
    [
      { toJSON: () => "x", a: 1 },
      { toJSON: "[function]", a: 1 },
    ],
    [
      {
        get a(): never {
          return trap();
        },
      },
      { a: "[unreadable]" },
    ],
    [
      JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
      { "[__proto__]": { a: 1 }, constructor: 2 },
    ],
    [
      { "a\u200b": 1, a: 2, "\u200ba": 3 },
      { a: 1, "a (2)": 2, "a (3)": 3 },
    ],
    [{ "a\nb": "c\u2028d" }, { "a b": "c d" }],
    [
      { ok: 1, password: { a: [1] }, pin: 1234, cvv: null, otp: false },
      { ok: 1, password: "[redacted]", pin: "[redacted]", cvv: "[redacted]", otp: "[redacted]" },
    ],
    [[[[[[[[7]]]]]]], [[[[[["[cut]"]]]]]]],
    ["a ".repeat(600), `${"a ".repeat(512)}…`],
  ];
  const plain = titled(
    values,
    ([value]) => `have a plain, redacted and bounded value: ${written(value)}`,
  );
  it.each(plain)("%s", async (_title, [value, shown]) => {
    expect(await shownOf(value)).toEqual(shown);
  });

  it("have a mark for a circular reference, but not for a value that occurs twice", async () => {
    const twice = { a: 1 };
    const circle: Record<string, unknown> = { twice, again: twice };
    circle["self"] = circle;
    expect(await shownOf(circle)).toEqual({ twice, again: twice, self: "[circular]" });
  });

  it("are withheld if they have the name of a secret or cannot be read", async () => {
    const args = {
      password: "hunter2",
      token: "hunter2",
      get trap(): never {
        return trap();
      },
    };
    expect(await argumentsOf(args, ["password", "trap"], ["token"])).toEqual([
      { name: "password", type: "string", withheld: "secret" },
      { name: "token", type: "string", withheld: "secret" },
      { name: "trap", type: "unreadable", withheld: "unreadable" },
    ]);
  });

  it("have clean names, and a cleaned name does not count as declared", async () => {
    const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln";
    const args = { [jwt]: 1, "a\u2028b": 2, page: 3, "pa\u200bge": 4 };
    expect(await argumentsOf(args, ["page"])).toEqual([
      { name: "[redacted]", type: "number" },
      { name: "a b", type: "number" },
      { name: "page", type: "number", value: 3 },
      { name: "page", type: "number" },
    ]);
  });

  it("are bounded in size together", async () => {
    const list = Array.from({ length: 1_000 }, (_, at) => ({ a: at, b: `text ${at}` }));
    const wide = Object.fromEntries(list.map(({ a, b }) => [b, a]));
    const names = Array.from({ length: 70 }, (_, at) => `v${at}`);
    const args = Object.fromEntries(names.map((name) => [name, "é ".repeat(2_000)]));
    const event = await eventOf(showing(["list", "wide", ...names]), {
      args: { wide, list, ...args },
    });
    lineOf(event);
    expect(event.arguments[0]?.value).toMatchObject({ "text 1": 1, "[cut]": true });
    const after = await argumentsOf(
      { v: ["é ".repeat(4_100), { a: 1 }, "b"], w: "é ".repeat(3_000) },
      ["v", "w"],
    );
    expect(after[0]?.value).toEqual([expect.stringMatching(/^(é )+…$/), "[cut]"]);
    expect(after[1]?.value).toBe("…");
    expect(event.arguments[1]?.value).toEqual(["[cut]"]);
    const texts = event.arguments
      .map(({ value }) => value)
      .filter((value) => typeof value === "string");
    expect(texts[0]?.length).toBeGreaterThan(1_000);
    expect(texts.at(-1)).toBe("…");
  });

  it("take less than a second even if they are large", async () => {
    const make = () => ({
      text: "A".repeat(1_000_000),
      list: Array.from({ length: 100_000 }, () => ({ a: "b" })),
      wide: Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`a${at}`, at])),
      ["n".repeat(1_000_000)]: 1,
    });
    const args = make();
    const policy = showing(["text", "list", "wide"]);
    await eventOf(policy, { args });
    const start = performance.now();
    lineOf(await eventOf(policy, { args }));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("arguments that the policy hashes", () => {
  const digestOf = async (value: unknown, key?: string | Uint8Array) => {
    const policy = showing([], ["v"]);
    return (await eventOf(policy, { args: { v: value }, ...(key !== undefined && { key }) }))
      .arguments[0];
  };
  const email = "ada@example.com";

  it("have the SHA-256 digest of their canonical JSON", async () => {
    const expected = createHash("sha256").update(JSON.stringify(email)).digest("hex");
    expect(await digestOf(email)).toEqual({
      name: "v",
      type: "string",
      size: 15,
      digest: `sha256:${expected}`,
    });
  });

  it("have an HMAC-SHA-256 digest if there is a key, as text or as bytes", async () => {
    const key = "a key of 16 or more";
    const hex = createHmac("sha256", key).update(JSON.stringify(email)).digest("hex");
    const bytes = new TextEncoder().encode(key);
    for (const given of [key, bytes]) {
      expect(await digestOf(email, given)).toMatchObject({ digest: `hmac-sha256:${hex}` });
    }
  });

  it("keep their digest if the bytes of the key change later", async () => {
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    const { createDigester: newDigester } = await import("../../src/audit/redaction/digest.js");
    const key = new Uint8Array(32).fill(1);
    const digest = newDigester(key);
    key.fill(2);
    const [one, two] = [await digest("a"), await digest("a")];
    expect(one).toBe(
      `hmac-sha256:${createHmac("sha256", new Uint8Array(32).fill(1)).update("a").digest("hex")}`,
    );
    expect(two).toBe(one);
    expect(importKey).toHaveBeenCalledTimes(1);
    importKey.mockRestore();
  });

  it("are read at once, so that a later change by the handler has no effect", async () => {
    const args: Record<string, unknown> = { v: "a", w: "b", x: "c" };
    const made = eventOf(showing(["x"], ["v", "w"]), { args });
    for (const name of Object.keys(args)) args[name] = "changed";
    const digest = (text: string) =>
      `sha256:${createHash("sha256").update(JSON.stringify(text)).digest("hex")}`;
    expect((await made).arguments).toMatchObject([
      { digest: digest("a") },
      { digest: digest("b") },
      { value: "c" },
    ]);
  });

  const texts: readonly (readonly [value: unknown, text: string])[] = [
    [{ b: [1, null, true, "x"], a: { é: 2 } }, '{"a":{"é":2},"b":[1,null,true,"x"]}'],
    [Object.assign(Object.create(null) as object, { b: 1 }), '{"b":1}'],
    [[], "[]"],
    [{}, "{}"],
    [-0, "0"],
    ["\ud800", '"\\ud800"'],
    ["A".repeat(1_000_000), `"${"A".repeat(1_000_000)}"`],
  ];
  const canonical = titled(
    texts,
    ([value]) => `have the canonical JSON of RFC 8785: ${written(value)}`,
  );
  it.each(canonical)("%s", (_title, [value, text]) => {
    expect(canonicalJson(value)).toEqual({ text });
  });

  it("have a digest up to 100,000 members", () => {
    const list = canonicalJson(Array.from({ length: 100_000 }, () => 1));
    expect(list).toEqual({ text: `[1${",1".repeat(99_999)}]` });
  });

  const circle: unknown[] = [];
  circle.push(circle);
  const without: readonly (readonly [title: string, value: unknown, why: string])[] = [
    ["undefined", undefined, "unreadable"],
    ["a bigint", 1n, "unreadable"],
    ["NaN", Number.NaN, "unreadable"],
    ["a function", () => 1, "unreadable"],
    ["a date", new Date(0), "unreadable"],
    ["a map", new Map(), "unreadable"],
    ["a proxy in which every trap throws", throwing, "unreadable"],
    ["a proxy that lists no keys", new Proxy({}, { ownKeys: trap }), "unreadable"],
    ["a list with undefined", [1, undefined], "unreadable"],
    ["a list with a hole", sparse, "unreadable"],
    ["an object with a symbol", { a: Symbol("a") }, "unreadable"],
    [
      "an object with a getter that throws",
      {
        get a(): never {
          return trap();
        },
      },
      "unreadable",
    ],
    ["a list that contains itself", circle, "size"],
    ["a long text", "A".repeat(3_000_000), "size"],
    ["a list of long texts", ["A".repeat(2_000_000), "A".repeat(200_000)], "size"],
    ["a list that is too long by one number", ["A".repeat(2 ** 21 - 4), 1_000], "size"],
    ["an object with a long key", { ["A".repeat(2 ** 21 - 4)]: 1 }, "size"],
    ["a list of 100,001 items", Array.from({ length: 100_001 }, () => 1), "size"],
    [
      "an object of 100,001 members",
      Object.fromEntries(Array.from({ length: 100_001 }, (_, at) => [at, at])),
      "size",
    ],
  ];
  it.each(without)("have no digest for %s", async (_, value, why) => {
    expect(canonicalJson(value)).toBe(why);
    expect(await digestOf(value)).toMatchObject({ name: "v", withheld: why });
    expect(await digestOf(value)).not.toHaveProperty("digest");
  });
});
