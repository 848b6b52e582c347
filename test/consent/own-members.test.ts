// What consent reads of its facts and options: own members of the right type, and nothing else.

import {
  type ConsentFacts,
  consentScreen,
  definePolicy,
  droppedScopes,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { client, factsOf, rowOf, rowsOf, scopesOf } from "./facts.js";

const policy = definePolicy({
  name: "Own",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "n:read": {},
    "n:write": { tier: "pro" },
    "root:all": { reserved: true, implies: ["n:read"] },
    "/wallets/{wallet}/read": {},
  },
});

const all = "n:read n:write root:all /wallets/w/read";
const screenOf = (facts: Partial<ConsentFacts>) =>
  consentScreen(policy, factsOf({ requested: all, ...facts }));

/** An object that inherits its members. */
const inheriting = <Value extends object>(value: Value): Value => Object.create(value) as Value;

describe("the options of consent", () => {
  it.each([
    ["an unknown name", { ineligable: "refuse" }],
    ["another value", { whenNoScope: "all" }],
    ["another value", { prechecked: true }],
    ["another value", { ineligible: "ignore" }],
    ["another value", { tierLocked: "hidden" }],
    ["a time of 0", { rememberRefusals: 0 }],
    ["a time that is too long", { rememberRefusals: 1_000_000_001 }],
    ["a time that is a text", { rememberRefusals: "60" }],
    ["a link that is not a text", { manageUrl: 7 }],
    ["a link that is not a text", { reportUrl: null }],
    ["a link that is not a text", { helpUrl: new URL("https://help.example") }],
    ["a member that is `undefined`", { ineligible: undefined }],
    ["null", null],
    ["a list", ["refuse"]],
    ["an empty list", []],
  ])("are refused for %s: %j", (_, options) => {
    const given = options as never;
    const error = expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }) as Error;
    const facts = factsOf({ requested: all });
    expect(() => consentScreen(policy, facts, given)).toThrow(error);
    expect(() => droppedScopes(policy, facts, given)).toThrow(error);
    expect(() => resolveConsent(policy, facts, { decision: "approve" }, given)).toThrow(error);
  });

  it("take a time of up to 10^9 seconds", () => {
    const facts = factsOf({ requested: all });
    const selection = { decision: "approve", scopes: ["n:read"] };
    const outcome = resolveConsent(policy, facts, selection, { rememberRefusals: 1_000_000_000 });
    expect(outcome.ok && outcome.refused[0]?.until).toBe(1_000_001_000);
  });
});

describe("a client", () => {
  it.each(["true", 1, {}, [true], "yes", null, false, undefined])(
    "is not the owner's own for `first_party` of %j",
    (first_party) => {
      const facts = { client: { ...client, first_party: first_party as never } };
      expect(scopesOf(screenOf(facts))).toEqual(["n:read", "n:write"]);
      expect(droppedScopes(policy, factsOf({ requested: all, ...facts }))[0]).toEqual({
        scope: "root:all",
        why: "reserved",
      });
    },
  );

  it("that is the owner's own has what its earlier grant of a reserved scope implies", () => {
    const own = { ...client, first_party: true };
    const granted = { granted: "root:all", grantedPolicyVersion: "1" };
    const mine = screenOf({ client: own, requested: "n:read", ...granted });
    expect(mine.reason).toBe("nothing-new");
    expect(screenOf({ requested: "n:read", ...granted }).reason).toBe("first-time");
  });

  it("that is the owner's own keeps the reserved scope that it chose", () => {
    const own = { ...client, first_party: true };
    const facts = factsOf({
      client: own,
      requested: "root:all n:read",
      granted: "root:all",
      refused: [{ scope: "n:read" }, { scope: "root:all" }],
    });
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["root:all"] });
    expect(outcome).toMatchObject({
      scope: "n:read root:all",
      added: [],
      removed: [],
      refused: [],
    });
  });

  it("has no inherited facts", () => {
    const facts = {
      client: inheriting({ ...client, first_party: true, required_scopes: ["n:read"] }),
    };
    const screen = screenOf(facts);
    expect(scopesOf(screen)).toEqual(["n:read", "n:write"]);
    expect(rowOf(screen, "n:read").state).toBe("optional");
    expect(screen.canSkip).toBe(false);
  });
});

