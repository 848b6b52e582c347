// Consent compares the meanings of scopes: implications, older names, one older name for several scopes.

import {
  type ConsentFacts,
  type ConsentOptions,
  type ConsentOutcome,
  connectedApp,
  consentScreen,
  definePolicy,
  droppedScopes,
  type Policy,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { client, factsOf, rowOf, rowsOf, scopesOf } from "./facts.js";

const notes = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "n:read": "r", "n:write": { description: "w", implies: ["n:read"] }, "o:read": "o" },
  tools: { list: "n:read", edit: "n:write", other: "o:read" },
});

/** Policy with one older name for two scopes. */
const split = definePolicy({
  name: "Bank",
  version: "1",
  scopes: {
    "/accounts/{id}/profile.read": { replaces: ["/accounts/{id}/all"] },
    "/accounts/{id}/money.write": { replaces: ["/accounts/{id}/all"] },
    "students:read": { replaces: ["members:read"] },
    "teachers:read": { replaces: ["members:read"] },
  },
  tools: {
    pay: { scope: "/accounts/{id}/money.write", params: { id: "account" } },
    students: "students:read",
  },
});

const account = { resources: { id: { a: "Bakery", b: "Cafe" } } };

/** Policies with one older name for a reserved and an open scope, in both orders of declaration. */
const reserved = ["reserved first", "open first"].map((order) => {
  const scopes = [
    ["all:console", { reserved: true, replaces: ["all:read"] }],
    ["all:public", { replaces: ["all:read"] }],
  ] as const;
  const declared = order === "reserved first" ? scopes : [...scopes].reverse();
  return definePolicy({
    name: order,
    version: "1",
    scopes: Object.fromEntries(declared),
    tools: { everything: "all:public" },
  });
});

describe("the earlier grant", () => {
  interface ReasonCase {
    readonly title: string;
    readonly policy?: Policy;
    readonly facts: Partial<ConsentFacts>;
    readonly reason: string;
    readonly canSkip: boolean;
  }
  const cases: readonly ReasonCase[] = [
    {
      title: "covers what it implies",
      facts: { requested: "n:read", granted: "n:write", grantedPolicyVersion: "1" },
      reason: "nothing_new",
      canSkip: true,
    },
    {
      title: "does not cover what implies it",
      facts: { requested: "n:write", granted: "n:read", grantedPolicyVersion: "1" },
      reason: "new_scopes",
      canSkip: false,
    },
    {
      title: "is asked about again if the implication may be newer than the grant",
      facts: { requested: "n:read", granted: "n:write" },
      reason: "policy_changed",
      canSkip: false,
    },
    {
      title: "is asked about again if what the scope itself implies may be newer than the grant",
      facts: { requested: "n:write", granted: "n:write" },
      reason: "policy_changed",
      canSkip: false,
    },
    {
      title: "is asked about again if the policy has another version",
      facts: { requested: "n:read", granted: "n:write", grantedPolicyVersion: "0" },
      reason: "policy_changed",
      canSkip: false,
    },
    {
      title: "needs no policy version if it names all requested scopes",
      facts: { requested: "n:read n:write", granted: "n:write n:read" },
      reason: "nothing_new",
      canSkip: true,
    },
    {
      title: "covers every scope that replaces an older name",
      policy: split,
      facts: {
        requested: "students:read teachers:read",
        granted: "members:read",
        grantedPolicyVersion: "1",
      },
      reason: "nothing_new",
      canSkip: true,
    },
    {
      title: "is asked about again if the older name may mean more by now",
      policy: split,
      facts: { requested: "students:read", granted: "members:read" },
      reason: "policy_changed",
      canSkip: false,
    },
    {
      title: "with one of two scopes does not cover the older name of both",
      policy: split,
      facts: {
        requested: "members:read",
        granted: "students:read",
        grantedPolicyVersion: "1",
      },
      reason: "new_scopes",
      canSkip: false,
    },
    ...[undefined, "1"].flatMap((version) =>
      ["gone:read", "gone:read nope:x", "/accounts/a/all"].map((granted) => ({
        title: "counts as nothing if the policy declares none of its scopes",
        facts: { requested: "n:read", granted, grantedPolicyVersion: version },
        reason: "first_time",
        canSkip: false,
      })),
    ),
    {
      title: "counts as nothing if it contains a template",
      policy: split,
      facts: {
        requested: "students:read",
        granted: "students:read /accounts/{id}/all",
        grantedPolicyVersion: "1",
      },
      reason: "first_time",
      canSkip: false,
    },
  ];

  it.each(
    titled(
      cases,
      ({ title, facts }) =>
        `${title} (${[facts.granted ?? []].flat().join(" ")}, policy version ${facts.grantedPolicyVersion ?? "unknown"})`,
    ),
  )("%s", (_title, { policy = notes, facts, reason, canSkip }) => {
    const screen = consentScreen(policy, factsOf(facts));
    expect({ reason: screen.reason, canSkip: screen.canSkip }).toEqual({ reason, canSkip });
  });

  it.each(titled(reserved, ({ name }) => name))(
    "covers the open scope of an older name: %s",
    (_title, policy) => {
      const facts = factsOf({
        requested: "all:read",
        granted: "all:read",
        grantedPolicyVersion: "1",
      });
      const screen = consentScreen(policy, facts);
      expect(scopesOf(screen)).toEqual(["all:public"]);
      expect(screen.reason).toBe("nothing_new");
      expect(droppedScopes(policy, facts)).toEqual([]);
      const owner = factsOf({ ...facts, client: { ...client, firstParty: true } });
      expect([...scopesOf(consentScreen(policy, owner))].sort()).toEqual([
        "all:console",
        "all:public",
      ]);
    },
  );
});

