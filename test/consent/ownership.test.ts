// Which bound scopes a user may grant: `owns` decides on all values together, `resources` on one value by its name.

import {
  type ConsentFacts,
  consentScreen,
  definePolicy,
  droppedScopes,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { client, factsOf, rowOf, scopesOf } from "./facts.js";

type Account = NonNullable<ConsentFacts["account"]>;

const policy = definePolicy({
  name: "Code",
  version: "1",
  scopes: {
    openid: {},
    "/orgs/{org}/repos/{repo}/contents.write": { replaces: ["/orgs/{org}/{repo}"] },
    "/accounts/{id}/money.write": { implies: ["/accounts/{id}/money.read"] },
    "/accounts/{id}/money.read": {},
    "/photos/{id}/view.read": {},
    "/wallets/{wallet}/read": { replaces: ["wallet:{wallet}"] },
    "/wallets/<wallet>/write": {},
  },
});

/** Repositories of the user. */
const repos = new Set(["mine/payroll", "acme/wiki"]);
const owns: NonNullable<Account["owns"]> = (_, { org, repo }) =>
  repos.has(`${org}/${repo}`) ? `${org}/${repo}` : undefined;

interface OwnershipCase {
  readonly title: string;
  readonly account: Account | undefined;
  readonly requested: string;
  readonly shown: readonly string[];
  readonly dropped: readonly (readonly [scope: string, why: string])[];
}

const CASES: readonly OwnershipCase[] = [
  {
    title: "two placeholders are not checked one by one",
    account: {
      resources: {
        org: { mine: "Mine", acme: "Acme" },
        repo: { payroll: "Payroll", wiki: "Wiki" },
      },
    },
    requested: "openid /orgs/acme/repos/payroll/contents.write",
    shown: ["openid"],
    dropped: [["/orgs/acme/repos/payroll/contents.write", "needs_owns"]],
  },
  {
    title: "two placeholders need `owns` even if the user owns both values",
    account: { resources: { org: { mine: "Mine" }, repo: { payroll: "Payroll" } } },
    requested: "openid /orgs/mine/repos/payroll/contents.write",
    shown: ["openid"],
    dropped: [["/orgs/mine/repos/payroll/contents.write", "needs_owns"]],
  },
  {
    title: "`owns` decides on two placeholders",
    account: { owns },
    requested:
      "openid /orgs/acme/repos/payroll/contents.write /orgs/acme/repos/wiki/contents.write",
    shown: ["openid", "/orgs/acme/repos/wiki/contents.write"],
    dropped: [["/orgs/acme/repos/payroll/contents.write", "foreign"]],
  },
  {
    title: "`owns` decides on an older name with two placeholders",
    account: { owns },
    requested: "openid /orgs/acme/payroll /orgs/mine/payroll",
    shown: ["openid", "/orgs/mine/repos/payroll/contents.write"],
    dropped: [["/orgs/acme/payroll", "foreign"]],
  },
  {
    title: "`owns` decides alone, and `resources` is ignored",
    account: { owns, resources: { id: { "7": "Photo" }, wallet: { w: "Wallet" } } },
    requested: "openid /wallets/w/read",
    shown: ["openid"],
    dropped: [["/wallets/w/read", "foreign"]],
  },
  {
    title: "one placeholder name under two prefixes means two types of resource",
    account: { resources: { id: { "7": "Photo 7" } } },
    requested: "openid /photos/7/view.read /accounts/7/money.write",
    shown: ["openid"],
    dropped: [
      ["/photos/7/view.read", "needs_owns"],
      ["/accounts/7/money.write", "needs_owns"],
    ],
  },
  {
    title: "one placeholder name under one prefix means one type of resource",
    account: { resources: { wallet: { w: "Main wallet" } } },
    requested: "/wallets/w/read /wallets/w/write /wallets/x/write",
    shown: ["/wallets/w/read", "/wallets/w/write"],
    dropped: [["/wallets/x/write", "foreign"]],
  },
  {
    title: "an account without resources owns nothing",
    account: {},
    requested: "openid /wallets/w/read",
    shown: ["openid"],
    dropped: [["/wallets/w/read", "foreign"]],
  },
  {
    title: "a user without an account owns nothing",
    account: undefined,
    requested: "openid /wallets/w/read /photos/7/view.read",
    shown: ["openid"],
    dropped: [
      ["/wallets/w/read", "foreign"],
      ["/photos/7/view.read", "needs_owns"],
    ],
  },
  {
    title: "a value that objects inherit is not owned",
    account: { resources: { wallet: {} } },
    requested: "openid /wallets/constructor/read /wallets/toString/read",
    shown: ["openid"],
    dropped: [
      ["/wallets/constructor/read", "foreign"],
      ["/wallets/toString/read", "foreign"],
    ],
  },
];

describe("ownership", () => {
  it.each(titled(CASES))("%s", (_title, { account, requested, shown, dropped }) => {
    const facts = factsOf({ account, requested });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(shown);
    expect(droppedScopes(policy, facts).map(({ scope, why }) => [scope, why])).toEqual(dropped);
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: shown });
    expect(outcome).toMatchObject({ ok: true, scopes: shown });
  });

  it.each([
    ["undefined", () => undefined],
    ["an empty string", () => ""],
    ["true", () => true],
    ["a number", () => 1],
    ["null", () => null],
    ["an object", () => ({ label: "Mine" })],
    ["a promise of a string", () => Promise.resolve("Mine")],
    ["a String object", () => new String("Mine")],
  ])("is denied if `owns` returns %s", (_, returned) => {
    const account = { owns: returned as unknown as NonNullable<Account["owns"]> };
    const requested = "openid /wallets/w/read";
    const facts = factsOf({ account, requested, granted: "/wallets/w/read" });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(["openid"]);
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["openid"] });
    // `owns` returned that the user does not own it, so the granted scope is removed
    expect(outcome).toMatchObject({ ok: true, scope: "openid", removed: ["/wallets/w/read"] });
    const smuggled = { decision: "approve", scopes: ["openid", "/wallets/w/read"] };
    expect(resolveConsent(policy, facts, smuggled)).toMatchObject({ error: "invalid_selection" });
  });

  it("labels each placeholder with what `owns` returns, cleaned", () => {
    const account = { owns: () => "Acme\u202e wiki" };
    const requested = "/orgs/acme/repos/wiki/contents.write";
    const row = rowOf(consentScreen(policy, factsOf({ account, requested })), requested);
    expect(row.resource).toEqual([
      { param: "org", value: "acme", label: "Acme wiki" },
      { param: "repo", value: "wiki", label: "Acme wiki" },
    ]);
  });

  it.each([
    ["`owns`", { owns: () => "\u200b\u202e" }],
    ["`resources`", { resources: { wallet: { w: " \u200b " } } }],
  ])("labels a scope with its value if nothing of the label of %s can be shown", (_, account) => {
    const facts = factsOf({ account, requested: "/wallets/w/read" });
    const { resource } = rowOf(consentScreen(policy, facts), "/wallets/w/read");
    expect(resource).toEqual([{ param: "wallet", value: "w", label: "w" }]);
  });

  it("calls `owns` with the template in braces and frozen values, once for each registered bound scope", () => {
    const calls: unknown[] = [];
    const account: Account = {
      owns: (template, values) => {
        // an exception in here counts as an outage, so the test makes its assertions afterwards
        calls.push([template, { ...values }, Object.isFrozen(values)]);
        return "Mine";
      },
    };
    const requested = "openid wallet:w /wallets/w/read /wallets/v/write /photos/7/view.read nope:x";
    const own = { ...client, scope: "openid /wallets/{wallet}/read /wallets/{wallet}/write" };
    consentScreen(policy, factsOf({ account, requested, client: own }));
    expect(calls).toEqual([
      ["/wallets/{wallet}/read", { wallet: "w" }, true],
      ["/wallets/{wallet}/write", { wallet: "v" }, true],
    ]);
  });
});