describe("a person and an account", () => {
  it("have no inherited facts", () => {
    const account = inheriting({
      tier: "pro",
      resources: { wallet: { w: "Wallet" } },
      owns: () => "Mine",
    });
    const user = inheriting({ sub: "u-1", label: "Ada" });
    const screen = screenOf({ account, user });
    expect(scopesOf(screen)).toEqual(["n:read", "n:write"]);
    expect(rowOf(screen, "n:write").state).toBe("tier-locked");
    expect(screen.user).toEqual({ label: "", switchAccountUrl: null });
    const outcome = resolveConsent(policy, factsOf({ requested: all, user, account }), {
      decision: "approve",
      scopes: ["n:read"],
    });
    expect(outcome.ok && outcome.receipt.sub).toBeNull();
  });

  it("that are null are not there", () => {
    const facts = { user: null as never, account: null as never };
    expect(screenOf(facts)).toMatchObject({ user: null, error: null });
  });

  it.each(["u-1", 7, true])("that are not objects are mistakes of the program: %j", (value) => {
    const facts = { user: value as never, account: value as never };
    expect(() => screenOf(facts)).toThrow(
      expect.objectContaining({
        code: "ERR_OPTIONS_INVALID",
        findings: [{ path: "user" }, { path: "account" }].map(
          (finding) => expect.objectContaining(finding) as object,
        ),
      }) as Error,
    );
  });
});

describe("facts", () => {
  it("are not inherited", () => {
    const facts = Object.assign(inheriting({ granted: all, prompt: "consent", used: true }), {
      client,
      requested: "n:read",
    });
    expect(consentScreen(policy, facts).reason).toBe("first-time");
    const selection = { decision: "approve", scopes: ["n:read"] };
    expect(resolveConsent(policy, facts, selection)).toMatchObject({ ok: true, removed: [] });
  });

  it("are not those of Object.prototype", () => {
    const prototype = Object.prototype as Record<string, unknown>;
    const members = { granted: all, prompt: "consent", used: true, id: "x", first_party: true };
    const facts = factsOf({ requested: "n:read root:all" });
    Object.assign(prototype, members);
    try {
      const screen = consentScreen(policy, facts);
      expect([screen.reason, screen.id, rowsOf(screen).length]).toEqual(["first-time", null, 1]);
      const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["n:read"] });
      expect(outcome).toMatchObject({ ok: true, scope: "n:read" });
    } finally {
      for (const name of Object.keys(members)) delete prototype[name];
    }
  });
});

it("a choice of very many scopes that were not offered is logged in part", () => {
  const scopes = Array.from({ length: 100 }, (_, index) => `x:${index}`);
  const outcome = resolveConsent(policy, factsOf({ requested: all }), {
    decision: "approve",
    scopes,
  });
  expect(outcome).toMatchObject({ ok: false, offending: scopes.slice(0, 32) });
});

describe("a bundle of every scope", () => {
  const bundled = definePolicy({
    name: "Bundled",
    version: "1",
    tiers: ["free", "pro"],
    scopes: { "n:read": {}, "n:write": { tier: "pro" }, "root:all": { reserved: true } },
    bundles: { all: { every: true } },
  });
  const own = { ...client, first_party: true };
  const requested = "n:read n:write root:all";

  it("has no reserved scope, for the owner's own client either", () => {
    const facts = factsOf({ client: own, requested, account: { tier: "pro" } });
    const screen = consentScreen(bundled, facts);
    expect(scopesOf(screen)).toEqual(["n:read", "n:write", "root:all"]);
    expect(screen.presets.map(({ scopes }) => scopes)).toEqual([["n:read", "n:write"]]);
  });

  it("has no row that is locked without being checked", () => {
    const facts = factsOf({ client: own, requested, account: { tier: "free" } });
    const { presets } = consentScreen(bundled, facts, { tierLocked: "locked" });
    expect(presets.map(({ scopes }) => scopes)).toEqual([["n:read"]]);
  });
});

describe("dropped scopes", () => {
  it.each([
    ["beside one that is offered", "n:read "],
    ["where nothing is offered", ""],
  ])("are at most 256 %s", (_, first) => {
    const unknown = Array.from({ length: 300 }, (_, index) => `x:${index}`);
    const facts = factsOf({ requested: first + unknown.join(" ") });
    const dropped = droppedScopes(policy, facts);
    expect(dropped).toHaveLength(256);
    expect(dropped.at(-1)).toEqual({ scope: "x:255", why: "unknown" });
  });
});
