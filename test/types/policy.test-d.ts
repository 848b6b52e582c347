import { describe, expectTypeOf, test } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import type {
  DECISION_CODES,
  Decision,
  DecisionCode,
  InsufficientScope,
  PolicyDenial,
} from "../../src/decision/decision.js";
import {
  definePolicy,
  type EndpointOf,
  loadPolicy,
  type ParamsOf,
  type Policy,
  type ScopeOf,
  type TierOf,
  type ToolOf,
} from "../../src/decision/define-policy.js";
import type { ToolView } from "../../src/decision/list-tools.js";

declare const token: AccessToken | undefined;
declare function use(value: unknown): void;

const policy = definePolicy({
  name: "Loopwise",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    openid: { required: true },
    "courses:read": "Read courses",
    "courses:write": {
      tier: "pro",
      accountTypes: ["studio"],
      implies: ["courses:read"],
      replaces: ["courses"],
    },
    "/accounts/{accountID}/read": {},
    "/accounts/<accountID>/transfers.write": {},
    "/orgs/{orgID}/{userID}": {},
  },
  baseline: ["openid"],
  defaultScopes: ["openid"],
  bundles: { reading: ["courses:read"], all: { every: true, except: ["courses:write"] } },
  tools: {
    get_course: "courses:read",
    update_course: { anyOf: ["courses:write", { allOf: ["courses:read", "openid"] }], tier: "pro" },
    whoami: { authenticated: true },
    search: { public: true, enrichedBy: "courses:read" },
    remove: { deny: "Never." },
    read_account: "/accounts/{accountID}/read",
    transfer: {
      scope: "/accounts/<accountID>/transfers.write",
      params: { accountID: "platformAccountID" },
    },
    between: {
      allOf: [
        { scope: "/accounts/{accountID}/read", params: { accountID: "from" } },
        { anyOf: ["/accounts/{accountID}/read", "openid"], params: { accountID: "to" } },
      ],
    },
    nested: {
      allOf: [
        "/orgs/{orgID}/{userID}",
        { anyOf: [{ scope: "/accounts/{accountID}/read" }, "openid"] },
      ],
      params: { orgID: "org" },
    },
    "list_*": "courses:read",
    "account_?": "/accounts/{accountID}/read",
    "*_open": { public: true },
    "list_open*": { public: true },
  },
  endpoints: {
    "GET /courses": "courses:read",
    "HEAD /courses": "courses:read",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
    "GET /health": { public: true },
    "GET /files/{path*}": "courses:read",
    "POST /accounts/{accountID}:close": "/accounts/{accountID}/read",
    "PUT /accounts/{account}/{path*}": {
      scope: "/accounts/{accountID}/read",
      params: { accountID: "account" },
    },
  },
});

type Loopwise = typeof policy;

describe("the names of a policy", () => {
  test("are exactly those that it declares", () => {
    expectTypeOf<ScopeOf<Loopwise>>().toEqualTypeOf<
      | "openid"
      | "courses:read"
      | "courses:write"
      | "/accounts/{accountID}/read"
      | "/accounts/<accountID>/transfers.write"
      | "/orgs/{orgID}/{userID}"
    >();
    expectTypeOf<TierOf<Loopwise>>().toEqualTypeOf<"free" | "pro">();
    expectTypeOf<EndpointOf<Loopwise>>().toEqualTypeOf<
      | "GET /courses"
      | "HEAD /courses"
      | "GET /accounts/{accountID}"
      | "GET /health"
      | "GET /files/{path*}"
      | "POST /accounts/{accountID}:close"
      | "PUT /accounts/{account}/{path*}"
    >();
  });

  test("are template literals if a tool is a pattern", () => {
    expectTypeOf<ToolOf<Loopwise>>().toEqualTypeOf<
      | "get_course"
      | "update_course"
      | "whoami"
      | "search"
      | "remove"
      | "read_account"
      | "transfer"
      | "between"
      | "nested"
      | `list_${string}`
      | `account_${string}`
      | `${string}_open`
      | `list_open${string}`
    >();
  });

  test("are never if none are declared", () => {
    const least = definePolicy({ name: "n", version: "1", scopes: { a: "A" } });
    expectTypeOf(least).toExtend<Policy>();
    expectTypeOf<ScopeOf<typeof least>>().toEqualTypeOf<"a">();
    expectTypeOf<ToolOf<typeof least>>().toEqualTypeOf<never>();
    expectTypeOf<EndpointOf<typeof least>>().toEqualTypeOf<never>();
    expectTypeOf<TierOf<typeof least>>().toEqualTypeOf<never>();
  });

  test("are strings if they are known only at run time", () => {
    const loose = loadPolicy("{}");
    expectTypeOf(loose).toEqualTypeOf<Policy>();
    expectTypeOf<ScopeOf<typeof loose>>().toEqualTypeOf<string>();
    expectTypeOf<ToolOf<typeof loose>>().toEqualTypeOf<string>();
    expectTypeOf(loose.authorize(token, "any")).toEqualTypeOf<AccessToken | undefined>();
    use(loose.decide(token, "any", { id: 1 }));
    use(loose.decide(token, "any"));
  });
});

