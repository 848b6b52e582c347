import { definePolicy, loadPolicy, type PolicyTypesOf } from "scope-policy";
import { type TokenPlanOptions, tokenPlan } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { policy as moov } from "../../examples/moov/policy.js";
import { titled } from "../titled.js";

const ACCOUNT = "/accounts/{user}/ /accounts/{user}/profile.write";

describe("the plan of Moov's guide", () => {
  const task = [
    { operation: "get_profile", params: { accountID: "user" } },
    { operation: "PUT /accounts/{accountID}", params: { accountID: "user" } },
    { operation: "create_transfer", params: { platformAccountID: "platform" } },
  ] as const;

  it("is one token if the account is known", () => {
    const known = { user: "acc-7", platform: "acc-9" };
    expect(tokenPlan(moov, task, { known })).toEqual({
      tokens: [
        {
          scope: "/accounts/acc-7/ /accounts/acc-7/profile.write /accounts/acc-9/transfers.write",
          template: `${ACCOUNT} /accounts/{platform}/transfers.write`,
          waitsFor: [],
          operations: ["get_profile", "PUT /accounts/{accountID}", "create_transfer"],
        },
      ],
      unreachable: [],
    });
  });

  it("is two tokens if the account must be created first, with the platform account apart", () => {
    const created = { operation: "POST /accounts", returns: { accountID: "user" } } as const;
    expect(tokenPlan(moov, [created, ...task], { known: { platform: "acc-9" } })).toEqual({
      tokens: [
        {
          scope: "/accounts.write",
          template: "/accounts.write",
          waitsFor: [],
          operations: ["POST /accounts"],
        },
        {
          scope: `${ACCOUNT} /accounts/acc-9/transfers.write`,
          template: `${ACCOUNT} /accounts/{platform}/transfers.write`,
          waitsFor: ["user"],
          operations: ["get_profile", "PUT /accounts/{accountID}", "create_transfer"],
        },
      ],
      unreachable: [],
    });
  });
});

const definition = {
  name: "Payments",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["shop", "bank"],
  entitlements: ["fleet"],
  boundaries: { project: { claim: "projects" } },
  scopes: {
    "accounts.write": {},
    "ping.read": {},
    "all.read": { implies: ["ping.read"], default: "off" },
    "plans.read": { tier: "pro" },
    "admin.all": { reserved: true },
    "partners.read": { restricted: true },
    "/accounts/{accountID}/": {},
    "/accounts/{accountID}/profile.write": { implies: ["/accounts/{accountID}/"] },
    "/wallets/{walletID}/": {},
    "move:{from}:{to}": {},
  },
  tools: {
    sign_up: { public: true },
    ping: "ping.read",
    ping_any: { anyOf: ["all.read", "ping.read"] },
    ping_both: { allOf: ["ping.read", "accounts.write"] },
    either: { anyOf: ["ping.read", { allOf: ["ping.read", "/accounts/{accountID}/"] }] },
    any_way: {
      anyOf: [
        "/accounts/{accountID}/",
        { allOf: ["all.read", "plans.read"] },
        { allOf: ["ping.read", "accounts.write"] },
        { allOf: ["ping.read", "plans.read"] },
      ],
    },
    either_way: { anyOf: ["/accounts/{accountID}/", { allOf: ["ping.read", "accounts.write"] }] },
    plans: { scope: "plans.read", accountTypes: ["shop"], entitlement: "fleet" },
    admin: "admin.all",
    partners: "partners.read",
    drop: { deny: "never" },
    create: "accounts.write",
    list_wallets: "/accounts/{accountID}/",
    get_wallet: { scope: "/accounts/{accountID}/", within: { project: "walletID" } },
    own_wallet: "/wallets/{walletID}/",
    update: "/accounts/{accountID}/profile.write",
    move: { scope: "move:{from}:{to}", acr: "mfa", maxAge: 60 },
    run: {
      cases: [{ when: { dry: true }, scope: "ping.read" }],
      otherwise: { allOf: ["accounts.write", "ping.read"] },
    },
  },
} as const;
const policy = definePolicy(definition);

type Steps = Parameters<typeof tokenPlan<PolicyTypesOf<typeof definition>>>[1];

