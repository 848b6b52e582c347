import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { KEEP_EACH } from "../../src/decision/token-scopes-reader.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const usedHeap = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const names = (count: number) => Array.from({ length: count }, (_, index) => `/x${index}/{i}`);

describe("the cache of scope texts", () => {
  const policy = loadPolicy({
    name: "Heavy",
    version: "1",
    scopes: {
      ...Object.fromEntries(names(60).map((name) => [name, {}])),
      "/all/{i}": { implies: names(60) },
    },
    tools: { last: "/x59/{i}" },
  });
  const codeOf = (scope: string, i: string) =>
    policy.decideUntrusted({ scope }, "last", { i }).code;

  // The length of the texts alone would never fill the cache if short texts imply many scopes.
  it("counts the scopes that a text implies as part of its size", () => {
    const send = (from: number, count: number) => {
      for (let text = from; text < from + count; text += 1) {
        const scope = Array.from({ length: 200 }, (_, index) => `/all/${text}-${index}`).join(" ");
        expect(codeOf(scope, `${text}-199`)).toBe("allowed");
      }
    };
    send(0, 30);
    const before = usedHeap();
    send(30, 200);
    expect(usedHeap() - before).toBeLessThan(20_000_000);
  });

  it("does not keep an entry larger than its budget, and decisions stay the same", () => {
    const scope = Array.from({ length: 4_000 }, (_, index) => `/all/${index}`).join(" ");
    for (let round = 0; round < 3; round += 1) {
      expect(codeOf(scope, "3999")).toBe("allowed");
      expect(codeOf(scope, "4000")).toBe("binding_mismatch");
    }
  });
});

describe("the cache of scope texts of a policy with very many scopes", () => {
  const plain = (index: number) => `s${index}`;
  const bound = (index: number) => `/s${index}/{i}`;
  const all = (of: (index: number) => string, count: number) =>
    Array.from({ length: count }, (_, index) => of(index));

  // the last scopes have the highest numbers, and a set of them has a bit for each scope of the policy
  it.each([
    ["scopes", plain, (at: number) => `admin client-${at}`],
    ["templates with several values", bound, (at: number) => `/admin/a${at} /admin/b${at}`],
  ] as const)("counts the size of the sets of many %s", (_, of, textOf) => {
    const admin = of === plain ? "admin" : "/admin/{i}";
    const names = all(of, 40_000);
    const implied = names.slice(-30);
    const policy = loadPolicy({
      name: "Large",
      version: "1",
      scopes: Object.fromEntries<object>([
        [admin, { implies: implied }],
        ...names.map((name) => [name, {}] as const),
      ]),
      tools: { last: implied[0] as string },
    });
    const send = (from: number, count: number) => {
      for (let at = from; at < from + count; at += 1) {
        const token = { scope: textOf(at) };
        expect(policy.decideUntrusted(token, "last", { i: `a${at}` }).allowed).toBe(true);
      }
    };
    send(0, 100);
    const before = usedHeap();
    send(100, 4_000);
    expect(usedHeap() - before).toBeLessThan(25_000_000);
  });
});

describe("the cache of long scope texts", () => {
  const policy = loadPolicy({ name: "Long", version: "1", scopes: { a: {} }, tools: { a: "a" } });

  it("does not take more memory when clients send more texts", () => {
    let next = 0;
    const send = (count: number) => {
      for (let round = 0; round < count; round += 1, next += 1) {
        const scope = `a client-${next}-${"x".repeat(1_000)}`;
        expect(policy.decideUntrusted({ scope }, "a").code === "allowed").toBe(true);
      }
    };
    send(20_000);
    const before = usedHeap();
    send(20_000);
    expect(usedHeap() - before).toBeLessThan(5_000_000);
  });
});

describe("the cache of tokens", () => {
  const policy = loadPolicy({
    name: "Weak",
    version: "1",
    scopes: { a: {}, "/x/{i}": {} },
    tools: { a: "a", x: "/x/{i}" },
  });

  function useTokens(count: number): readonly WeakRef<object>[] {
    return Array.from({ length: count }, (_, index) => {
      const token = { scope: `a /x/${index % 10}` };
      // often enough for each token to be cached
      for (let round = 0; round < 2 * KEEP_EACH; round += 1) {
        expect(policy.decide(token, "a").allowed).toBe(true);
      }
      return new WeakRef(token);
    });
  }

  it("releases every token that the program no longer refers to", async () => {
    const refs = useTokens(200);
    // a WeakRef keeps its target until the current turn of the event loop ends
    await new Promise((done) => setTimeout(done, 10));
    collect();
    const alive = refs.filter((ref) => ref.deref() !== undefined);
    expect(alive.length).toBeLessThan(10);
  });

  it("ignores its entry for a token that throws when it is read again", () => {
    const { proxy, revoke } = Proxy.revocable({ scope: "a" }, {});
    for (let round = 0; round < 2 * KEEP_EACH; round += 1) {
      expect(policy.decide(proxy, "a").allowed).toBe(true);
    }
    revoke();
    expect(policy.decide(proxy, "a").code).toBe("invalid_token");
  });

  it("ignores its entry for a token whose scope has changed", () => {
    const token = { scope: "a" };
    for (let round = 0; round < 2 * KEEP_EACH; round += 1) policy.decide(token, "a");
    token.scope = "/x/1";
    expect(policy.decide(token, "a").code).toBe("insufficient_scope");
  });
});
