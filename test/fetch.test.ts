import { Hono } from "hono";
import { createAuthorizer, definePolicy, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { fetchGate } from "../src/fetch.js";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: {
    "school:read": "Read settings",
    "/accounts/{accountID}/read": "Read an account",
    "projects:read": "Read projects",
  },
  tools: {
    get_settings: "school:read",
    read_account: "/accounts/{accountID}/read",
    search: { public: true },
  },
  endpoints: {
    "GET /v1/projects/:projectId": "projects:read",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
    "POST /transfers": "/accounts/{accountID}/read",
  },
});

const authorizer = createAuthorizer({
  policy,
  resource: "https://api.example.com/v1",
  verify: (rawToken) =>
    rawToken === "good"
      ? { sub: "user-1", scope: "school:read projects:read /accounts/a/read" }
      : undefined,
});
const gate = fetchGate(authorizer);

const ORIGIN = "https://api.example.com";

function get(path: string, authorization?: string, init: RequestInit = {}): Request {
  const headers = authorization === undefined ? undefined : { authorization };
  return new Request(`${ORIGIN}${path}`, { ...init, ...(headers && { headers }) });
}

/** The sub of a token, or status and code of an answer. */
async function said(outcome: Promise<unknown>): Promise<string> {
  const value = await outcome;
  if (!(value instanceof Response)) return String((value as { sub?: string } | undefined)?.sub);
  const text = await value.text();
  const body = (text === "" ? {} : JSON.parse(text)) as { error?: string };
  return `${value.status} ${body.error ?? text}`;
}

describe("fetchGate", () => {
  it("gives the token, or the response to give back", async () => {
    expect(await said(gate(get("/"), "get_settings"))).toBe("401 unauthenticated");
    expect(await said(gate(get("/", "Bearer bad"), "get_settings"))).toBe("401 invalid_token");
    expect(await said(gate(get("/", "Bearer good"), "get_settings"))).toBe("user-1");
    expect(await said(gate(get("/"), "search"))).toBe("undefined");
  });

  it("takes parameters as its last argument", async () => {
    const request = get("/", "Bearer good");
    expect(await said(gate(request, "read_account", { accountID: "a" }))).toBe("user-1");
    expect(await said(gate(request, "read_account", { accountID: "b" }))).toBe(
      "403 binding_mismatch",
    );
  });

  it("refuses a name that the policy lacks, as it is asked at a request", async () => {
    const loose = fetchGate(
      createAuthorizer({ policy: loadPolicy(policy.definition), verify: () => undefined }),
    );
    expect(await said(loose(get("/"), "constructor"))).toBe("403 unknown_operation");
  });

  it("says in an answer what an adapter should, and nothing to HEAD", async () => {
    const answer = await gate(get("/", undefined, { method: "HEAD" }), "get_settings");
    expect(answer).toBeInstanceOf(Response);
    const { status, headers, body } = answer as Response;
    expect([status, body, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      401,
      null,
      "application/problem+json",
      "no-store",
    ]);
    expect(headers.get("www-authenticate")).toBe(
      'Bearer scope="school:read", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/v1"',
    );
  });

  it("sees two fields as the one that the standard makes of them", async () => {
    const headers = new Headers([
      ["authorization", "Bearer bad"],
      ["authorization", "Bearer good"],
    ]);
    const request = new Request(ORIGIN, { headers });
    expect(await said(gate(request, "get_settings"))).toBe("400 invalid_request");
  });

  it("leaves the body of the request unread", async () => {
    const request = get("/", "Bearer good", { method: "POST", body: "text" });
    await gate(request, "get_settings");
    expect(request.bodyUsed).toBe(false);
  });
});