describe("the parameters of an operation", () => {
  test("are those of its placeholders, with the names in `params`", () => {
    expectTypeOf<ParamsOf<Loopwise, "read_account">>().toEqualTypeOf<{
      readonly accountID: string;
    }>();
    expectTypeOf<ParamsOf<Loopwise, "transfer">>().toEqualTypeOf<{
      readonly platformAccountID: string;
    }>();
    expectTypeOf<ParamsOf<Loopwise, "between">>().toEqualTypeOf<{
      readonly from: string;
      readonly to: string;
    }>();
    expectTypeOf<ParamsOf<Loopwise, "nested">>().toEqualTypeOf<{
      readonly org: string;
      readonly userID: string;
      readonly accountID: string;
    }>();
    expectTypeOf<ParamsOf<Loopwise, "POST /accounts/{accountID}:close">>().toEqualTypeOf<{
      readonly accountID: string;
    }>();
    expectTypeOf<ParamsOf<Loopwise, "PUT /accounts/{account}/{path*}">>().toEqualTypeOf<{
      readonly account: string;
    }>();
    expectTypeOf<ParamsOf<Loopwise, "GET /accounts/{accountID}">>().toEqualTypeOf<{
      readonly accountID: string;
    }>();
    expectTypeOf<keyof ParamsOf<Loopwise, "get_course">>().toEqualTypeOf<never>();
    expectTypeOf<keyof ParamsOf<Loopwise, "remove">>().toEqualTypeOf<never>();
  });

  test("are those of every pattern that matches the name", () => {
    expectTypeOf<ParamsOf<Loopwise, "account_x">>().toEqualTypeOf<{ readonly accountID: string }>();
    expectTypeOf<keyof ParamsOf<Loopwise, "list_x">>().toEqualTypeOf<never>();
    expectTypeOf<ParamsOf<Loopwise, "account_open">>().toEqualTypeOf<{
      readonly accountID: string;
    }>();
  });

  test("are required exactly if there are any", () => {
    use(policy.decide(token, "get_course"));
    use(policy.decide(token, "get_course", { anything: 1 }));
    use(policy.decide(token, "read_account", { accountID: "a" }));
    use(policy.decide(token, "between", { from: "a", to: "b" }));
    use(policy.decide(token, "account_x", { accountID: "a" }));
    // @ts-expect-error the account is missing
    use(policy.decide(token, "read_account"));
    // @ts-expect-error the account is missing
    use(policy.decide(token, "read_account", {}));
    // @ts-expect-error the account has another name
    use(policy.decide(token, "transfer", { accountID: "a" }));
    // @ts-expect-error one of two accounts is missing
    use(policy.decide(token, "between", { from: "a" }));
    // @ts-expect-error an account must be a string
    use(policy.decide(token, "read_account", { accountID: 1 }));
    // @ts-expect-error a name that a pattern matches requires the parameters of the pattern
    use(policy.decide(token, "account_x"));
    // @ts-expect-error an endpoint requires its account
    use(policy.decide(token, "GET /accounts/{accountID}"));
    // @ts-expect-error authorize requires the account too
    use(policy.authorize(token, "read_account"));
  });
});