it.each([undefined, "", "gone:read", "n:read  o:read"])(
  "a row is not new if nothing was granted before: %j",
  (granted) => {
    const screen = consentScreen(notes, factsOf({ requested: "n:read o:read", granted }));
    expect(rowsOf(screen).map((row) => row.isNew)).toEqual([false, false]);
  },
);

it.each([
  ["no facts", undefined],
  ["facts that are a text", "client"],
  ["facts without a client", {}],
  ["a client that is a text", { client: "app-1" }],
  ["a client that is null", { client: null }],
  ["an inherited client", Object.create({ client }) as object],
])("consent functions throw ERR_OPTIONS_INVALID for %s", (_, facts) => {
  const wrong = facts as ConsentFacts;
  const error = expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }) as Error;
  expect(() => consentScreen(notes, wrong)).toThrow(error);
  expect(() => droppedScopes(notes, wrong)).toThrow(error);
  expect(() => resolveConsent(notes, wrong, { decision: "approve" })).toThrow(error);
});

it("a selection that cannot be read selects nothing", () => {
  const unreadable = Object.defineProperty({}, "decision", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  for (const selection of [unreadable, null, undefined, "approve", 7]) {
    const outcome = resolveConsent(notes, factsOf({ requested: "n:read" }), selection as never);
    expect(outcome).toMatchObject({ ok: false, error: "access_denied" });
  }
});

describe("a registered scope", () => {
  const rows: readonly {
    readonly title: string;
    readonly policy?: Policy;
    readonly scope: string;
    readonly requested: string;
    readonly shown: readonly string[];
    readonly dropped?: readonly string[];
  }[] = [
    {
      title: "covers what it implies",
      scope: "n:write",
      requested: "n:read",
      shown: ["n:read"],
    },
    {
      title: "does not cover what implies it",
      scope: "n:read",
      requested: "n:read n:write",
      shown: ["n:read"],
      dropped: ["n:write"],
    },
    {
      title: "covers a part of what an older name means",
      policy: split,
      scope: "students:read",
      requested: "members:read",
      shown: ["students:read"],
      dropped: ["teachers:read"],
    },
    {
      title: "covers all meanings of an older name",
      policy: split,
      scope: "members:read",
      requested: "teachers:read students:read",
      shown: ["students:read", "teachers:read"],
    },
    {
      title: "covers each value of a template, also under an older name",
      policy: split,
      scope: "/accounts/<id>/all",
      requested: "/accounts/a/money.write /accounts/b/profile.read",
      shown: ["/accounts/b/profile.read", "/accounts/a/money.write"],
    },
    {
      title: "covers one value of a bound scope",
      policy: split,
      scope: "/accounts/a/all",
      requested: "/accounts/a/money.write /accounts/b/money.write",
      shown: ["/accounts/a/money.write"],
      dropped: ["/accounts/b/money.write"],
    },
  ];

  it.each(titled(rows))(
    "%s",
    (_title, { policy = notes, scope, requested, shown, dropped = [] }) => {
      const facts = factsOf({ client: { ...client, scope }, requested, account });
      expect(scopesOf(consentScreen(policy, facts))).toEqual(shown);
      const expected = dropped.map((name) => ({ scope: name, why: "not_registered" }));
      expect(droppedScopes(policy, facts)).toEqual(expected);
    },
  );
});

describe("the result of consent", () => {
  interface ResultCase {
    readonly title: string;
    readonly policy?: Policy;
    readonly facts: Partial<ConsentFacts>;
    readonly chosen: readonly string[];
    readonly options?: ConsentOptions;
    readonly result: Partial<Extract<ConsentOutcome, { ok: true }>>;
  }
  const cases: readonly ResultCase[] = [
    {
      title: "contains the requested scopes that the chosen scope implies",
      facts: { requested: "n:read n:write" },
      chosen: ["n:write"],
      result: { scope: "n:read n:write", changed: false, refused: [] },
    },
    {
      title: "contains a scope that two others imply if one of them was chosen",
      policy: definePolicy({
        name: "Two",
        version: "1",
        scopes: {
          "a:read": {},
          "a:write": { implies: ["a:read"] },
          "a:share": { implies: ["a:read"] },
        },
      }),
      facts: { requested: "a:read a:write a:share" },
      chosen: ["a:share"],
      result: { scope: "a:read a:share", changed: true },
    },
    {
      title: "does not contain an implied scope that was not requested",
      facts: { requested: "n:write" },
      chosen: ["n:write"],
      result: { scope: "n:write", changed: false },
    },
    {
      title: "is a change if the tokens differ, even if the meaning is the same",
      policy: split,
      facts: { requested: "members:read" },
      chosen: ["students:read", "teachers:read"],
      result: { scope: "students:read teachers:read", changed: true },
    },
    {
      title: "is not a change if only the order differs",
      facts: { requested: "o:read n:read" },
      chosen: ["n:read", "o:read"],
      result: { scope: "n:read o:read", changed: false },
    },
    {
      title: "adds what the grant does not cover by implication",
      facts: { requested: "n:read o:read", granted: "n:write" },
      chosen: ["n:read", "o:read"],
      result: { added: ["o:read"], removed: [] },
    },
    {
      title: "removes the granted scope that implies what was left out",
      facts: { requested: "n:read o:read", granted: "n:write o:read" },
      chosen: ["o:read"],
      result: { scope: "o:read", removed: ["n:write"] },
    },
    {
      title: "removes nothing that a chosen scope implies",
      facts: { requested: "n:read n:write", granted: "n:read n:write" },
      chosen: ["n:write"],
      result: { scope: "n:read n:write", removed: [] },
    },
    {
      title: "removes nothing that the request did not name",
      facts: { requested: "o:read", granted: "n:write" },
      chosen: ["o:read"],
      result: { scope: "o:read", removed: [] },
    },
    {
      // the user left out the scope of the page; the scope that it implies had its own earlier grant
      title: "removes nothing that only a left-out scope would have implied",
      facts: { requested: "n:write o:read", granted: "n:read" },
      chosen: ["o:read"],
      result: { scope: "o:read", removed: [] },
    },
    {
      title: "removes an older name of which a part was left out",
      policy: split,
      facts: {
        requested: "/accounts/a/profile.read /accounts/a/money.write",
        granted: "/accounts/a/all",
        account,
      },
      chosen: ["/accounts/a/profile.read"],
      result: { scope: "/accounts/a/profile.read", removed: ["/accounts/a/all"] },
    },
    {
      title: "keeps an older name if all of its scopes were chosen",
      policy: split,
      facts: { requested: "members:read", granted: "members:read" },
      chosen: ["students:read", "teachers:read"],
      result: { added: [], removed: [] },
    },
    {
      title: "removes each token that means what was left out, as the grant spells it",
      policy: split,
      facts: { requested: "members:read", granted: "teachers:read members:read students:read" },
      chosen: ["students:read"],
      result: { removed: ["teachers:read", "members:read"] },
    },
    {
      title: "removes what cannot be offered any more",
      facts: {
        client: { ...client, scope: "o:read" },
        requested: "n:read o:read",
        granted: "n:read",
      },
      chosen: ["o:read"],
      result: { scope: "o:read", removed: ["n:read"] },
    },
    {
      title: "removes what a request without scope was offered and the user left out",
      facts: { granted: "n:read o:read" },
      options: { whenNoScope: "catalogue" },
      chosen: ["o:read"],
      result: { scope: "o:read", removed: ["n:read"] },
    },
    {
      title: "removes nothing that a request without scope was not offered",
      facts: { client: { ...client, scope: "o:read" }, granted: "n:read" },
      options: { whenNoScope: "catalogue" },
      chosen: ["o:read"],
      result: { scope: "o:read", removed: [] },
    },
  ];

  it.each(titled(cases))("%s", (_title, { policy = notes, facts, chosen, options, result }) => {
    const selection = { decision: "approve", scopes: chosen };
    const outcome = resolveConsent(policy, factsOf(facts), selection, options);
    expect(outcome).toMatchObject({ ok: true, ...result });
  });

  it("does not allow the left-out tool to the old token once `removed` is revoked", () => {
    const granted = "/accounts/a/all";
    const requested = "/accounts/a/profile.read /accounts/a/money.write";
    const outcome = resolveConsent(split, factsOf({ requested, granted, account }), {
      decision: "approve",
      scopes: ["/accounts/a/profile.read"],
    });
    const pays = (scope: string | readonly string[]) =>
      split.decide({ scope }, "pay", { account: "a" }).allowed;
    expect(pays(granted)).toBe(true);
    const left = [granted].filter((token) => outcome.ok && !outcome.removed.includes(token));
    expect([pays(left), outcome.ok && pays(outcome.scope)]).toEqual([false, false]);
  });

  it("is a denial if all rows are locked and none is checked, because a scope has at least one token", () => {
    const tiered = definePolicy({
      name: "Tiered",
      version: "1",
      tiers: ["free", "pro"],
      scopes: { "reports:export": { tier: "pro" } },
    });
    const facts = factsOf({ requested: "reports:export", account: { tier: "free" } });
    const outcome = resolveConsent(
      tiered,
      facts,
      { decision: "approve" },
      { tierLocked: "locked" },
    );
    expect(outcome).toMatchObject({ ok: false, error: "access_denied", event: "consent.denied" });
  });
});

describe("a row that a checked row implies", () => {
  const tiered = definePolicy({
    name: "Tiered",
    version: "1",
    tiers: ["free", "pro"],
    scopes: {
      "a:read": { title: "See A", tier: "pro" },
      "a:write": { title: "Change A", implies: ["a:read"] },
      "b:read": { title: "See B", default: "off" },
      "b:write": { title: "Change B", required: true, tier: "pro", implies: ["b:read"] },
      "c:read": { title: "See C" },
    },
  });
  const facts = factsOf({ requested: "a:read a:write c:read", account: { tier: "free" } });

  it.each(["selectable", "locked"] as const)(
    "is checked although it is above the tier and %s, because it is granted with the other row",
    (tierLocked) => {
      const screen = consentScreen(tiered, facts, { tierLocked });
      expect(rowOf(screen, "a:read")).toMatchObject({
        state: "implied",
        checked: true,
        locked: tierLocked === "locked",
        why: "Included in Change A",
        tier: { needed: "pro" },
      });
      const of = (...scopes: string[]) =>
        resolveConsent(tiered, facts, { decision: "approve", scopes }, { tierLocked });
      expect(of("a:write")).toMatchObject({ ok: true, scope: "a:read a:write" });
      // without the other, it is above the tier as before
      expect(of("c:read")).toMatchObject({ ok: true, scope: "c:read" });
      expect(of("c:read", "a:read")).toMatchObject({
        scope: tierLocked === "locked" ? "c:read" : "a:read c:read",
      });
    },
  );

  it("is checked if the other row is required, even if that row is above the tier", () => {
    const required = factsOf({ requested: "b:read b:write", account: { tier: "free" } });
    const screen = consentScreen(tiered, required);
    expect(rowOf(screen, "b:read")).toMatchObject({ state: "implied", checked: true });
    expect(rowsOf(screen).map((row) => row.scope)).toEqual(["b:read", "b:write"]);
  });

  it("is checked if one of two rows that imply it is checked, and names both", () => {
    const two = definePolicy({
      name: "Two",
      version: "1",
      scopes: {
        "a:read": { title: "See A", default: "off" },
        "a:write": { title: "Change A", implies: ["a:read"] },
        "a:share": { title: "Share A", default: "off", implies: ["a:read"] },
      },
    });
    const screen = consentScreen(two, factsOf({ requested: "a:read a:write a:share" }));
    expect(rowsOf(screen).map((row) => row.checked)).toEqual([true, true, false]);
    expect(rowOf(screen, "a:read")).toMatchObject({
      state: "implied",
      why: "Included in Change A, Share A",
    });
  });

  it("is one row if two tokens of the request mean it", () => {
    const screen = consentScreen(split, factsOf({ requested: "members:read students:read" }));
    expect(scopesOf(screen)).toEqual(["students:read", "teachers:read"]);
  });
});

describe("refusals to keep", () => {
  const until = 1_000 + 180 * 86_400;
  const cases: readonly {
    readonly title: string;
    readonly policy?: Policy;
    readonly requested: string;
    readonly chosen: readonly string[];
    readonly before?: ConsentFacts["refused"];
    readonly after: ConsentFacts["refused"];
  }[] = [
    {
      title: "are the earlier ones that are still in force, and the new one with its end",
      requested: "n:read o:read",
      chosen: ["o:read"],
      before: [
        { scope: "x:other-api" },
        { scope: "n:write", until: 1_001 },
        { scope: "expired", until: 1_000 },
        { scope: "not a token", until: 2_000 },
      ],
      after: [
        { scope: "x:other-api" },
        { scope: "n:write", until: 1_001 },
        { scope: "n:read", until },
      ],
    },
    {
      title: "are renewed if the same scope is refused again",
      requested: "n:read o:read",
      chosen: ["o:read"],
      before: [{ scope: "n:read", until: 1_001 }, { scope: "x" }],
      after: [{ scope: "x" }, { scope: "n:read", until }],
    },
    {
      title: "contain nothing that the new grant implies",
      requested: "n:write",
      chosen: ["n:write"],
      before: [{ scope: "n:read" }, { scope: "o:read" }],
      after: [{ scope: "o:read" }],
    },
    {
      title: "have current names, and for a split name contain the part that is not granted",
      policy: split,
      requested: "students:read",
      chosen: ["students:read"],
      before: [{ scope: "members:read", until: 2_000 }],
      after: [{ scope: "teachers:read", until: 2_000 }],
    },
  ];

  it.each(titled(cases))(
    "%s",
    (_title, { policy = notes, requested, chosen, before = [], after }) => {
      const facts = factsOf({ requested, refused: before });
      const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: chosen });
      expect(outcome).toMatchObject({ ok: true, refused: after });
    },
  );

  it("are at most 4,096, the newest ones", () => {
    const refused = Array.from({ length: 5_000 }, (_, index) => ({ scope: `old:${index}` }));
    const facts = factsOf({ requested: "n:read o:read", refused });
    const outcome = resolveConsent(notes, facts, { decision: "approve", scopes: ["o:read"] });
    const kept = outcome.ok ? outcome.refused : [];
    expect(kept).toHaveLength(4_096);
    expect(kept.at(-1)).toEqual({ scope: "n:read", until });
    expect(kept[0]).toEqual({ scope: "old:905" });
  });
});

