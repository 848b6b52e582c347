import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { createTokenMarks, freezeToken } from "../../src/decision/own-token.js";
import { includesScopes, type TokenScopes } from "../../src/decision/token-scopes.js";
import { createTokenScopesReader, KEEP_EACH } from "../../src/decision/token-scopes-reader.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";

const letters = Array.from({ length: 70 }, (_, index) => `s${index}`);

const DEFINITION = {
  name: "Known",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    ...Object.fromEntries(letters.map((name) => [name, {}])),
    owner: { reserved: true },
    "/x/{i}": {},
    "/y/{i}": { implies: ["/x/{i}"] },
    "u:{i}": { replaces: ["/old/{i}"] },
    "/pair/{i}/{j}": {},
  },
  tools: {
    one: "s0",
    far: "s69",
    any: { anyOf: ["s1", "s69", "owner"] },
    near_or_far: { anyOf: ["s40", "s69"] },
    both: { allOf: ["s1", "s2"] },
    many: { anyOf: letters.slice(0, 12) },
    tiered: { scope: "s0", tier: "pro" },
    x: "/x/{i}",
    u: "u:{i}",
    x_or_one: { anyOf: ["s0", "/x/{i}"] },
    x_or_y: { anyOf: ["/y/{i}", "/x/{i}"] },
    x_and_one: { allOf: ["/x/{i}", "s0"] },
    pair: "/pair/{i}/{j}",
  },
} as const;

const load = () => loadPolicy(DEFINITION);
const policy = load();

const VALUES = ["1", "2", "a.b", "a:b", "3"];
const value = fc.constantFrom(...VALUES);
const scopeToken = fc.oneof(
  fc.constantFrom("s0", "s1", "s2", "s40", "s69", "owner", "openid"),
  fc.constantFrom(letters.join(" ")),
  value.map((i) => `/x/${i}`),
  value.map((i) => `/y/${i}`),
  value.map((i) => `/old/${i}`),
  value.map((i) => `u:${i}`),
  fc.tuple(value, value).map(([i, j]) => `/pair/${i}/${j}`),
);
const scope = fc.array(scopeToken, { maxLength: 6 }).map((list) => list.join(" "));
const token = fc.record(
  { scope, tier: fc.constantFrom("free", "pro", "gold"), first_party: fc.boolean() },
  { requiredKeys: ["scope"] },
);
const call = fc.record({
  token,
  tool: fc.constantFrom(...Object.keys(DEFINITION.tools), "no_such_tool"),
  params: fc.record(
    { i: fc.oneof(value, fc.constantFrom(1, 2, "..", "")), j: value },
    { requiredKeys: [] },
  ),
});

describe("the scopes of a token", () => {
  const compiled = compiledPolicyOf(policy);
  const read = createTokenScopesReader(compiled, createTokenMarks());
  const includes = (more: string, less: string) =>
    includesScopes(
      compiled,
      read({ scope: more }) as TokenScopes,
      read({ scope: less }) as TokenScopes,
    );

  it.each([
    ["s0 s69 /x/1", "s69 /x/1", true],
    ["/y/1", "/x/1", true],
    ["/x/1", "/y/1", false],
    ["/x/1", "/x/2", false],
    ["/x/1 /x/2", "/x/2", true],
    ["/x/1", "/x/1 /x/2", false],
    ["s0", "s69", false],
    // no call can use the value of the second one, so it grants nothing
    ["u:1", "/old/a:b", true],
    ["s0", "/old/a:b", false],
  ])("%s includes %s: %s", (more, less, expected) => {
    expect(includes(more, less)).toBe(expected);
  });
});

describe("what was decided before", () => {
  it("changes no later decision, for tokens that are new, held, frozen, and created by the library", () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 8 }), (calls) => {
        for (const { token: claims, tool, params } of calls) {
          const wanted = load().decideUntrusted(claims, tool, params);
          const held = { ...claims };
          const own = freezeToken({ ...claims });
          for (let round = 0; round < 2 * KEEP_EACH; round += 1) {
            for (const one of [held, own, Object.freeze({ ...claims })])
              expect(policy.decideUntrusted(one, tool, params)).toEqual(wanted);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the same for two policies that decide about the same tokens in turns", () => {
    const other = loadPolicy({ ...DEFINITION, tools: { one: "s1", x: "s2" } });
    const own = freezeToken({ scope: "s0 /x/1" });
    for (let round = 0; round < 2 * KEEP_EACH; round += 1) {
      expect(policy.decideUntrusted(own, "one").code).toBe("allowed");
      expect(other.decideUntrusted(own, "one").code).toBe("insufficient_scope");
      expect(policy.decideUntrusted(own, "x", { i: "1" }).code).toBe("allowed");
      expect(other.decideUntrusted(own, "x", { i: "1" }).code).toBe("insufficient_scope");
    }
  });

  it("is not changed by a member that is another one each time it is read", () => {
    const fresh = load();
    for (const [tool, member, good, bad] of [
      ["one", "scope", "s0", ""],
      ["tiered", "tier", "pro", "free"],
    ] as const) {
      for (const order of [
        [good, bad],
        [bad, good],
      ]) {
        let reads = 0;
        const read = () => order[reads++ % 2];
        const claims = { scope: "s0", tier: "pro" };
        const changing = Object.defineProperty({ ...claims }, member, { get: read });
        for (let round = 0; round < 2 * KEEP_EACH; round += 1)
          fresh.decideUntrusted(changing, tool);
      }
      expect(fresh.decideUntrusted({ scope: "s0", tier: "pro" }, tool).code).toBe("allowed");
      expect(fresh.decideUntrusted({ scope: "s0", tier: "pro", [member]: bad }, tool).allowed).toBe(
        false,
      );
    }
  });

  it("is not kept where the value of a parameter is not accepted", () => {
    // `/old/a:b` names `u:{i}`, which does not accept the value
    for (let round = 0; round < 2 * KEEP_EACH; round += 1) {
      const decision = policy.decideUntrusted({ scope: "/old/a:b u:1" }, "u", { i: "a:b" });
      expect(decision.code).toBe("invalid_params");
      expect(policy.decideUntrusted({ scope: "/old/a:b u:1" }, "u", { i: "1" }).code).toBe(
        "allowed",
      );
      expect(policy.toolsFor({ scope: "/old/a:b" }).map(({ name }) => name)).not.toContain("u");
    }
  });

  it("cannot be changed by a caller: a decision that calls share is frozen", () => {
    const allowed = policy.decideUntrusted({ scope: "s0" }, "one");
    const denied = policy.decideUntrusted({ scope: "s1" }, "both");
    expect([Object.isFrozen(allowed), Object.isFrozen(denied)]).toEqual([true, true]);
    expect(denied.code === "insufficient_scope" && Object.isFrozen(denied.missing)).toBe(true);
  });

  it("leaves no trace on a token: neither a key nor a change of its copy", () => {
    const held = { scope: "s0" };
    for (let round = 0; round < 2 * KEEP_EACH; round += 1) policy.decideUntrusted(held, "one");
    expect(Reflect.ownKeys(held)).toEqual(["scope"]);
    expect(structuredClone(held)).toEqual({ scope: "s0" });
    expect(policy.decideUntrusted({ ...held, scope: "s1" }, "one").allowed).toBe(false);
  });
});
