// Consent reads only own members of its facts and options, with the right types.

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

/** Returns an object that inherits its members. */
const inheriting = <Value extends object>(value: Value): Value => Object.create(value) as Value;

describe("the options of consent", () => {
  it.each([
    ["an unknown name", { ineligable: "refuse" }],
    ["an unknown value", { whenNoScope: "all" }],
    ["an unknown value", { prechecked: true }],
    ["an unknown value", { ineligible: "ignore" }],
    ["an unknown value", { tierLocked: "hidden" }],
    ["a time of 0", { rememberRefusals: 0 }],
    ["a time that is too long", { rememberRefusals: 1_000_000_001 }],
    ["a time that is a string", { rememberRefusals: "60" }],
    ["a link that is not a string", { manageUrl: 7 }],
    ["a link that is not a string", { reportUrl: null }],
    ["a link that is not a string", { helpUrl: new URL("https://help.example") }],
    ["a member that is `undefined`", { ineligible: undefined }],
    ["null", null],
    ["a list", ["refuse"]],
    ["an empty list", []],
  ])("are refused with %s: %j", (_, options) => {
    const given = options as never;
    const error = expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }) as Error;
    const facts = factsOf({ requested: all });
    expect(() => consentScreen(policy, facts, given)).toThrow(error);
    expect(() => droppedScopes(policy, facts, given)).toThrow(error);
    expect(() => resolveConsent(policy, facts, { decision: "approve" }, given)).toThrow(error);
  });

  it("accept a time of up to 10^9 seconds", () => {
    const facts = factsOf({ requested: all });
    const selection = { decision: "approve", scopes: ["n:read"] };
    const outcome = resolveConsent(policy, facts, selection, { rememberRefusals: 1_000_000_000 });
    expect(outcome.ok && outcome.refused[0]?.until).toBe(1_000_001_000);
  });
});

describe("a client", () => {
  it.each(["true", 1, {}, [true], "yes", null, false, undefined])(
    "is not a first-party client if `firstParty` is %j",
    (firstParty) => {
      const facts = { client: { ...client, firstParty: firstParty as never } };
      expect(scopesOf(screenOf(facts))).toEqual(["n:read", "n:write"]);
      expect(droppedScopes(policy, factsOf({ requested: all, ...facts }))[0]).toEqual({
        scope: "root:all",
        why: "reserved",
      });
    },
  );

  it("that is a first-party client has what its earlier grant of a reserved scope implies", () => {
    const own = { ...client, firstParty: true };
    const granted = { granted: "root:all", grantedPolicyVersion: "1" };
    const mine = screenOf({ client: own, requested: "n:read", ...granted });
    expect(mine.reason).toBe("nothing_new");
    expect(screenOf({ requested: "n:read", ...granted }).reason).toBe("first_time");
  });

  it("that is a first-party client keeps the reserved scope that the user chose", () => {
    const own = { ...client, firstParty: true };
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
      client: inheriting({ ...client, firstParty: true, requiredScopes: ["n:read"] }),
    };
    const screen = screenOf(facts);
    expect(scopesOf(screen)).toEqual(["n:read", "n:write"]);
    expect(rowOf(screen, "n:read").state).toBe("optional");
    expect(screen.canSkip).toBe(false);
  });
});

describe("a user and an account", () => {
  it("have no inherited facts", () => {
    const account = inheriting({
      tier: "pro",
      resources: { wallet: { w: "Wallet" } },
      owns: () => "Mine",
    });
    const user = inheriting({ sub: "u-1", label: "Ada" });
    const screen = screenOf({ account, user });
    expect(scopesOf(screen)).toEqual(["n:read", "n:write"]);
    expect(rowOf(screen, "n:write").state).toBe("tier_locked");
    expect(screen.user).toEqual({ label: "", switchAccountUrl: null });
    const outcome = resolveConsent(policy, factsOf({ requested: all, user, account }), {
      decision: "approve",
      scopes: ["n:read"],
    });
    expect(outcome.ok && outcome.receipt.sub).toBeNull();
  });

  it("that are null count as missing", () => {
    const facts = { user: null as never, account: null as never };
    expect(screenOf(facts)).toMatchObject({ user: null, error: null });
  });

  it.each(["u-1", 7, true])("that are not objects make the functions throw: %j", (value) => {
    const facts = { user: value as never, account: value as never };
    expect(() => screenOf(facts)).toThrow(
      expect.objectContaining({
        code: "ERR_OPTIONS_INVALID",
        findings: ["user", "account"].map(
          (path) => expect.objectContaining({ path, message: "expected an object" }) as object,
        ),
      }) as Error,
    );
  });
});

describe("facts", () => {
  it.each(["n:read", 7, { 0: "n:read" }])(
    "with refusals that are not a list make the functions throw: %j",
    (refused) => {
      expect(() => screenOf({ refused: refused as never })).toThrow(
        expect.objectContaining({
          code: "ERR_OPTIONS_INVALID",
          findings: [
            expect.objectContaining({ path: "refused", message: "expected a list" }) as object,
          ],
        }) as Error,
      );
    },
  );

  it("are not inherited", () => {
    const facts = Object.assign(inheriting({ granted: all, prompt: "consent", used: true }), {
      client,
      requested: "n:read",
    });
    expect(consentScreen(policy, facts).reason).toBe("first_time");
    const selection = { decision: "approve", scopes: ["n:read"] };
    expect(resolveConsent(policy, facts, selection)).toMatchObject({ ok: true, removed: [] });
  });

  it("are not read from Object.prototype", () => {
    const prototype = Object.prototype as Record<string, unknown>;
    const members = { granted: all, prompt: "consent", used: true, id: "x", firstParty: true };
    const facts = factsOf({ requested: "n:read root:all" });
    Object.assign(prototype, members);
    try {
      const screen = consentScreen(policy, facts);
      expect([screen.reason, screen.id, rowsOf(screen).length]).toEqual(["first_time", null, 1]);
      const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["n:read"] });
      expect(outcome).toMatchObject({ ok: true, scope: "n:read" });
    } finally {
      for (const name of Object.keys(members)) delete prototype[name];
    }
  });
});

it("a selection of many scopes that were not offered reports the first 32", () => {
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
  const own = { ...client, firstParty: true };
  const requested = "n:read n:write root:all";

  it("has no reserved scope, not even for a first-party client", () => {
    const facts = factsOf({ client: own, requested, account: { tier: "pro" } });
    const screen = consentScreen(bundled, facts);
    expect(scopesOf(screen)).toEqual(["n:read", "n:write", "root:all"]);
    expect(screen.presets.map(({ scopes }) => scopes)).toEqual([["n:read", "n:write"]]);
  });

  it("has no row that is locked and not checked", () => {
    const facts = factsOf({ client: own, requested, account: { tier: "free" } });
    const { presets } = consentScreen(bundled, facts, { tierLocked: "locked" });
    expect(presets.map(({ scopes }) => scopes)).toEqual([["n:read"]]);
  });
});

describe("dropped scopes", () => {
  it.each([
    ["next to an offered one", "n:read "],
    ["if nothing is offered", ""],
  ])("are at most 256 %s", (_, first) => {
    const unknown = Array.from({ length: 300 }, (_, index) => `x:${index}`);
    const facts = factsOf({ requested: first + unknown.join(" ") });
    const dropped = droppedScopes(policy, facts);
    expect(dropped).toHaveLength(256);
    expect(dropped.at(-1)).toEqual({ scope: "x:255", why: "unknown" });
  });
});