describe("fetchGate, endpoint", () => {
  it.each([
    ["GET", "/v1/projects/7", "user-1"],
    ["GET", "/v1/projects/7?x=/accounts/b", "user-1"],
    ["HEAD", "/v1/projects/7", "user-1"],
    ["GET", "/accounts/a", "user-1"],
    ["GET", "/accounts/b", "403 binding_mismatch"],
    ["GET", "/accounts/b?accountID=a", "403 binding_mismatch"],
    ["GET", "/v1/projects/7/", "403 unknown_operation"],
    ["GET", "/v1//projects/7", "403 unknown_operation"],
    ["GET", "//evil.example/v1/projects/7", "403 unknown_operation"],
    ["GET", "/V1/projects/7", "403 unknown_operation"],
    ["GET", "/v1/%70rojects/7", "403 unknown_operation"],
    ["GET", "/v1/projects/7;a=b", "403 unknown_operation"],
    ["GET", "/v1/projects/7#part", "403 unknown_operation"],
    ["DELETE", "/v1/projects/7", "403 unknown_operation"],
    ["GET", "/", "403 unknown_operation"],
    ["GET", "", "403 unknown_operation"],
  ])("%s %s: %s", async (method, path, expected) => {
    expect(await said(gate.endpoint(get(path, "Bearer good", { method })))).toBe(expected);
  });

  it("takes parameters that the path does not hold, and no others", async () => {
    const transfer = get("/transfers", "Bearer good", { method: "POST" });
    expect(await said(gate.endpoint(transfer))).toBe("400 invalid_params");
    expect(await said(gate.endpoint(transfer, { accountID: "a" }))).toBe("user-1");
    expect(await said(gate.endpoint(transfer, { accountID: "b" }))).toBe("403 binding_mismatch");
    const account = get("/accounts/b", "Bearer good");
    expect(await said(gate.endpoint(account, { accountID: "a" }))).toBe("403 binding_mismatch");
  });

  it("is no way to name an endpoint by the path of a request", async () => {
    const path = "/POST%20/transfers";
    expect(await said(gate.endpoint(get(path, "Bearer good"), { accountID: "a" }))).toBe(
      "403 unknown_operation",
    );
  });
});

describe("fetchGate, metadata", () => {
  const PATH = "/.well-known/oauth-protected-resource/v1";

  it("answers at its path alone", async () => {
    const answer = gate.metadata(get(PATH));
    expect(await answer?.json()).toEqual({
      resource: "https://api.example.com/v1",
      bearer_methods_supported: ["header"],
      resource_name: "School",
    });
    expect(gate.metadata(get("/v1"))).toBeUndefined();
    expect(gate.metadata(get(`${PATH}?x`))?.status).toBe(200);
  });

  it.each([
    ["GET", 200, true],
    ["HEAD", 200, false],
    ["OPTIONS", 204, false],
    ["POST", 405, true],
  ])("%s: %s", (method, status, hasBody) => {
    const answer = gate.metadata(get(PATH, undefined, { method }));
    expect([answer?.status, answer?.body !== null]).toEqual([status, hasBody]);
    expect(answer?.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("needs a resource", () => {
    const bare = fetchGate(createAuthorizer({ policy, verify: () => undefined }));
    expect(() => bare.metadata(get(PATH))).toThrow(
      expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }),
    );
  });
});

describe("hosts", () => {
  it("are a worker that knows nothing but Request and Response", async () => {
    const worker = {
      fetch: async (request: Request): Promise<Response> => {
        const metadata = gate.metadata(request);
        if (metadata !== undefined) return metadata;
        const token = await gate.endpoint(request);
        if (token instanceof Response) return token;
        return Response.json({ sub: token?.sub });
      },
    };
    const statusOf = async (path: string, authorization?: string) =>
      (await worker.fetch(get(path, authorization))).status;
    expect(await statusOf("/.well-known/oauth-protected-resource/v1")).toBe(200);
    expect(await statusOf("/v1/projects/7")).toBe(401);
    expect(await statusOf("/v1/projects/7", "Bearer good")).toBe(200);
    expect(await statusOf("/elsewhere", "Bearer good")).toBe(403);
  });

  it("are Hono, whose parameters go to the gate", async () => {
    const app = new Hono();
    app.get("/accounts/:accountID", async (c) => {
      const token = await gate(c.req.raw, "read_account", c.req.param());
      return token instanceof Response ? token : c.json({ sub: token.sub });
    });
    const statusOf = async (path: string) =>
      (await app.request(path, { headers: { authorization: "Bearer good" } })).status;
    expect(await statusOf("/accounts/a")).toBe(200);
    expect(await statusOf("/accounts/b")).toBe(403);
    expect(await statusOf("/accounts/a%2f..")).toBe(400);
  });
});