describe("the methods of a policy", () => {
  test("accept only the operations of the policy", () => {
    use(policy.decide(token, "list_anything"));
    use(policy.decide(token, "GET /courses"));
    // @ts-expect-error no tool has this name
    use(policy.decide(token, "get_cuorse"));
    // @ts-expect-error no endpoint has this name
    use(policy.decide(token, "GET /course"));
    // @ts-expect-error no tool has this name
    use(policy.authorize(token, "constructor"));
    // @ts-expect-error no tool has this name
    use(policy.operation("toString"));
    // @ts-expect-error a scope is not a token
    use(policy.decide("courses:read", "get_course"));
    // @ts-expect-error a token has a scope
    use(policy.decide({ sub: "a" }, "get_course"));
    // @ts-expect-error null is not a token: pass unverified input to decideUntrusted
    use(policy.decide(null, "get_course"));
    use(policy.decideUntrusted(null, "get_cuorse", 1));
  });

  test("return decisions", () => {
    expectTypeOf(policy.decide(token, "get_course")).toEqualTypeOf<Decision>();
    expectTypeOf(policy.decideUntrusted(1, 2, 3)).toEqualTypeOf<Decision>();
    expectTypeOf(
      policy.decideRequest(token, { method: "GET", path: "/" }),
    ).toEqualTypeOf<Decision>();
    expectTypeOf(policy.toolsFor(token)).toEqualTypeOf<ToolView[]>();
    expectTypeOf<PolicyDenial["code"]>().toEqualTypeOf<Exclude<DecisionCode, "allowed">>();
    expectTypeOf<(typeof DECISION_CODES)[number]>().toEqualTypeOf<DecisionCode>();
  });

  test("return a token from authorize, which may be undefined only for a public operation", () => {
    expectTypeOf(policy.authorize(token, "get_course")).toEqualTypeOf<AccessToken>();
    expectTypeOf(policy.authorize(token, "whoami")).toEqualTypeOf<AccessToken>();
    expectTypeOf(
      policy.authorize(token, "read_account", { accountID: "a" }),
    ).toEqualTypeOf<AccessToken>();
    expectTypeOf(policy.authorize(token, "GET /courses")).toEqualTypeOf<AccessToken>();
    expectTypeOf(policy.authorize(token, "search")).toEqualTypeOf<AccessToken | undefined>();
    expectTypeOf(policy.authorize(token, "GET /health")).toEqualTypeOf<AccessToken | undefined>();
    expectTypeOf(policy.authorize(token, "say_open")).toEqualTypeOf<AccessToken | undefined>();
    // one of the matching patterns is not public
    expectTypeOf(policy.authorize(token, "list_x_open")).toEqualTypeOf<AccessToken>();
    expectTypeOf(
      policy.authorize(token, "account_open", { accountID: "a" }),
    ).toEqualTypeOf<AccessToken>();
  });

  test("resolve an operation for repeated decisions", () => {
    const transfer = policy.operation("transfer");
    expectTypeOf(transfer.params).toEqualTypeOf<readonly string[]>();
    expectTypeOf(transfer.decide(token, { platformAccountID: "a" })).toEqualTypeOf<Decision>();
    expectTypeOf(
      transfer.authorize(token, { platformAccountID: "a" }),
    ).toEqualTypeOf<AccessToken>();
    expectTypeOf(policy.operation("search").authorize(token)).toEqualTypeOf<
      AccessToken | undefined
    >();
    // @ts-expect-error the account is missing
    use(transfer.decide(token));
    // @ts-expect-error the account has another name
    use(transfer.authorize(token, { accountID: "a" }));
  });

  test("narrow a decision by its code", () => {
    const decision = policy.decide(token, "get_course");
    // @ts-expect-error only insufficient_scope has missing scopes
    use(decision.missing);
    if (decision.code === "insufficient_scope")
      expectTypeOf(decision).toEqualTypeOf<InsufficientScope>();
    if (decision.code === "upgrade_required")
      expectTypeOf(decision.had).toEqualTypeOf<string | undefined>();
    if (!decision.allowed) expectTypeOf(decision.message).toEqualTypeOf<string>();
    else expectTypeOf(decision.scopes).toEqualTypeOf<readonly string[]>();
  });
});

describe("a policy", () => {
  test("with known names is assignable to a policy with any names", () => {
    const takesAny = (any: Policy): string => any.name;
    expectTypeOf(takesAny(policy)).toEqualTypeOf<string>();
    expectTypeOf<Loopwise>().toExtend<Policy>();
    expectTypeOf<Policy>().not.toExtend<Loopwise>();
  });

  test("is read-only", () => {
    expectTypeOf(policy.definition.tiers).toEqualTypeOf<readonly string[] | undefined>();
    // @ts-expect-error a policy is immutable
    policy.name = "Another";
    // @ts-expect-error its definition is immutable
    policy.definition.version = "2";
    // @ts-expect-error the lists in the definition are immutable
    policy.definition.tiers = [];
  });

  test("may be created from a constant", () => {
    const definition = {
      name: "n",
      version: "1",
      scopes: { a: "A", b: {} },
      tools: { t: { anyOf: ["a", "b"] } },
    } as const;
    const made = definePolicy(definition);
    expectTypeOf(made).toExtend<Policy>();
    expectTypeOf<ScopeOf<typeof made>>().toEqualTypeOf<"a" | "b">();
    expectTypeOf<ToolOf<typeof made>>().toEqualTypeOf<"t">();
  });
});
