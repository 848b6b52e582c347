import { createAuthorizer, type Denial, type DenialResponse, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { insufficientAuthentication } from "../../src/decision/decision.js";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { titled } from "../titled.js";
import { parseChallenge } from "./challenge-parser.js";

const RESOURCE = "https://api.example.com/mcp";
const METADATA = "https://api.example.com/.well-known/oauth-protected-resource/mcp";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    openid: {},
    offline_access: {},
    "courses:read": {},
    "courses:write": {},
    "admin:all": { reserved: true },
    "/vaults/{vaultID}/": { reserved: true },
    "/accounts/{accountID}/": {},
  },
  baseline: ["openid"],
  tools: {
    list_courses: "courses:read",
    update_course: { allOf: ["courses:read", "courses:write"] },
    keep: { allOf: ["courses:read", "offline_access"] },
    stay: "offline_access",
    purge: { allOf: ["courses:write", "admin:all"] },
    open_vault: "/vaults/{vaultID}/",
    read_account: "/accounts/{accountID}/",
    export: { scope: "courses:read", tier: "pro" },
    teach: { scope: "courses:read", accountTypes: ["mentor", "studio"] },
    remove: { deny: 'Never: "no", \\ \u4e2d\r\nX: y' },
    "list_*": "courses:read",
    secret: { scope: "courses:read", hidden: true },
    "*_secrets": { scope: "courses:read", hidden: true },
  },
  endpoints: {
    "GET /courses": "courses:read",
    "GET /secret": { scope: "courses:read", hidden: true },
  },
});

type Tuning = Pick<
  AuthorizerOptions,
  "challenge" | "upgradeStatus" | "retryAfter" | "resource" | "policy"
>;
const authorizerWith = (options: Partial<Tuning> = {}) =>
  createAuthorizer({
    policy,
    verify: () => undefined,
    trustClaims: [],
    resource: RESOURCE,
    ...options,
  });

/** Returns the denial of a call by the policy. */
function denialOf(token: unknown, tool: string, params?: unknown): Denial {
  const decision = policy.decideUntrusted(token, tool, params);
  if (decision.allowed) throw new Error(`${tool} is allowed`);
  return decision;
}
const challengeOf = ({ headers }: DenialResponse) => parseChallenge(headers["WWW-Authenticate"]);
const scopeOf = (answer: DenialResponse) => challengeOf(answer).get("scope");

const credentialDenial = (code: "invalid_request" | "temporarily_unavailable"): Denial => ({
  allowed: false,
  code,
  message: code,
});
const shop = { scope: "openid", tier: "free", account_type: "student" };

interface Row {
  readonly denial: Denial;
  readonly status: number;
  readonly title: string;
  readonly error?: string | null;
  readonly scope?: string;
  readonly more?: object;
}
const account = { accountID: "a" };
const ROWS: readonly Row[] = [
  { denial: denialOf(shop, "nothing"), status: 403, title: "Forbidden" },
  { denial: denialOf(shop, "remove"), status: 403, title: "Forbidden" },
  {
    denial: denialOf(shop, "read_account"),
    status: 400,
    title: "Bad Request",
    more: { param: "accountID" },
  },
  {
    denial: denialOf(undefined, "list_courses"),
    status: 401,
    title: "Unauthorized",
    error: null,
    scope: "courses:read openid",
  },
  {
    denial: credentialDenial("invalid_request"),
    status: 400,
    title: "Bad Request",
    error: "invalid_request",
  },
  {
    denial: denialOf(null, "list_courses"),
    status: 401,
    title: "Unauthorized",
    error: "invalid_token",
  },
  {
    denial: credentialDenial("temporarily_unavailable"),
    status: 503,
    title: "Service Unavailable",
  },
  {
    denial: denialOf(shop, "update_course"),
    status: 403,
    title: "Forbidden",
    error: "insufficient_scope",
    scope: "courses:read courses:write openid",
    more: { scope: "courses:read courses:write openid" },
  },
  {
    denial: denialOf({ scope: "openid /accounts/b/" }, "read_account", account),
    status: 403,
    title: "Forbidden",
    more: { param: "accountID" },
  },
  {
    denial: denialOf(shop, "teach"),
    status: 403,
    title: "Forbidden",
    more: { account_types: ["mentor", "studio"] },
  },
  { denial: denialOf(shop, "export"), status: 403, title: "Forbidden", more: { tier: "pro" } },
  { denial: denialOf(shop, "purge"), status: 403, title: "Forbidden" },
  {
    denial: insufficientAuthentication({ acr: ["mfa"], maxAge: 60 }),
    status: 401,
    title: "Unauthorized",
    error: "insufficient_user_authentication",
    more: { acr_values: ["mfa"], max_age: 60 },
  },
];

