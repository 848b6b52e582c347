// Reads the challenges and the metadata of the gates with the parsers of other projects.
import { extractWWWAuthenticateParams } from "@modelcontextprotocol/client";
import { extractWWWAuthenticateParams as extractParams1 } from "@modelcontextprotocol/sdk/client/auth.js";
import * as authHeader from "auth-header";
import {
  customFetch,
  processResourceDiscoveryResponse,
  protectedResourceRequest,
  resourceDiscoveryRequest,
  WWWAuthenticateChallengeError,
} from "oauth4webapi";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { fetchGate } from "scope-policy/fetch";
import { mcpGate } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const RESOURCE = "https://api.example.com/mcp";
const ISSUER = "https://as.example.com";
const METADATA = "https://api.example.com/.well-known/oauth-protected-resource/mcp";

const policy = loadPolicy({
  name: 'The "School", scope=admin',
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "mcp:tools": "Connect",
    "courses:read": "Read courses",
    "admin:read": { reserved: true },
    "/accounts/{accountID}/read": "Read an account",
  },
  baseline: ["mcp:tools"],
  tools: {
    about: { public: true },
    whoami: { authenticated: true },
    list_courses: "courses:read",
    read_account: "/accounts/{accountID}/read",
    export_report: { scope: "courses:read", tier: "pro" },
    delete_account: { deny: "Ask us." },
    look_behind: "admin:read",
  },
});

const TOKENS = new Map([
  ["good", { sub: "u", client_id: "c", scope: "mcp:tools", exp: Date.now() / 1_000 + 600 }],
  [
    "bound",
    {
      sub: "u",
      client_id: "c",
      scope: "mcp:tools /accounts/a/read",
      exp: Date.now() / 1_000 + 600,
    },
  ],
]);

const create = (resource: string | undefined) =>
  createAuthorizer({
    policy,
    verify: (rawToken) => {
      if (rawToken === "outage") throw new Error("down");
      return TOKENS.get(rawToken);
    },
    onOutage: () => undefined,
    onRejected: () => undefined,
    trustClaims: [],
    ...(resource !== undefined && { resource, authorizationServers: [ISSUER] }),
  });

/** The gates, as functions from a request for a tool to a response. */
const gates = {
  rest: (resource?: string) => {
    const gate = fetchGate(create(resource));
    return async (request: Request, tool: string, params: Record<string, string>) => {
      const outcome = await gate(request, tool, params);
      return outcome instanceof Response ? outcome : new Response("{}");
    };
  },
  mcp: (resource?: string) => {
    const serve = mcpGate(create(resource)).fetch(() => new Response("{}"));
    return (request: Request, name: string, params: Record<string, string>) => {
      const message = { jsonrpc: "2.0", id: 1, method: "tools/call" };
      const body = JSON.stringify({ ...message, params: { name, arguments: params } });
      const headers = {
        ...Object.fromEntries(request.headers),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      };
      return serve(new Request(RESOURCE, { method: "POST", headers, body }));
    };
  },
} as const;

interface Row {
  readonly title: string;
  readonly tool: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly authorization?: string;
  readonly status: number;
  /** The attributes of the challenge; without, the response has no challenge. */
  readonly challenge?: { readonly error?: string; readonly scope?: string };
  /** What differs over MCP: the status of a result, and the order of a union. */
  readonly mcp?: { readonly status?: number; readonly scope?: string };
}

const result = { mcp: { status: 200 } };
const good = "Bearer good";

