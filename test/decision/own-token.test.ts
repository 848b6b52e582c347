import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import {
  createTokenMarks,
  freezeToken,
  keepScopes,
  knownBits,
  knownScopes,
  type TokenMarks,
} from "../../src/decision/own-token.js";
import {
  createTokenScopes,
  scopeBitsOf,
  type TokenScopes,
} from "../../src/decision/token-scopes.js";
import { KEEP_EACH } from "../../src/decision/token-scopes-reader.js";

const load = () => loadPolicy({ name: "n", version: "1", scopes: { a: {} }, tools: { a: "a" } });
const marks = createTokenMarks();
const scopesOf = (text: string): TokenScopes =>
  createTokenScopes(text, { ids: [0, 33], bound: [], hasUnusable: false }, undefined);
const scopes = scopesOf("a");

/** Returns the scopes that are kept with a token, after a look at their bits. */
function known(token: unknown, under: TokenMarks): TokenScopes | undefined {
  const found = knownScopes(token, under);
  expect(knownBits(token, under)).toBe(found && scopeBitsOf(found));
  return found;
}

describe("the scopes that are kept with a token", () => {
  it("are found again, under the same policy", () => {
    const token = { scope: "a" };
    expect(known(token, marks)).toBeUndefined();
    keepScopes(token, marks, scopes);
    expect(known(token, marks)).toBe(scopes);
    expect(known(token, createTokenMarks())).toBeUndefined();
    expect(known({ ...token }, marks)).toBeUndefined();
  });

  it("are those of the last policy", () => {
    const token = { scope: "a" };
    const [other, others] = [createTokenMarks(), scopesOf("a")];
    keepScopes(token, marks, scopes);
    keepScopes(token, other, others);
    expect([known(token, marks), known(token, other)]).toEqual([undefined, others]);
  });

  it("are not used while the token has another scope, or one that throws", () => {
    const token: { scope: unknown } = { scope: "a" };
    keepScopes(token, marks, scopes);
    for (const scope of ["b", "", ["a"], undefined, Object("a")]) {
      token.scope = scope;
      expect(known(token, marks)).toBeUndefined();
    }
    token.scope = "a";
    expect(known(token, marks)).toBe(scopes);
    Object.defineProperty(token, "scope", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(known(token, marks)).toBeUndefined();
  });

  it("stay as they are if the next ones cannot be read", () => {
    const token = { scope: "a" };
    keepScopes(token, marks, scopes);
    const broken = {
      ...scopesOf("a"),
      get list(): never {
        throw new RangeError("no");
      },
    };
    const other = createTokenMarks();
    keepScopes(token, other, broken);
    expect([known(token, marks), known(token, other)]).toEqual([scopes, undefined]);
  });

  it("are those from before its getter keeps others", () => {
    for (const look of [knownScopes, knownBits]) {
      const others = createTokenScopes("a", { ids: [1], bound: [], hasUnusable: false }, undefined);
      let keeps = false;
      const token = {
        get scope() {
          if (keeps) keepScopes(token, createTokenMarks(), others);
          return "a";
        },
      };
      keepScopes(token, marks, scopes);
      keeps = true;
      expect(look(token, marks)).toBe(look === knownScopes ? scopes : scopeBitsOf(scopes));
      expect(look(token, marks)).toBeUndefined();
    }
  });

  it("are not those of another policy that a getter of the token asks", () => {
    // with more than 32 scopes, the bits do not decide alone
    for (const count of [0, 40]) {
      const more = Array.from({ length: count }, (_, index) => `more${index}`);
      const policyOf = (...names: string[]) =>
        loadPolicy({
          name: "n",
          version: "1",
          scopes: Object.fromEntries([...more, ...names].map((name) => [name, {}])),
          tools: { a: "a", b: "b" },
        });
      const [first, second] = [policyOf("a", "b"), policyOf("b", "a")];
      let asks = false;
      const token = {
        get scope() {
          if (asks) {
            asks = false;
            for (let call = 0; call < 2 * KEEP_EACH; call += 1) second.decideUntrusted(token, "b");
          }
          return "a";
        },
      };
      const codeOf = (tool: string) => first.decideUntrusted(token, tool).code;
      for (let call = 0; call < 2 * KEEP_EACH; call += 1) codeOf("a");
      asks = true;
      expect(codeOf("b")).toBe("insufficient_scope");
      for (let call = 0; call < 2 * KEEP_EACH; call += 1) codeOf("a");
      asks = true;
      expect(codeOf("a")).toBe("allowed");
    }
  });

  it("have no room in a token that a caller has frozen", () => {
    const frozen = Object.freeze({ scope: "a" });
    keepScopes(frozen, marks, scopes);
    expect(known(frozen, marks)).toBeUndefined();
  });

  it("are compared with a token that a caller freezes later", () => {
    let scope = "a";
    const token = Object.defineProperty({}, "scope", { get: () => scope });
    keepScopes(token, marks, scopes);
    Object.freeze(token);
    expect(known(token, marks)).toBe(scopes);
    keepScopes(token, createTokenMarks(), scopes);
    keepScopes(token, marks, scopes);
    scope = "b";
    expect(known(token, marks)).toBeUndefined();
  });

  it("have no room in a proxy that says nothing of its target, and each decision is the same", () => {
    const owner = load();
    for (const isExtensible of [
      () => false,
      () => {
        throw new Error("no");
      },
    ]) {
      const token = new Proxy({ scope: "a" }, { isExtensible });
      keepScopes(token, marks, scopes);
      expect(known(token, marks)).toBeUndefined();
      for (let call = 0; call < 2 * KEEP_EACH; call += 1)
        expect(owner.decideUntrusted(token, "a").code).toBe("allowed");
    }
  });

  it("have room in a token that the library froze, whose scope is not read again", () => {
    let reads = 0;
    const token = freezeToken(
      Object.defineProperty({}, "scope", {
        get: () => {
          reads += 1;
          return "a";
        },
      }),
    );
    expect(known(token, marks)).toBeUndefined();
    keepScopes(token, marks, scopes);
    expect(known(token, marks)).toBe(scopes);
    expect(reads).toBe(0);
  });

  it.each([[undefined], [null], ["a"], [1], [true]])("are missing for %j", (token) => {
    expect(known(token, marks)).toBeUndefined();
  });
});