it("resources compares the literal prefix with its separators: a name in two forms means two types of resource", () => {
  const forms = definePolicy({
    name: "Forms",
    version: "1",
    scopes: { "/accounts/{id}/read": {}, "accounts:{id}:write": {}, "/accounts/{id}/write": {} },
  });
  const account = { resources: { id: { a: "Bakery" } } };
  const facts = factsOf({ account, requested: "/accounts/a/read accounts:a:write" });
  expect(droppedScopes(forms, facts).map(({ why }) => why)).toEqual(["needs_owns", "needs_owns"]);
});

describe("an exception in `owns`", () => {
  const down: Account = {
    owns: () => {
      throw new Error("database down");
    },
  };
  const unavailable = { ok: false, error: "temporarily_unavailable", event: "consent.unavailable" };

  it.each([
    ["the scope itself", "/wallets/w/read", "/wallets/w/read"],
    ["its older name", "wallet:w", "/wallets/w/read"],
    ["what implies it", "/accounts/a/money.write", "/accounts/a/money.read"],
  ])("makes the screen an error if the grant has %s", (_, granted, requested) => {
    const facts = factsOf({ account: down, granted, requested: `openid ${requested}` });
    const screen = consentScreen(policy, facts);
    expect(screen).toMatchObject({ error: "temporarily_unavailable", canSkip: false, groups: [] });
    const selection = { decision: "approve", scopes: ["openid"] };
    expect(resolveConsent(policy, facts, selection)).toMatchObject(unavailable);
    expect(droppedScopes(policy, facts)).toEqual([{ scope: requested, why: "foreign" }]);
  });

  it.each([
    ["nothing", undefined],
    ["another value", "/wallets/v/read"],
    ["what the requested scope implies", "/accounts/a/money.read"],
  ])("leaves the scope out and removes nothing if the grant has %s", (_, granted) => {
    const requested = "openid /wallets/w/read /accounts/a/money.write";
    const facts = factsOf({ account: down, granted, requested });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(["openid"]);
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["openid"] });
    expect(outcome).toMatchObject({ ok: true, scope: "openid", removed: [], refused: [] });
  });

  it("is the same as an `owns` that is not a function, and makes a denial unavailable too", () => {
    const account = { owns: "yes" } as unknown as Account;
    const facts = factsOf({ account, granted: "/wallets/w/read", requested: "/wallets/w/read" });
    expect(resolveConsent(policy, facts, { decision: "deny" })).toMatchObject(unavailable);
  });
});