describe("the response to a denial", () => {
  it("exists for every code", () => {
    const codes = ROWS.map(({ denial }) => denial.code);
    expect(codes).toEqual([
      "unknown_operation",
      "denied",
      "invalid_params",
      "unauthenticated",
      "invalid_request",
      "invalid_token",
      "temporarily_unavailable",
      "insufficient_scope",
      "binding_mismatch",
      "account_type_required",
      "upgrade_required",
      "reserved_scope",
      "insufficient_user_authentication",
    ]);
  });

  it.each(titled(ROWS, ({ denial, status }) => `has the status ${status} for ${denial.code}`))(
    "%s",
    (_title, entry) => {
      const { denial, status, title, more, ...row } = entry;
      const answer = authorizerWith().answer(denial, { operation: "list_courses" });
      const isChallenged = row.error !== undefined;
      expect(answer.status).toBe(status);
      expect(answer.headers["Content-Type"]).toBe("application/problem+json");
      expect(answer.headers["Cache-Control"]).toBe("no-store");
      expect("WWW-Authenticate" in answer.headers).toBe(isChallenged);
      expect("Retry-After" in answer.headers).toBe(status === 503);
      if (isChallenged) {
        const challenge = challengeOf(answer);
        expect(challenge.get("error")).toBe(row.error ?? undefined);
        expect(challenge.get("scope")).toBe(row.scope);
        expect(challenge.get("resource_metadata")).toBe(METADATA);
        expect(challenge.has("error_description")).toBe(row.error !== null);
      }
      const known = denial.code !== "unknown_operation";
      expect(answer.body).toEqual({
        title,
        status,
        detail: denial.message,
        error: denial.code,
        ...(known && { tool: "list_courses" }),
        ...more,
      });
    },
  );

  it("has the exact form of RFC 6750, section 3, and RFC 9457, section 3", () => {
    const denial = denialOf(shop, "list_courses");
    expect(authorizerWith().answer(denial, { operation: "list_courses" })).toEqual({
      status: 403,
      headers: {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "WWW-Authenticate":
          'Bearer error="insufficient_scope", scope="courses:read openid", ' +
          `resource_metadata="${METADATA}", error_description="More scope is needed"`,
      },
      body: {
        title: "Forbidden",
        status: 403,
        detail: "more scope is needed: the user can grant it",
        error: "insufficient_scope",
        scope: "courses:read openid",
        tool: "list_courses",
      },
    });
  });

  it("names an endpoint or a tool, but no unknown operation and no value that is not a name", () => {
    const denial = denialOf(shop, "list_courses");
    const bodyFor = (operation: unknown) =>
      authorizerWith().answer(denial, { operation: operation as string }).body;
    expect(bodyFor("GET /courses")).toMatchObject({ endpoint: "GET /courses" });
    expect(bodyFor("GET /courses")).not.toHaveProperty("tool");
    expect(bodyFor("list_all")).toMatchObject({ tool: "list_all" });
    // a name that the policy does not have is client input
    const unknown = [
      "mcp:notes/wipe",
      "GET /else",
      "else",
      "x".repeat(60_000),
      "constructor",
      `list_${"x".repeat(128)}`,
    ];
    for (const operation of [undefined, null, 7, {}, ...unknown]) {
      expect(bodyFor(operation)).not.toHaveProperty("tool");
      expect(bodyFor(operation)).not.toHaveProperty("endpoint");
    }
  });

  it.each(["secret", "my_secrets", "list_secrets", "GET /secret"])(
    "never names %s, which is hidden, whatever the denial",
    (operation) => {
      for (const { denial } of ROWS) {
        const { body } = authorizerWith().answer(denial, { operation });
        expect(body).not.toHaveProperty("tool");
        expect(body).not.toHaveProperty("endpoint");
      }
    },
  );

  it("has the status of the option for upgrade_required", () => {
    const denial = denialOf(shop, "export");
    const answer = authorizerWith({ upgradeStatus: 402 }).answer(denial);
    expect(answer.status).toBe(402);
    expect(answer.body).toMatchObject({ status: 402, title: "Payment Required", tier: "pro" });
    expect(answer.body.detail).toMatch(/^upgrade required/);
    const other = denialOf(shop, "purge");
    expect(authorizerWith({ upgradeStatus: 402 }).answer(other).status).toBe(403);
  });

  it.each([
    [undefined, "5"],
    [60, "60"],
    [0.2, "1"],
  ])("rounds up Retry-After for an outage: %s becomes %s seconds", (retryAfter, seconds) => {
    const options = retryAfter === undefined ? {} : { retryAfter };
    const { headers } = authorizerWith(options).answer(credentialDenial("temporarily_unavailable"));
    expect(headers["Retry-After"]).toBe(seconds);
  });

  it("is a new object each time, so that a caller cannot change it for other callers", () => {
    const authorizer = authorizerWith();
    const denial = denialOf(shop, "list_courses");
    const first = authorizer.answer(denial);
    (first.headers as Record<string, string>)["WWW-Authenticate"] = "x";
    (first.body as { detail: string }).detail = "x";
    expect(authorizer.answer(denial)).not.toMatchObject({ body: { detail: "x" } });
    expect(scopeOf(authorizer.answer(denial))).toBe("courses:read openid");
  });
});

