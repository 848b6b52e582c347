import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/policy.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const usedHeap = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const names = (count: number) => Array.from({ length: count }, (_, index) => `/x${index}/{i}`);

describe("the memory of scopes", () => {
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

  // Of short texts that mean much the texts alone would never fill it.
  it("takes what a text implies for its size", () => {
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

  it("does not keep what is heavier than all of it, and decides the same", () => {
    const scope = Array.from({ length: 4_000 }, (_, index) => `/all/${index}`).join(" ");
    for (let round = 0; round < 3; round += 1) {
      expect(codeOf(scope, "3999")).toBe("allowed");
      expect(codeOf(scope, "4000")).toBe("binding_mismatch");
    }
  });
});

describe("the memory of tokens", () => {
  const policy = loadPolicy({
    name: "Weak",
    version: "1",
    scopes: { a: {}, "/x/{i}": {} },
    tools: { a: "a", x: "/x/{i}" },
  });

  function useTokens(count: number): readonly WeakRef<object>[] {
    return Array.from({ length: count }, (_, index) => {
      const token = { scope: `a /x/${index % 10}` };
      // often enough for each to be remembered
      for (let round = 0; round < 40; round += 1) {
        expect(policy.decide(token, "a").allowed).toBe(true);
      }
      return new WeakRef(token);
    });
  }

  it("lets go of every token that nobody else holds", async () => {
    const refs = useTokens(200);
    // a WeakRef holds its target until the turn of the event loop is over
    await new Promise((done) => setTimeout(done, 10));
    collect();
    const alive = refs.filter((ref) => ref.deref() !== undefined);
    expect(alive.length).toBeLessThan(10);
  });

  it("knows no token that turns against its reader", () => {
    const { proxy, revoke } = Proxy.revocable({ scope: "a" }, {});
    for (let round = 0; round < 40; round += 1) {
      expect(policy.decide(proxy, "a").allowed).toBe(true);
    }
    revoke();
    expect(policy.decide(proxy, "a").code).toBe("invalid_token");
  });

  it("knows a token only by the scope that it has now", () => {
    const token = { scope: "a" };
    for (let round = 0; round < 40; round += 1) policy.decide(token, "a");
    token.scope = "/x/1";
    expect(policy.decide(token, "a").code).toBe("insufficient_scope");
  });
});