const create = { operation: "create", returns: { id: "user" } } as const;
const update = { operation: "update", params: { accountID: "user" } } as const;
const user = (operation: "list_wallets" | "update" | "either" | "either_way" | "any_way") =>
  ({ operation, params: { accountID: "user" } }) as const;

const rows: readonly {
  readonly title: string;
  readonly steps: Steps;
  readonly options?: TokenPlanOptions;
  /** For each token: its scope, then its operations. */
  readonly tokens: readonly (readonly [scope: string, ...operations: readonly string[]])[];
  readonly unreachable?: readonly object[];
}[] = [
  {
    title: "a step that returns an id again is not for an earlier token",
    steps: [create, update, { operation: "ping", returns: { id: "user" } }],
    tokens: [
      ["accounts.write", "create"],
      ["ping.read /accounts/{user}/profile.write", "update", "ping"],
    ],
  },
  {
    title: "a step needs no later token than the first step that returns its id",
    steps: [create, update, { operation: "ping", returns: { id: "user" } }, user("list_wallets")],
    tokens: [
      ["accounts.write", "create"],
      ["ping.read /accounts/{user}/profile.write", "update", "ping", "list_wallets"],
    ],
  },
  { title: "needs no token for no step", steps: [], tokens: [] },
  {
    title: "chooses the smallest set for the steps of a token together",
    steps: [{ operation: "ping_any" }, { operation: "ping_both" }],
    tokens: [["accounts.write ping.read", "ping_any", "ping_both"]],
  },
  {
    title: "leaves out what another scope of the token implies",
    steps: [user("list_wallets"), update],
    options: { known: { user: "u" } },
    tokens: [["/accounts/u/profile.write", "list_wallets", "update"]],
  },
  {
    title: "moves a step back until its id is known",
    steps: [update, { operation: "ping" }, create],
    tokens: [
      ["accounts.write ping.read", "ping", "create"],
      ["/accounts/{user}/profile.write", "update"],
    ],
  },
  {
    title: "requests a third token for an id that a step of the second returns",
    steps: [
      create,
      { operation: "list_wallets", params: { accountID: "user" }, returns: { id: "wallet" } },
      { operation: "own_wallet", params: { walletID: "wallet" } },
    ],
    tokens: [
      ["accounts.write", "create"],
      ["/accounts/{user}/", "list_wallets"],
      ["/wallets/{wallet}/", "own_wallet"],
    ],
  },
  {
    title: "requests no token for an id that is in no scope",
    steps: [
      { operation: "list_wallets", params: { accountID: "user" }, returns: { id: "wallet" } },
      { operation: "get_wallet", params: { accountID: "user", walletID: "wallet" } },
    ],
    options: { known: { user: 7 } },
    tokens: [["/accounts/7/", "list_wallets", "get_wallet"]],
  },
  {
    title: "creates two accounts with one token and uses both with another one",
    steps: [
      create,
      update,
      { operation: "create", returns: { id: "partner" } },
      { operation: "update", params: { accountID: "partner" } },
    ],
    tokens: [
      ["accounts.write", "create", "create"],
      ["/accounts/{user}/profile.write /accounts/{partner}/profile.write", "update", "update"],
    ],
  },
  {
    title: "takes an id from the first step that returns it, and a known id from no step",
    steps: [
      { operation: "create", returns: { id: "user", other: "platform" } },
      { operation: "ping", returns: { id: "user" } },
      { operation: "move", params: { from: "user", to: "platform" } },
    ],
    options: { known: { platform: "p" } },
    tokens: [
      ["accounts.write ping.read", "create", "ping"],
      ["move:{user}:p", "move"],
    ],
  },
  {
    title: "waits for no id of an alternative that another one makes needless",
    steps: [create, user("either")],
    tokens: [["accounts.write ping.read", "create", "either"]],
  },
  {
    title: "has an empty scope for steps that need none",
    steps: [{ operation: "sign_up", returns: { id: "user" } }, update],
    tokens: [
      ["", "sign_up"],
      ["/accounts/{user}/profile.write", "update"],
    ],
  },
  {
    title: "chooses the branch of a case by a known value",
    steps: [{ operation: "run", params: { dry: "dry" } }],
    options: { known: { dry: true } },
    tokens: [["ping.read", "run"]],
  },
  {
    title: "uses the conditions that the account meets",
    steps: [{ operation: "plans" }],
    options: { tier: "pro", accountType: "shop", entitlements: ["fleet"] },
    tokens: [["plans.read", "plans"]],
  },
  {
    title: "reports the code of the decision for a step that no token opens",
    steps: [
      { operation: "plans" },
      { operation: "admin" },
      { operation: "partners" },
      { operation: "drop" },
      { operation: "update" },
      { operation: "own_wallet", params: { walletID: "wallet" } },
      { operation: "ping" },
    ],
    options: { accountType: ["shop"], known: { wallet: "../x" } },
    tokens: [["ping.read", "ping"]],
    unreachable: [
      { operation: "plans", reason: "upgrade_required" },
      { operation: "admin", reason: "reserved_scope" },
      { operation: "partners", reason: "reserved_scope" },
      { operation: "drop", reason: "denied" },
      { operation: "update", reason: "invalid_params" },
      { operation: "own_wallet", reason: "invalid_params" },
    ],
  },
  {
    title: "reports steps that wait for an id that no step returns, or for each other",
    steps: [
      { operation: "drop", returns: { id: "user" } },
      update,
      { operation: "update", params: { accountID: "a" }, returns: { id: "b" } },
      { operation: "update", params: { accountID: "b" }, returns: { id: "a" } },
    ],
    tokens: [],
    unreachable: [
      { operation: "drop", reason: "denied" },
      { operation: "update", reason: "invalid_params", waitsFor: ["user"] },
      { operation: "update", reason: "invalid_params", waitsFor: ["a"] },
      { operation: "update", reason: "invalid_params", waitsFor: ["b"] },
    ],
  },
  {
    title: "splits a token that has too many scopes, each step in the first part in which it fits",
    steps: [{ operation: "ping" }, create, { operation: "ping_any" }, { operation: "create" }],
    options: { maxScopes: 1 },
    tokens: [
      ["ping.read", "ping", "ping_any"],
      ["accounts.write", "create", "create"],
    ],
  },
  {
    title: "splits a token whose scope is too long",
    steps: [{ operation: "ping" }, create],
    options: { maxLength: "accounts.write".length },
    tokens: [
      ["ping.read", "ping"],
      ["accounts.write", "create"],
    ],
  },
  {
    title: "puts a step in no part before the one that returns its id",
    steps: [
      { operation: "ping" },
      { operation: "list_wallets", params: { accountID: "user" }, returns: { id: "dry" } },
      { operation: "ping", params: { dry: "dry" } },
    ],
    options: { maxScopes: 1, known: { user: "u" } },
    tokens: [
      ["ping.read", "ping"],
      ["/accounts/u/", "list_wallets"],
      ["ping.read", "ping"],
    ],
  },
  {
    title: "chooses a larger set only where no smaller one fits",
    steps: [user("either_way")],
    options: { known: { user: "a-very-long-account" }, maxLength: 24 },
    tokens: [["accounts.write ping.read", "either_way"]],
  },
  {
    title: "chooses the smallest of the larger sets that fit, the first one of the same size",
    steps: [user("any_way")],
    options: { known: { user: "a-very-long-account" }, maxLength: 24, tier: "pro" },
    tokens: [["accounts.write ping.read", "any_way"]],
  },
  {
    title: "reports a step whose scope is too large alone",
    steps: [{ operation: "ping_both" }, { operation: "ping" }],
    options: { maxScopes: 1 },
    tokens: [["ping.read", "ping"]],
    unreachable: [{ operation: "ping_both", reason: "insufficient_scope" }],
  },
];

