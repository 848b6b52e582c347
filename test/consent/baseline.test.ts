// A requested scope of the baseline is in every preset, is never stored as refused, and its row tells the user that nothing works
// without it.

import { consentScreen, definePolicy, resolveConsent } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { client, factsOf, rowOf, rowsOf } from "./facts.js";

const policy = definePolicy({
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "mcp:tools": { description: "Call tools", replaces: ["mcp:call"] },
    "mcp:admin": { implies: ["mcp:tools"] },
    "courses:read": {},
    "courses:write": {},
    openid: { required: true },
  },
  baseline: ["mcp:tools"],
  bundles: {
    "read-only": ["courses:read"],
    all: { every: true, except: ["mcp:tools"] },
    other: ["mcp:admin"],
  },
  tools: { list_courses: "courses:read" },
});
const requested = "mcp:tools courses:read courses:write openid";

describe("a requested scope of the baseline", () => {
  it("is in every preset, even if the bundle does not list it", () => {
    const { presets } = consentScreen(policy, factsOf({ requested }));
    expect(presets.map(({ id, scopes }) => [id, scopes])).toEqual([
      ["read-only", ["mcp:tools", "courses:read"]],
      ["all", ["mcp:tools", "courses:read", "courses:write", "openid"]],
    ]);
  });

  it("alone does not create a preset", () => {
    const { presets } = consentScreen(policy, factsOf({ requested: "mcp:tools openid" }));
    expect(presets).toEqual([]);
  });

  it("is in no preset if it was not requested", () => {
    const { presets } = consentScreen(policy, factsOf({ requested: "courses:read" }));
    expect(presets.map(({ scopes }) => scopes)).toEqual([["courses:read"], ["courses:read"]]);
  });

  it.each([["mcp:tools"], ["mcp:tools mcp:call"], ["mcp:call"]])(
    "opens tools with every preset if it is requested as %s",
    (name) => {
      const facts = factsOf({ requested: `${name} courses:read` });
      for (const { scopes } of consentScreen(policy, facts).presets) {
        const outcome = resolveConsent(policy, facts, { decision: "approve", scopes });
        const scope = outcome.ok ? outcome.scope : "";
        expect(policy.decide({ scope }, "list_courses").allowed).toBe(true);
      }
    },
  );

  it.each([
    [{ requested: "mcp:tools courses:read" }, "optional"],
    [{ requested: "mcp:tools courses:read", granted: "mcp:tools" }, "already_granted"],
    [{ requested: "mcp:tools mcp:admin" }, "implied"],
    [{ requested: "mcp:call courses:read" }, "optional"],
  ])("shows that nothing works without it: with %j its state is %s", (facts, state) => {
    const row = rowOf(consentScreen(policy, factsOf(facts)), "mcp:tools");
    expect(row).toMatchObject({ state, why: "Nothing works without this permission." });
  });

  it.each(["en", "de", "fr", "es", "ar"])(
    "shows the reason in the language of the page: %s",
    (locale) => {
      const screen = consentScreen(policy, factsOf({ requested: "mcp:tools", locale }));
      expect(screen.locale).toBe(locale);
      expect(rowOf(screen, "mcp:tools").why).toBe(screen.words.baselineWhy);
    },
  );

  it("shows why it is locked if it is required", () => {
    const own = { ...client, requiredScopes: ["mcp:tools"] };
    const row = rowOf(consentScreen(policy, factsOf({ requested, client: own })), "mcp:tools");
    expect(row).toMatchObject({
      state: "required",
      why: "The app cannot work without this permission.",
    });
  });

  it.each([["mcp:tools"], ["mcp:call"]])(
    "is not stored as refused under any of its names: %s",
    (scope) => {
      const facts = factsOf({ requested, refused: [{ scope }, { scope: "courses:write" }] });
      const row = rowOf(consentScreen(policy, facts), "mcp:tools");
      expect(row).toMatchObject({ checked: true, why: "Nothing works without this permission." });
      expect(rowOf(consentScreen(policy, facts), "courses:write").checked).toBe(false);
      const outcome = resolveConsent(policy, facts, {
        decision: "approve",
        scopes: ["courses:read"],
      });
      expect(outcome.ok && outcome.refused.map((one) => one.scope)).toEqual(["courses:write"]);
    },
  );

  it("can still be left out by the user", () => {
    const facts = factsOf({ requested });
    const outcome = resolveConsent(policy, facts, {
      decision: "approve",
      scopes: ["courses:read"],
    });
    expect(outcome).toMatchObject({ scope: "courses:read openid", changed: true });
  });
});

describe("MoveMentors", () => {
  const scopes = Object.entries(movementors.definition.scopes);
  const open = scopes.filter(([, options]) => typeof options === "string" || !options.reserved);
  const all = open.map(([name]) => name);

  it("keeps `mcp:tools` in each of its presets, and checked at the next request", () => {
    const facts = factsOf({ requested: all, account: { tier: "premium" } });
    const screen = consentScreen(movementors, facts);
    expect(screen.presets.length).toBeGreaterThan(1);
    for (const preset of screen.presets) {
      expect(preset.scopes).toContain("mcp:tools");
      const locked = new Set(rowsOf(screen).flatMap((row) => (row.locked ? [row.scope] : [])));
      const chosen = preset.scopes.filter((scope) => !locked.has(scope));
      const outcome = resolveConsent(movementors, facts, { decision: "approve", scopes: chosen });
      if (!outcome.ok) throw new Error(outcome.error);
      expect(outcome.scopes).toContain("mcp:tools");
      const refused = { ...facts, refused: outcome.refused };
      expect(rowOf(consentScreen(movementors, refused), "mcp:tools").checked).toBe(true);
      const opens = movementors
        .toolsFor({ scope: outcome.scope, tier: "premium" })
        .some(({ decision }) => decision.allowed);
      expect(opens).toBe(true);
    }
  });
});