const rows: readonly Row[] = [
  { title: "unauthenticated", tool: "whoami", status: 401, challenge: { scope: "mcp:tools" } },
  {
    title: "invalid_token",
    tool: "whoami",
    authorization: "Bearer bad",
    status: 401,
    challenge: { error: "invalid_token" },
  },
  {
    title: "invalid_request",
    tool: "whoami",
    authorization: "Bearer one two",
    status: 400,
    challenge: { error: "invalid_request" },
  },
  {
    title: "insufficient_scope",
    tool: "list_courses",
    authorization: good,
    status: 403,
    challenge: { error: "insufficient_scope", scope: "courses:read mcp:tools" },
    mcp: { scope: "mcp:tools courses:read" },
  },
  {
    title: "insufficient_scope with a bound value",
    tool: "read_account",
    params: { accountID: "a" },
    authorization: good,
    status: 403,
    challenge: { error: "insufficient_scope", scope: "/accounts/a/read mcp:tools" },
    mcp: { scope: "mcp:tools /accounts/a/read" },
  },
  { title: "temporarily_unavailable", tool: "whoami", authorization: "Bearer outage", status: 503 },
  { title: "unknown_operation", tool: "nothing", authorization: good, status: 403, ...result },
  { title: "denied", tool: "delete_account", authorization: good, status: 403, ...result },
  { title: "upgrade_required", tool: "export_report", authorization: good, status: 403, ...result },
  { title: "reserved_scope", tool: "look_behind", authorization: good, status: 403, ...result },
  { title: "invalid_params", tool: "read_account", authorization: good, status: 400, ...result },
  {
    title: "binding_mismatch",
    tool: "read_account",
    params: { accountID: "b" },
    authorization: "Bearer bound",
    status: 403,
    ...result,
  },
];

/** Returns the attributes as oauth4webapi reads them; `undefined` if it accepts the response. */
async function readOauth4webapi(response: Response) {
  try {
    await protectedResourceRequest("unused", "GET", new URL(RESOURCE), undefined, undefined, {
      [customFetch]: async () => response,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof WWWAuthenticateChallengeError)) throw error;
    const [challenge, ...others] = error.cause;
    expect(others).toEqual([]);
    expect(challenge?.scheme).toBe("bearer");
    return { ...challenge?.parameters };
  }
}

const compact = (attributes: object) =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

describe.each(Object.entries(gates))("the challenges of the %s gate", (name, open) => {
  describe.each([
    ["with a resource", RESOURCE],
    ["without a resource", undefined],
  ])("%s", (_title, resource) => {
    const call = open(resource);

    it.each(titled(rows))("are read alike: %s", async (_row, row) => {
      const { tool, params = {}, authorization } = row;
      const { status = row.status, scope } = (name === "mcp" ? row.mcp : undefined) ?? {};
      const challenge = row.challenge && { ...row.challenge, ...(scope && { scope }) };
      const headers = authorization === undefined ? undefined : { authorization };
      const request = new Request(RESOURCE, { ...(headers && { headers }) });
      const response = await call(request, tool, params);
      expect(response.status).toBe(status);
      const line = response.headers.get("www-authenticate");
      const read = await readOauth4webapi(response.clone());
      if (challenge === undefined) {
        expect(line).toBeNull();
        expect(read).toBeUndefined();
        return;
      }
      const { scheme, params: attributes } = authHeader.parse(line ?? "");
      expect(scheme).toBe("Bearer");
      expect(attributes).toEqual(read);
      const { error_description, ...rest } = attributes;
      expect(typeof error_description).toBe(challenge.error === undefined ? "undefined" : "string");
      expect(rest).toEqual({
        ...challenge,
        ...(resource === undefined
          ? { realm: "The School, scopeadmin" }
          : { resource_metadata: METADATA }),
      });
      const ofSdk = compact(extractWWWAuthenticateParams(response));
      expect(ofSdk).toEqual({
        ...challenge,
        ...(resource !== undefined && { resourceMetadataUrl: new URL(METADATA) }),
        ...(ofSdk["errorDescription"] !== undefined && { errorDescription: error_description }),
      });
      expect(compact(extractParams1(response))).toMatchObject(challenge);
    });
  });
});

it("publishes metadata that oauth4webapi accepts", async () => {
  const serve = mcpGate(create(RESOURCE)).fetch(() => new Response("{}"));
  const response = await resourceDiscoveryRequest(new URL(RESOURCE), {
    [customFetch]: (url, init) => {
      expect(url).toBe(METADATA);
      return serve(new Request(url, { headers: init.headers }));
    },
  });
  expect(await processResourceDiscoveryResponse(new URL(RESOURCE), response)).toMatchObject({
    resource: RESOURCE,
    authorization_servers: [ISSUER],
    scopes_supported: ["mcp:tools"],
  });
});
