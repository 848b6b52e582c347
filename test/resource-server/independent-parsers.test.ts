// What clients read: challenges and the metadata document, parsed by libraries that know nothing of this package.
import { parse as parseAuthHeader } from "auth-header";
import * as oauth from "oauth4webapi";
import {
  createAuthorizer,
  DECISION_CODES,
  type Denial,
  type DenialResponse,
  definePolicy,
} from "scope-policy";
import { fetchGate } from "scope-policy/fetch";
import { describe, expect, it } from "vitest";
import { insufficientAuthentication } from "../../src/decision/decision.js";
import { parseChallenge } from "./challenge-parser.js";

const RESOURCE = "https://api.example.com/mcp?tenant=a";

/** Scopes with each kind of character that RFC 6749 allows and that a parser of headers could stop at. */
const policy = definePolicy({
  name: 'Courses "A", \\ B = C; \u4e2d',
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor"],
  scopes: {
    openid: { default: "on" },
    "a,b=c": {},
    "https://api.example.com/courses?x=1&y=(2)": {},
    "it's;fine": {},
    "admin:all": { reserved: true },
    "/accounts/{accountID}/": {},
  },
  baseline: ["openid"],
  tools: {
    read: "a,b=c",
    write: { allOf: ["https://api.example.com/courses?x=1&y=(2)", "it's;fine"] },
    read_account: "/accounts/{accountID}/",
    pay: { scope: "a,b=c", tier: "pro" },
    teach: { scope: "a,b=c", accountTypes: ["mentor"] },
    purge: "admin:all",
    remove: { deny: 'Never: "no", error="invalid_token", scope="admin:all"' },
  },
});

const account = { accountID: "a" };
const granted = "openid a,b=c";
const decided = (scope: string | undefined, tool: string, params?: unknown): Denial => {
  const token = scope === undefined ? undefined : { scope, tier: "free", account_type: "other" };
  const decision = policy.decideUntrusted(token, tool, params);
  if (decision.allowed) throw new Error(`${tool} is allowed`);
  return decision;
};
const ofCredentials = (code: "invalid_request" | "invalid_token" | "temporarily_unavailable") => ({
  allowed: false as const,
  code,
  message: code,
});

/** One denial or more for each code, with the tool that was called. */
const DENIALS: readonly (readonly [tool: string, denial: Denial])[] = [
  ["nothing", decided(granted, "nothing")],
  ["remove", decided(granted, "remove")],
  ["read_account", decided(granted, "read_account")],
  ["read", decided(undefined, "read")],
  ["write", decided(undefined, "write")],
  ["read", ofCredentials("invalid_request")],
  ["read", ofCredentials("invalid_token")],
  ["read", ofCredentials("temporarily_unavailable")],
  ["write", decided(granted, "write")],
  ["read_account", decided(granted, "read_account", account)],
  ["read_account", decided("openid /accounts/b/", "read_account", account)],
  ["teach", decided(granted, "teach")],
  ["pay", decided(granted, "pay")],
  ["purge", decided(granted, "purge")],
  ["pay", insufficientAuthentication({ acr: ["mfa", "phr"], maxAge: 300 })],
];
const CHALLENGED = new Set([
  "unauthenticated",
  "invalid_request",
  "invalid_token",
  "insufficient_scope",
  "insufficient_user_authentication",
]);

const AUTHORIZERS = {
  "a resource": { resource: RESOURCE },
  "no resource": {},
  "union challenges": { resource: RESOURCE, challenge: "union" },
} as const;

/** Returns the challenges of a response, as a client of oauth4webapi reads them. */
async function readByOauth4webapi(answer: DenialResponse): Promise<unknown> {
  const { status, headers, body } = answer;
  const respond = async () => new Response(JSON.stringify(body), { status, headers });
  const url = new URL("https://api.example.com/courses");
  try {
    await oauth.protectedResourceRequest("token", "GET", url, undefined, undefined, {
      [oauth.customFetch]: respond,
    });
    return [];
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.cause;
    throw error;
  }
}

describe("independent parsers of WWW-Authenticate", () => {
  it("read a denial of every code here", () => {
    const codes = new Set(DENIALS.map(([, { code }]) => code));
    expect(DECISION_CODES.filter((code) => code !== "allowed" && !codes.has(code))).toEqual([]);
  });

  for (const [title, options] of Object.entries(AUTHORIZERS)) {
    const authorizer = createAuthorizer({
      policy,
      verify: () => undefined,
      trustClaims: [],
      ...options,
    });
    it.each(DENIALS.map(([tool, denial]) => [denial.code, tool, denial] as const))(
      `read the same attributes of %s for %s, with ${title}`,
      async (code, operation, denial) => {
        const answer = authorizer.answer(denial, { operation });
        const line = answer.headers["WWW-Authenticate"];
        expect(line !== undefined).toBe(CHALLENGED.has(code));
        if (line === undefined) {
          expect(await readByOauth4webapi(answer)).toEqual([]);
          return;
        }
        const parameters = Object.fromEntries(parseChallenge(line));
        expect(await readByOauth4webapi(answer)).toEqual([{ scheme: "bearer", parameters }]);
        const { scheme, params, token } = parseAuthHeader(line);
        expect([scheme, token]).toEqual(["Bearer", null]);
        expect(params).toEqual(parameters);
      },
    );
  }
});

describe("the metadata document", () => {
  it.each(["https://api.example.com/", "https://api.example.com/mcp", RESOURCE])(
    "is found and accepted by oauth4webapi for %s",
    async (resource) => {
      const authorizer = createAuthorizer({
        policy,
        verify: () => undefined,
        trustClaims: [],
        resource,
        authorizationServers: ["https://as.example.com"],
      });
      const gate = fetchGate(authorizer);
      const identifier = new URL(resource);
      const response = await oauth.resourceDiscoveryRequest(identifier, {
        [oauth.customFetch]: async (url: string) =>
          gate.metadata(new Request(url)) ?? new Response(null, { status: 404 }),
      });
      const document = await oauth.processResourceDiscoveryResponse(identifier, response);
      expect(document).toMatchObject({
        resource,
        authorization_servers: ["https://as.example.com"],
        scopes_supported: ["openid"],
        bearer_methods_supported: ["header"],
      });
      // the document is where a challenge points to
      const denial = decided(undefined, "read");
      const { headers } = authorizer.answer(denial, { operation: "read" });
      const address = parseChallenge(headers["WWW-Authenticate"]).get("resource_metadata") ?? "";
      expect(gate.metadata(new Request(address))?.status).toBe(200);
    },
  );
});
