import { describe, expect, it } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { KEEP_EACH } from "../../src/decision/token-scopes-reader.js";
import { accessTokenFromClaims } from "../../src/resource-server/claims.js";

const MESSAGE = "more scope is needed: the user can grant it";
const allowed = (...scopes: string[]) => ({
  allowed: true,
  code: "allowed",
  scopes,
  enriched: false,
  enrichments: [],
});
const denied = (...accepted: string[][]) => ({
  allowed: false,
  code: "insufficient_scope",
  message: MESSAGE,
  missing: accepted[0],
  scopes: accepted[0],
  accepted,
});

const isFrozen = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(isFrozen));

describe("an operation for which one scope of one or two is enough", () => {
  // the first 32 ids (up to that of `more29`) are bits of one number, the next ones of another; those beyond the 64th are in a list, or in
  // words if a token has many
  const more = Array.from({ length: 100 }, (_, index) => `more${index}`);
  const policy = loadPolicy({
    name: "Choice",
    version: "1",
    scopes: { a: {}, b: {}, ...Object.fromEntries(more.map((name) => [name, {}])) },
    tools: {
      one: "a",
      two: { anyOf: ["a", "b"] },
      far: { anyOf: ["more70", "b"] },
      lists: { allOf: ["a", { anyOf: ["more70"] }] },
      last_bit: "more29",
      beyond_bits: "more30",
      bits_or_beyond: { anyOf: ["more29", "more30"] },
      beyond_or_bits: { anyOf: ["more30", "more29"] },
    },
  });

  it.each([
    ["one", "a", allowed("a")],
    ["one", "b", denied(["a"])],
    ["two", "a b", allowed("a")],
    ["two", "b", allowed("b")],
    ["two", "", denied(["a"], ["b"])],
    ["far", "more70", allowed("more70")],
    ["far", "b more69", allowed("b")],
    ["far", "a more69", denied(["more70"], ["b"])],
    ["far", more.join(" "), allowed("more70")],
    ["far", more.filter((name) => name !== "more70").join(" "), denied(["more70"], ["b"])],
    ["lists", "a more70", allowed("a", "more70")],
    ["one", "b more29", denied(["a"])],
    ["last_bit", "more29", allowed("more29")],
    ["last_bit", "a b more28 more30 more61", denied(["more29"])],
    ["beyond_bits", "more30", allowed("more30")],
    ["beyond_bits", "a b more29 more31 more62", denied(["more30"])],
    ["bits_or_beyond", "more29", allowed("more29")],
    ["bits_or_beyond", "more30", allowed("more30")],
    ["bits_or_beyond", "a more28", denied(["more29"], ["more30"])],
    ["beyond_or_bits", "a", denied(["more30"], ["more29"])],
  ])("%s with `%.20s`: %o", (tool, scope, expected) => {
    const held = { scope };
    for (let call = 0; call < 3 * KEEP_EACH; call += 1) {
      expect(policy.decideUntrusted({ scope }, tool)).toEqual(expected);
      expect(policy.decideUntrusted(held, tool)).toEqual(expected);
    }
    expect(isFrozen(policy.decideUntrusted({ scope }, tool))).toBe(true);
  });

  it("makes no object for a decision: calls share it", () => {
    for (const scope of ["a", "b", ""])
      for (const tool of ["one", "two"])
        expect(policy.decideUntrusted({ scope }, tool)).toBe(
          policy.decideUntrusted({ scope }, tool),
        );
  });
});

describe("a decision by the bits of a token", () => {
  // from 33 scopes on, two of them have one bit; from 65 on, some are in a list, and in words if a token has many
  it.each([31, 32, 33, 64, 65, 100])("is about the scope itself, with %i scopes", (count) => {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const tools = names.flatMap((name, index) => {
      const other = names[(index + 33) % count] as string;
      return [
        { tool: `one.${name}`, anyOf: [name] },
        { tool: `two.${name}`, anyOf: [...new Set([name, other])] },
      ];
    });
    const policy = loadPolicy({
      name: "Bits",
      version: "1",
      scopes: Object.fromEntries(names.map((name) => [name, {}])),
      tools: Object.fromEntries(tools.map(({ tool, anyOf }) => [tool, { anyOf }])),
    });
    const wrong: string[] = [];
    for (const held of [...names.map((name) => [name]), names.slice(32), names, []]) {
      const scope = held.join(" ");
      const tokens = [accessTokenFromClaims({ scope }) as AccessToken, { scope }];
      // after some calls, its scopes are kept with a token
      for (let call = 0; call < 3 * KEEP_EACH; call += 1)
        for (const token of tokens) policy.decideUntrusted(token, "one.s0");
      for (const { tool, anyOf } of tools) {
        const wanted = anyOf.find((name) => held.includes(name));
        for (const token of tokens) {
          const decision = policy.decideUntrusted(token, tool);
          const scopes = decision.allowed ? decision.scopes : [];
          if (scopes[0] !== wanted) wrong.push(`${tool} with "${scope}": ${scopes.join(" ")}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the value of the only template of an operation", () => {
  const policy = loadPolicy({
    name: "Values",
    version: "1",
    scopes: { "/x/{id}": {}, "/y/{id}end": {}, "/z/{id}": {} },
    tools: { x: "/x/{id}", y: "/y/{id}end" },
  });

  it.each([
    ["x", "/x/1", "1", "allowed"],
    ["x", "/x/1", "2", "binding_mismatch"],
    ["x", "/x/1", 2, "binding_mismatch"],
    ["x", "/x/1", 1, "allowed"],
    ["x", "/z/1", "1", "insufficient_scope"],
    ["x", "/x/1", "a.b", "binding_mismatch"],
    ["x", "/x/1", "", "invalid_params"],
    ["x", "/x/1", "..", "invalid_params"],
    ["x", "/x/1", "a/b", "invalid_params"],
    ["x", "/x/1", "\u00e9", "invalid_params"],
    ["x", "/z/1", "x".repeat(128), "insufficient_scope"],
    ["x", "/z/1", "x".repeat(129), "invalid_params"],
    ["x", "/z/1", undefined, "invalid_params"],
    // `e` ends the value, so it has none
    ["y", "/y/1end", "1", "allowed"],
    ["y", "/y/1end", "2", "binding_mismatch"],
    ["y", "/y/1end", "e", "invalid_params"],
    ["y", "/z/1", "one", "invalid_params"],
  ])("%s with `%s` and %j: %s", (tool, scope, id, code) => {
    expect(policy.decideUntrusted({ scope }, tool, { id }).code).toBe(code);
    expect(policy.decideUntrusted({ scope: '"' }, tool, { id }).code).toBe(
      code === "invalid_params" ? code : "invalid_token",
    );
  });
});