describe("a connected app", () => {
  const grant = { grantId: "g-1", client, authorizedAt: 1 };
  const scopesOfApp = (policy: Policy, scope: string | readonly string[]) =>
    connectedApp(policy, { ...grant, scope }).scopes.map((one) => [one.scope, one.effect]);

  it.each(titled(reserved, ({ name }) => name))(
    "shows the open scope of an older name as active: %s",
    (_title, policy) => {
      expect(policy.decide({ scope: "all:read" }, "everything").allowed).toBe(true);
      expect(scopesOfApp(policy, "all:read")).toEqual([["all:public", "active"]]);
      expect(scopesOfApp(policy, "all:console")).toEqual([["all:console", "retired"]]);
    },
  );

  it.each([
    ["members:read", ["students:read", "teachers:read"]],
    ["students:read members:read", ["students:read", "teachers:read"]],
    ["/accounts/a/all", ["/accounts/a/profile.read", "/accounts/a/money.write"]],
    ["gone:x students:read", ["gone:x", "students:read"]],
    // a grant with a template counts as nothing
    ["students:read /accounts/{id}/all", []],
  ])("shows each scope of %s once, under its current name", (scope, expected) => {
    expect(scopesOfApp(split, scope).map(([name]) => name)).toEqual(expected);
  });

  it("has offline access if its grant implies it", () => {
    const policy = definePolicy({
      name: "Offline",
      version: "1",
      scopes: { offline_access: {}, full: { implies: ["offline_access"] } },
    });
    const offline = (scope: string) => connectedApp(policy, { ...grant, scope }).offline;
    expect([offline("full"), offline("offline_access"), offline("gone")]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
