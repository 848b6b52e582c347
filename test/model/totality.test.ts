// Any value in any position that a client controls gives a decision and nothing else.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawGoodCase, drawRequest } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { HOSTILE } from "./hostile.js";
import { assertLaw } from "./law.js";
import type { Definition } from "./model.js";
import { CODES, load } from "./observe.js";

const RUNS = { numRuns: 1000 };

const cases = (draw: Draw) => {
  const one = drawGoodCase(draw, { patterns: 30 });
  return { ...one, request: drawRequest(draw, one.definition), at: draw.int(99) };
};
type Position = ReturnType<typeof cases>;

/** Tokens made from a value: the value itself, and tokens with the value as a member. */
const tokensOf = (value: unknown, { held, facts }: Position): unknown[] => [
  value,
  { scope: value },
  { scope: [value] },
  { scope: [...held, value] },
  { ...facts, scope: held, tier: value },
  { ...facts, scope: held, account_type: value },
  { ...facts, scope: held, first_party: value },
];
const paramsOf = (value: unknown): unknown[] => [
  value,
  { accountID: value, platformAccountID: "a", orgID: value, projectID: value, fileID: value },
  { accountID: "a", platformAccountID: value, orgID: "a", projectID: "a", fileID: "a" },
];

function expectDecision(decision: unknown): void {
  const { code, allowed } = decision as { code: string; allowed: boolean };
  if (!CODES.includes(code)) expect(CODES).toContain(code);
  if (allowed !== (code === "allowed")) expect({ code, allowed }).toBe("consistent");
}

function expectTotal(value: unknown, position: Position): void {
  const { definition, held, facts, name, params, request } = position;
  const policy = load(definition);
  const token = { ...facts, scope: held };
  const ask = (a: unknown, b: unknown, c: unknown): void => {
    expectDecision(policy.decideUntrusted(a, b, c));
    expectDecision(policy.decide(a as never, b as never, c as never));
  };
  const askRequest = (a: unknown, b: unknown): void =>
    expectDecision(policy.decideRequest(a as never, b as never));

  for (const bad of tokensOf(value, position)) {
    ask(bad, name, params);
    ask(bad, "get_settings", params);
    askRequest(bad, request);
    const views = policy.toolsFor(bad as never);
    if (!Array.isArray(views)) expect(views).toBeInstanceOf(Array);
    for (const view of views) expectDecision(view.decision);
  }
  for (const bad of paramsOf(value)) {
    ask(token, name, bad);
    ask(token, "get_settings", bad);
    ask(undefined, name, bad);
    askRequest(token, { ...request, params: bad });
  }
  ask(token, value, params);
  ask(value, value, value);
  askRequest(token, value);
  askRequest(value, value);
  askRequest(token, { ...request, method: value });
  askRequest(token, { ...request, path: value });
  askRequest(token, { method: value, path: value, params: value });
}

describe("every method returns a decision for", { timeout: 300_000 }, () => {
  it("any JSON value in any position", () => {
    assertLaw(fc.property(fc.jsonValue(), drawn(cases), expectTotal), RUNS);
  });

  it("any object in any position", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    assertLaw(fc.property(anything, drawn(cases), expectTotal), RUNS);
  });

  const position = fc.sample(drawn(cases), { numRuns: 8, seed: 20261122 });
  it.each([...HOSTILE.keys()])("%s", (label) => {
    for (const one of position) expectTotal(HOSTILE.get(label), one);
  });
});

describe("values that cannot be read", { timeout: 300_000 }, () => {
  const definition: Definition = {
    name: "Small",
    version: "1",
    scopes: { "courses:read": {}, "/accounts/{accountID}/": {} },
    tools: {
      list_courses: "courses:read",
      open: "/accounts/{accountID}/",
      search: { public: true },
      whoami: { authenticated: true },
    },
  };
  const policy = load(definition);
  const unreadable = [...HOSTILE.keys()].filter((label) =>
    /^(?!.*iterator).*(throw|revoked|lies|sparse)/.test(label),
  );

  it.each(unreadable)("are rejected as a token, a parameter and a name: %s", (label) => {
    const value = HOSTILE.get(label);
    const token = { scope: "courses:read /accounts/a/" };
    for (const name of ["list_courses", "whoami", "search"]) {
      const { code } = policy.decideUntrusted({ scope: value }, name);
      expect(code).toBe("invalid_token");
    }
    expect(policy.decideUntrusted(token, "open", { accountID: value }).code).toBe("invalid_params");
    expect(policy.decideUntrusted(token, value).code).toBe("unknown_operation");
    expect(policy.decideRequest(token, value as never).code).toBe("unknown_operation");
  });
});