describe("a challenge", () => {
  it("has scope before error_description, since clients search for `scope=` anywhere in the line", () => {
    for (const { denial } of ROWS.filter(({ error }) => error)) {
      const names = [...challengeOf(authorizerWith().answer(denial)).keys()];
      expect(names.at(-1)).toBe("error_description");
    }
  });

  it("has a realm without a resource, without characters that quotes may not contain", () => {
    const realmOf = (name: string) => {
      const named = loadPolicy({ name, version: "1", scopes: {} });
      const bare = createAuthorizer({ policy: named, verify: () => undefined });
      const challenge = challengeOf(bare.answer(denialOf(undefined, "list_courses")));
      expect([...challenge.keys()]).toEqual(["realm"]);
      return challenge.get("realm");
    };
    expect(realmOf("Courses")).toBe("Courses");
    expect(realmOf('The "Shop" \\ API\r\nX: y')).toBe("The Shop  APIX: y");
    expect(realmOf('x", scope="admin')).toBe("x, scopeadmin");
    expect(realmOf("\u4e2d\u6587")).toBe("api");
    expect(realmOf(' " ')).toBe("api");
  });

  it.each([
    ["purge", undefined, "courses:write openid"],
    ["open_vault", { vaultID: "v" }, "openid"],
    ["keep", undefined, "courses:read openid"],
  ])(
    "names no reserved scope and no offline_access to a first-party client, for %s",
    (tool, params, scope) => {
      const denial = denialOf({ scope: "", first_party: true }, tool, params);
      expect(denial.code).toBe("insufficient_scope");
      expect(scopeOf(authorizerWith().answer(denial))).toBe(scope);
    },
  );

  it("names no text that is not a scope token, even if the denial of the program contains one", () => {
    const scopes = ["courses:read", 'a", error="x', "b\r\nSet-Cookie: x", "c d", ""];
    const denial: Denial = {
      allowed: false,
      code: "insufficient_scope",
      message: "",
      missing: [],
      scopes,
      accepted: [],
    };
    const { headers } = createAuthorizer({
      policy,
      verify: () => undefined,
      trustClaims: [],
    }).answer(denial);
    expect(headers["WWW-Authenticate"]).toContain('scope="courses:read", ');
  });

  it("has no scope if no scope can be named, and neither has the body", () => {
    const bare = loadPolicy({
      name: "x",
      version: "1",
      scopes: { offline_access: {} },
      tools: { stay: "offline_access" },
    });
    const denial = bare.decideUntrusted({ scope: "" }, "stay");
    if (denial.allowed) throw new Error("allowed");
    const answer = authorizerWith({ policy: bare }).answer(denial);
    expect(challengeOf(answer).get("error")).toBe("insufficient_scope");
    expect(challengeOf(answer).has("scope")).toBe(false);
    expect(answer.body).not.toHaveProperty("scope");
  });
});