it("resources does not own what every object inherits", () => {
  const inherited = definePolicy({
    name: "Inherited",
    version: "1",
    scopes: { openid: {}, "/kinds/{constructor}/read": {}, "/wallets/{wallet}/read": {} },
  });
  const requested = "openid /kinds/name/read /wallets/constructor/read";
  const facts = factsOf({ requested, account: { resources: { wallet: { w: "Wallet" } } } });
  expect(scopesOf(consentScreen(inherited, facts))).toEqual(["openid"]);
  expect(droppedScopes(inherited, facts).map(({ why }) => why)).toEqual(["foreign", "foreign"]);
});

it("the catalogue does not call `owns` for a scope with two placeholders, because a request has to name the values", () => {
  const calls: string[] = [];
  const account: Account = {
    resources: { org: { mine: "Mine" }, wallet: { w: "Wallet" } },
    owns: (template) => {
      calls.push(template);
      return "Mine";
    },
  };
  const facts = factsOf({ requested: "", account });
  const screen = consentScreen(policy, facts, { whenNoScope: "catalogue" });
  expect(scopesOf(screen)).toEqual(["openid", "/wallets/w/read", "/wallets/w/write"]);
  expect(calls).toEqual(["/wallets/{wallet}/read", "/wallets/{wallet}/write"]);
  expect(droppedScopes(policy, facts, { whenNoScope: "catalogue" })).toEqual([]);
});

it("the catalogue has no scope for a placeholder that `resources` inherits", () => {
  const inherited = definePolicy({
    name: "Inherited",
    version: "1",
    scopes: { openid: {}, "/kinds/{kind}/read": {} },
  });
  const account: Account = {
    resources: Object.create({ kind: { a: "A" } }) as NonNullable<Account["resources"]>,
    owns: () => "Mine",
  };
  const screen = consentScreen(inherited, factsOf({ requested: "", account }), {
    whenNoScope: "catalogue",
  });
  expect(scopesOf(screen)).toEqual(["openid"]);
});

it("a user owns no value of a placeholder with an undefined list", () => {
  const resources = { wallet: undefined } as unknown as NonNullable<Account["resources"]>;
  const facts = factsOf({ requested: "", account: { resources } });
  const screen = consentScreen(policy, facts, { whenNoScope: "catalogue" });
  expect(scopesOf(screen)).toEqual(["openid"]);
  const asked = factsOf({ requested: "openid /wallets/w/read", account: { resources } });
  expect(scopesOf(consentScreen(policy, asked))).toEqual(["openid"]);
});
