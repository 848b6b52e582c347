// Whose a bound scope is: `owns` decides on all values together, `resources` on one value by its name.

import {
  type ConsentFacts,
  consentScreen,
  definePolicy,
  droppedScopes,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
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

/** The person owns `mine/payroll` and `acme/wiki`. */
const repos = new Set(["mine/payroll", "acme/wiki"]);
const owns: NonNullable<Account["owns"]> = (_, { org, repo }) =>
  repos.has(`${org}/${repo}`) ? `${org}/${repo}` : undefined;

interface Asked {
  readonly title: string;
  readonly account: Account | undefined;
  readonly requested: string;
  readonly shown: readonly string[];
  readonly dropped: readonly (readonly [scope: string, why: string])[];
}

const CASES: readonly Asked[] = [
  {
    title: "a composite key is not checked by its parts",
    account: {
      resources: {
        org: { mine: "Mine", acme: "Acme" },
        repo: { payroll: "Payroll", wiki: "Wiki" },
      },
    },
    requested: "openid /orgs/acme/repos/payroll/contents.write",
    shown: ["openid"],
    dropped: [["/orgs/acme/repos/payroll/contents.write", "needs-owns"]],
  },
  {
    title: "a composite key that is owned needs `owns` as well",
    account: { resources: { org: { mine: "Mine" }, repo: { payroll: "Payroll" } } },
    requested: "openid /orgs/mine/repos/payroll/contents.write",
    shown: ["openid"],
    dropped: [["/orgs/mine/repos/payroll/contents.write", "needs-owns"]],
  },
  {
    title: "`owns` decides on a composite key",
    account: { owns },
    requested:
      "openid /orgs/acme/repos/payroll/contents.write /orgs/acme/repos/wiki/contents.write",
    shown: ["openid", "/orgs/acme/repos/wiki/contents.write"],
    dropped: [["/orgs/acme/repos/payroll/contents.write", "foreign"]],
  },
  {
    title: "`owns` decides on an older name of a composite key",
    account: { owns },
    requested: "openid /orgs/acme/payroll /orgs/mine/payroll",
    shown: ["openid", "/orgs/mine/repos/payroll/contents.write"],
    dropped: [["/orgs/acme/payroll", "foreign"]],
  },
  {
    title: "`owns` decides alone, whatever the resources are",
    account: { owns, resources: { id: { "7": "Photo" }, wallet: { w: "Wallet" } } },
    requested: "openid /wallets/w/read",
    shown: ["openid"],
    dropped: [["/wallets/w/read", "foreign"]],
  },
  {
    title: "one placeholder name under two prefixes is two kinds of thing",
    account: { resources: { id: { "7": "Photo 7" } } },
    requested: "openid /photos/7/view.read /accounts/7/money.write",
    shown: ["openid"],
    dropped: [
      ["/photos/7/view.read", "needs-owns"],
      ["/accounts/7/money.write", "needs-owns"],
    ],
  },
  {
    title: "one placeholder name under one prefix is one kind of thing",
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
    title: "without an account nothing is owned",
    account: undefined,
    requested: "openid /wallets/w/read /photos/7/view.read",
    shown: ["openid"],
    dropped: [
      ["/wallets/w/read", "foreign"],
      ["/photos/7/view.read", "needs-owns"],
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

describe("whose a bound scope is", () => {
  it.each(CASES)("$title", ({ account, requested, shown, dropped }) => {
    const facts = factsOf({ account, requested });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(shown);
    expect(droppedScopes(policy, facts).map(({ scope, why }) => [scope, why])).toEqual(dropped);
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: shown });
    expect(outcome).toMatchObject({ ok: true, scopes: shown });
  });

  it.each([
    ["undefined", () => undefined],
    ["an empty text", () => ""],
    ["true", () => true],
    ["a number", () => 1],
    ["null", () => null],
    ["an object", () => ({ label: "Mine" })],
    ["a promise of a text", () => Promise.resolve("Mine")],
    ["a text object", () => new String("Mine")],
  ])("is not this person's where `owns` returns %s", (_, answer) => {
    const account = { owns: answer as unknown as NonNullable<Account["owns"]> };
    const requested = "openid /wallets/w/read";
    const facts = factsOf({ account, requested, granted: "/wallets/w/read" });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(["openid"]);
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["openid"] });
    // the owner was asked, and the answer is no: what the old token has of it is taken back
    expect(outcome).toMatchObject({ ok: true, scope: "openid", removed: ["/wallets/w/read"] });
    const smuggled = { decision: "approve", scopes: ["openid", "/wallets/w/read"] };
    expect(resolveConsent(policy, facts, smuggled)).toMatchObject({ error: "invalid_selection" });
  });

  it("is labelled by what `owns` returns, cleaned, for each placeholder", () => {
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
  ])("is labelled by its value where nothing of the label of %s can be shown", (_, account) => {
    const facts = factsOf({ account, requested: "/wallets/w/read" });
    const { resource } = rowOf(consentScreen(policy, facts), "/wallets/w/read");
    expect(resource).toEqual([{ param: "wallet", value: "w", label: "w" }]);
  });

  it("is asked with the template in braces and frozen values, once for each bound scope that is registered", () => {
    const calls: unknown[] = [];
    const account: Account = {
      owns: (template, values) => {
        // what this throws counts as an outage: nothing is expected in here
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

it("goes by the literal prefix with its separators: a name in two forms is two kinds of thing", () => {
  const forms = definePolicy({
    name: "Forms",
    version: "1",
    scopes: { "/accounts/{id}/read": {}, "accounts:{id}:write": {}, "/accounts/{id}/write": {} },
  });
  const account = { resources: { id: { a: "Bakery" } } };
  const facts = factsOf({ account, requested: "/accounts/a/read accounts:a:write" });
  expect(droppedScopes(forms, facts).map(({ why }) => why)).toEqual(["needs-owns", "needs-owns"]);
});

describe("an outage of `owns`", () => {
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
  ])("is an error of the screen where the grant holds %s", (_, granted, requested) => {
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
  ])("leaves the scope out where the grant holds %s, and takes nothing back", (_, granted) => {
    const requested = "openid /wallets/w/read /accounts/a/money.write";
    const facts = factsOf({ account: down, granted, requested });
    expect(scopesOf(consentScreen(policy, facts))).toEqual(["openid"]);
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["openid"] });
    expect(outcome).toMatchObject({ ok: true, scope: "openid", removed: [], refused: [] });
  });

  it("is also that `owns` is not a function, and a denial is no less unavailable", () => {
    const account = { owns: "yes" } as unknown as Account;
    const facts = factsOf({ account, granted: "/wallets/w/read", requested: "/wallets/w/read" });
    expect(resolveConsent(policy, facts, { decision: "deny" })).toMatchObject(unavailable);
  });
});

it("does not own what every object inherits", () => {
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

it("is not asked for the catalogue of a scope with two placeholders, of which a request has to name the values", () => {
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

it("has nothing in the catalogue for a placeholder that every object inherits", () => {
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

it("owns nothing of a placeholder whose list is undefined", () => {
  const resources = { wallet: undefined } as unknown as NonNullable<Account["resources"]>;
  const facts = factsOf({ requested: "", account: { resources } });
  const screen = consentScreen(policy, facts, { whenNoScope: "catalogue" });
  expect(scopesOf(screen)).toEqual(["openid"]);
  const asked = factsOf({ requested: "openid /wallets/w/read", account: { resources } });
  expect(scopesOf(consentScreen(policy, asked))).toEqual(["openid"]);
});