describe("tokenPlan", () => {
  it("reports a step whose patterns accept no common authentication class", () => {
    const closed = loadPolicy({
      name: "P",
      version: "1",
      scopes: { "a:read": {} },
      tools: {
        "move_*": { scope: "a:read", acr: "high" },
        "*_all": { scope: "a:read", acr: "low" },
      },
    });
    expect(tokenPlan(closed, [{ operation: "move_all" }])).toEqual({
      tokens: [],
      unreachable: [{ operation: "move_all", reason: "insufficient_user_authentication" }],
    });
  });

  it.each(titled(rows))("%s", (_, { steps, options, tokens, unreachable = [] }) => {
    const plan = tokenPlan(policy, steps, options);
    const listed = plan.tokens.map(({ scope, operations }) => [scope, ...operations]);
    expect({ tokens: listed, unreachable: plan.unreachable }).toEqual({ tokens, unreachable });
  });

  it.each([
    [
      "an operation that the policy does not declare",
      [{ operation: "pong" }],
      {},
      "ERR_OPERATION_UNKNOWN",
      /did you mean `ping`/,
    ],
    ["steps that are not a list", {}, {}, "ERR_OPTIONS_INVALID", /expected a list of steps/],
    ["a step without an operation", [{}], {}, "ERR_OPTIONS_INVALID", /step 1 of `tokenPlan`/],
    [
      "a name of an id that no placeholder can have",
      [{ operation: "ping", params: { a: "b c" } }],
      {},
      "ERR_OPTIONS_INVALID",
      /names of ids/,
    ],
    [
      "a name of an id that is not a text",
      [{ operation: "ping", returns: { a: 7 } }],
      {},
      "ERR_OPTIONS_INVALID",
      /names of ids/,
    ],
    [
      "names of ids in a list",
      [{ operation: "ping", params: ["a"] }],
      {},
      "ERR_OPTIONS_INVALID",
      /names of ids/,
    ],
    [
      "a known id with another name",
      [],
      { known: { __proto__x: 1, "a-b": 1 } },
      "ERR_OPTIONS_INVALID",
      /`a-b` cannot be the name/,
    ],
    [
      "a known id that is an object",
      [],
      { known: { a: {} } },
      "ERR_OPTIONS_INVALID",
      /expected a text/,
    ],
    ["known ids that are a list", [], { known: [] }, "ERR_OPTIONS_INVALID", /values of ids/],
    ["a limit of 0", [], { maxScopes: 0 }, "ERR_OPTIONS_INVALID", /integer above 0/],
    ["a misspelt option", [], { maxlength: 7 }, "ERR_OPTIONS_INVALID", /did you mean `maxLength`/],
  ] as const)("throws for %s", (_, steps, options, code, message) => {
    const run = () => tokenPlan(policy, steps as never, options as TokenPlanOptions);
    expect(run).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as unknown }),
    );
  });

  it("takes `null` as a known value, and an id named like a member of every object", () => {
    const steps = [
      { operation: "run", params: { dry: "constructor" } },
      { operation: "update", params: { accountID: "toString" } },
    ] as const;
    const { tokens, unreachable } = tokenPlan(policy, steps, { known: { constructor: null } });
    expect(tokens.map(({ scope }) => scope)).toEqual(["accounts.write ping.read"]);
    expect(unreachable).toEqual([
      { operation: "update", reason: "invalid_params", waitsFor: ["toString"] },
    ]);
  });

  it("MAX_LARGER_SETS: compares at most 10,000 larger sets for one step", () => {
    /** Plans a tool that several patterns match: the scope that all of them accept adds most, and is the last one of each. */
    const planWith = (patterns: number) => {
      const globs = Array.from({ length: patterns }, (_, at) => `${"abcde".slice(0, at + 1)}*`);
      const nine = (letter: string) => Array.from({ length: 9 }, (_, at) => `${letter}_${at}`);
      const rules = globs.map((glob) => [glob, { anyOf: [...nine(`s${glob.length}`), "all"] }]);
      const names = [...globs.flatMap((glob) => nine(`s${glob.length}`)), ...nine("other")];
      const scopes = Object.fromEntries(names.map((name) => [name, {}]));
      const many = loadPolicy({
        name: "P",
        version: "1",
        scopes: { ...scopes, all: { implies: nine("other") } },
        tools: Object.fromEntries(rules) as object,
      });
      return tokenPlan(many, [{ operation: "abcde" }], { maxScopes: 1 });
    };
    expect(planWith(4).tokens.map(({ scope }) => scope)).toEqual(["all"]);
    expect(planWith(5).unreachable).toEqual([{ operation: "abcde", reason: "insufficient_scope" }]);
  });
});
