// Templates that differ in placeholder names alone: a scope token is an instance of all of them.

import {
  type ConsentFacts,
  clientRegistration,
  consentScreen,
  droppedScopes,
  loadPolicy,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { findingsOf, policyWith } from "./findings-of.js";
import { scopesOf } from "./many.js";

const PARTNER = "/accounts/{partnerAccountID}/tickets.read";
const OWN = "/accounts/{accountID}/tickets.read";
const TOKEN = "/accounts/a1/tickets.read";

const policy = loadPolicy({
  name: "Payments",
  version: "1",
  scopes: {
    [PARTNER]: { default: "on", implies: ["/accounts/{partnerAccountID}/log.read"] },
    [OWN]: { default: "on", replaces: ["/wallets/{accountID}"] },
    "/accounts/{partnerAccountID}/log.read": {},
    "/accounts/{accountID}/admin": { implies: [OWN] },
    openid: {},
  },
  tools: {
    partner_tickets: PARTNER,
    own_tickets: OWN,
    both: { allOf: [PARTNER, OWN] },
    log: { scope: "/accounts/{partnerAccountID}/log.read", params: { partnerAccountID: "id" } },
  },
});

describe("a decision", () => {
  const ALLOWED: readonly (readonly [scope: string, tool: string, params: object])[] = [
    [TOKEN, "partner_tickets", { partnerAccountID: "a1" }],
    [TOKEN, "own_tickets", { accountID: "a1" }],
    [TOKEN, "both", { partnerAccountID: "a1", accountID: "a1" }],
    [TOKEN, "log", { id: "a1" }],
    ["/wallets/a1", "partner_tickets", { partnerAccountID: "a1" }],
    ["/wallets/a1", "log", { id: "a1" }],
    ["/accounts/a1/admin", "own_tickets", { accountID: "a1" }],
    ["/accounts/a1/admin", "partner_tickets", { partnerAccountID: "a1" }],
    ["/accounts/a1/admin", "log", { id: "a1" }],
  ];
  const rows = titled(
    ALLOWED,
    ([scope, tool, params]) => `${scope} opens ${tool} with ${JSON.stringify(params)}`,
  );
  it.each(rows)("%s", (_title, [scope, tool, params]) => {
    expect(policy.decideUntrusted({ scope }, tool, params)).toMatchObject({ allowed: true });
  });

  it("denies other values, and names the parameter of the template", () => {
    const token = { scope: TOKEN };
    expect(policy.decideUntrusted(token, "own_tickets", { accountID: "b" })).toMatchObject({
      code: "binding_mismatch",
      param: "accountID",
    });
    const params = { partnerAccountID: "a1", accountID: "b" };
    expect(policy.decideUntrusted(token, "both", params)).toMatchObject({
      code: "binding_mismatch",
      param: "accountID",
    });
    expect(
      policy.decideUntrusted({ scope: "" }, "both", { partnerAccountID: "a", accountID: "a" }),
    ).toMatchObject({
      code: "insufficient_scope",
      missing: ["/accounts/a/tickets.read"],
    });
  });
});

describe("the meaning of a token", () => {
  it("is one text, with what each template implies", () => {
    const texts = [TOKEN, "/accounts/a1/log.read"];
    expect(policy.expand(TOKEN)).toEqual(texts);
    expect(policy.expand("/wallets/a1")).toEqual(texts);
    expect(policy.expand("/accounts/a1/admin")).toEqual([...texts, "/accounts/a1/admin"]);
    expect(policy.reduce(`/accounts/a1/log.read ${TOKEN}`)).toBe(TOKEN);
    expect(policy.covers("/accounts/a1/admin", `${TOKEN} /wallets/a1`)).toBe(true);
    expect(policy.missing("openid", `${TOKEN} /accounts/a1/log.read`)).toBe(TOKEN);
    expect(policy.scopeNames.slice(0, 2)).toEqual([PARTNER, OWN]);
  });

  it("with values in another order is followed for each order", () => {
    const swapped = loadPolicy({
      name: "Swapped",
      version: "1",
      scopes: {
        "/all/{x}/{y}": { implies: ["/a/{x}/{y}", "/a/{y}/{x}"] },
        "/a/{x}/{y}": { implies: ["/b/{x}"] },
        "/a/{y}/{x}": {},
        "/b/{x}": {},
      },
      tools: { a: "/a/{x}/{y}", b: "/b/{x}" },
    });
    expect(swapped.expand("/all/1/2")).toEqual(["/all/1/2", "/a/1/2", "/a/2/1", "/b/1", "/b/2"]);
    for (const params of [
      { x: "1", y: "2" },
      { x: "2", y: "1" },
    ]) {
      expect(swapped.decideUntrusted({ scope: "/all/1/2" }, "a", params).allowed).toBe(true);
      expect(swapped.decideUntrusted({ scope: "/all/1/2" }, "b", params).allowed).toBe(true);
    }
    expect(swapped.decideUntrusted({ scope: "/all/1/2" }, "a", { x: "1", y: "1" }).allowed).toBe(
      false,
    );
  });
});

describe("consent", () => {
  const client = { client_id: "app", redirect_uri: "https://app.example/cb" };
  const factsOf = (account: ConsentFacts["account"]): ConsentFacts => ({
    client,
    requested: `openid ${TOKEN}`,
    account,
  });
  const both = { partnerAccountID: { a1: "Bakery" }, accountID: { a1: "My bakery" } };
  type Owns = NonNullable<NonNullable<ConsentFacts["account"]>["owns"]>;
  const owns =
    (answer: (template: string) => string | undefined): Owns =>
    (template) =>
      answer(template);
  const down = (template: string): string | undefined => {
    if (template === OWN) throw new Error("down");
    return "Bakery";
  };
  const CASES: readonly (readonly [
    title: string,
    account: ConsentFacts["account"],
    shown: boolean,
  ])[] = [
    ["offers the scope if both lists have the value", { resources: both }, true],
    ["drops it if only the first list has it", { resources: { ...both, accountID: {} } }, false],
    ["drops it if only the second list has it", { resources: { accountID: { a1: "A" } } }, false],
    ["offers it if `owns` returns a label for each template", { owns: owns(() => "Bakery") }, true],
    [
      "drops it if `owns` returns none for the first",
      { owns: owns((name) => (name === OWN ? "A" : undefined)) },
      false,
    ],
    [
      "drops it if `owns` returns none for the second",
      { owns: owns((name) => (name === PARTNER ? "A" : "")) },
      false,
    ],
    ["drops it if `owns` throws for one of them", { owns: owns(down) }, false],
  ];
  it.each(titled(CASES, ([title]) => title))("%s", (_title, [, account, shown]) => {
    const facts = factsOf(account);
    const screen = consentScreen(policy, facts);
    const rows = screen.groups.flatMap((group) => group.rows.map(({ scope }) => scope));
    expect(rows.includes(TOKEN)).toBe(shown);
    expect(droppedScopes(policy, facts).map(({ scope, why }) => [scope, why])).toEqual(
      shown ? [] : [[TOKEN, "foreign"]],
    );
    const scopes = ["openid", TOKEN];
    expect(resolveConsent(policy, facts, { decision: "approve", scopes }).ok).toBe(shown);
  });

  it("calls `owns` with the template and the placeholder of each", () => {
    const calls: unknown[] = [];
    consentScreen(
      policy,
      factsOf({
        owns: (template, values) => {
          calls.push([template, values]);
          return "Bakery";
        },
      }),
    );
    expect(calls).toContainEqual([PARTNER, { partnerAccountID: "a1" }]);
    expect(calls).toContainEqual([OWN, { accountID: "a1" }]);
  });

  it("shows one row with the operations of both", () => {
    const screen = consentScreen(policy, factsOf({ resources: both }));
    const [row, ...others] = screen.groups
      .flatMap((group) => group.rows)
      .filter(({ scope }) => scope === TOKEN);
    expect(others).toEqual([]);
    expect(row?.unlocks.tools).toEqual(["partner_tickets", "own_tickets", "both", "log"]);
    expect(row?.resource).toEqual([{ param: "partnerAccountID", value: "a1", label: "Bakery" }]);
  });
});

describe("registration and refresh", () => {
  it.each([OWN, PARTNER])("keep the name %s, which covers the instances of both", (name) => {
    expect(clientRegistration(policy, { scope: name })).toMatchObject({
      metadata: { scope: name },
    });
    for (const ceiling of [[OWN], [PARTNER], ["/wallets/{accountID}"]]) {
      expect(clientRegistration(policy, { scope: name }, { ceiling }).ok).toBe(true);
      expect(clientRegistration(policy, { scope: TOKEN }, { ceiling }).ok).toBe(true);
    }
    expect(refreshScope(policy, TOKEN, TOKEN, { clientScope: name })).toMatchObject({
      scope: TOKEN,
    });
  });
});

describe("a template in a ceiling", () => {
  it("covers each template that it implies, whatever the number of scopes and placeholders", () => {
    const many = loadPolicy({
      name: "Many",
      version: "1",
      // with their places in this order, the two implied templates have the digits 1, 1, 2 in common
      scopes: {
        "/all/{x}/{y}/{z}": { implies: ["/pairs/{y}/{z}", "/ends/{z}"] },
        "/pairs/{y}/{z}": {},
        ...scopesOf(9, (index) => `other:${index}`),
        "/ends/{z}": {},
        "/ends/{end}": {},
      },
    });
    for (const scope of ["/pairs/1/2", "/ends/1", "/ends/{z}", "/pairs/{y}/{z}"]) {
      const ceiling = ["/all/{x}/{y}/{z}"];
      expect(clientRegistration(many, { scope }, { ceiling })).toMatchObject({
        ok: true,
        metadata: { scope },
      });
    }
  });
});

describe("an option of a twin", () => {
  it.each([{ reserved: false }, { restricted: false }, { required: false }, { match: "exact" }])(
    "may be left out beside its default: %j",
    (options) => {
      for (const scopes of [
        { "/a/{x}": options, "/a/{y}": {} },
        { "/a/{x}": {}, "/a/{y}": options },
      ]) {
        expect(findingsOf(policyWith({ scopes }))).toEqual([]);
      }
    },
  );

  it.each([
    [{ reserved: true }, "reserved"],
    [{ restricted: true }, "restricted"],
    [{ required: true }, "required"],
    [{ match: "path-prefix" }, "match"],
    [{ default: "off" }, "default"],
    [{ tier: "pro" }, "tier"],
    [{ accountTypes: ["a"] }, "accountTypes"],
    [{ entitlement: "fleet" }, "entitlement"],
  ])("may not be left out otherwise: %j", (options, name) => {
    const found = findingsOf(
      policyWith({
        tiers: ["pro"],
        accountTypes: ["a", "b"],
        entitlements: ["fleet"],
        scopes: { "/a/{x}": {}, "/a/{y}": options },
      }),
    );
    expect(found).toEqual([
      {
        code: "overlap",
        path: 'scopes["/a/{y}"]',
        message: `\`/a/{y}\` and \`/a/{x}\` differ in placeholder names alone, so a scope token is both: their options must agree in \`${name}\``,
      },
    ]);
  });

  it("is the same list of account types in any order only if the types are the same", () => {
    const codesOf = (types: readonly string[]) =>
      findingsOf(
        policyWith({
          accountTypes: ["a", "b", "c"],
          scopes: { "/a/{x}": { accountTypes: ["a", "b"] }, "/a/{y}": { accountTypes: types } },
        }),
      ).map(({ code }) => code);
    expect(codesOf(["b", "a"])).toEqual([]);
    expect(codesOf(["a", "c"])).toEqual(["overlap"]);
  });
});

describe("an option of a twin that has a finding of its own", () => {
  it("is not reported as one that differs", () => {
    const policy = policyWith({
      tiers: ["pro"],
      scopes: { "/a/{x}/read": { tier: 5 }, "/a/{y}/read": { tier: "pro" } },
    });
    expect(findingsOf(policy).map(({ code, path }) => [code, path])).toEqual([
      ["invalid_type", 'scopes["/a/{x}/read"].tier'],
    ]);
  });
});
