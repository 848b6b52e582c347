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

/** Returns the `sub` of a token, or status and code of a response. */
async function summaryOf(outcome: Promise<unknown>): Promise<string> {
  const value = await outcome;
  if (!(value instanceof Response)) return String((value as { sub?: string } | undefined)?.sub);
  const text = await value.text();
  const body = (text === "" ? {} : JSON.parse(text)) as { error?: string };
  return `${value.status} ${body.error ?? text}`;
}

describe("fetchGate", () => {
  it("returns the token, or the response to return to the caller", async () => {
    expect(await summaryOf(gate(get("/"), "get_settings"))).toBe("401 unauthenticated");
    expect(await summaryOf(gate(get("/", "Bearer bad"), "get_settings"))).toBe("401 invalid_token");
    expect(await summaryOf(gate(get("/", "Bearer good"), "get_settings"))).toBe("user-1");
    expect(await summaryOf(gate(get("/"), "search"))).toBe("undefined");
  });

  it("reads the parameters from its last argument", async () => {
    const request = get("/", "Bearer good");
    expect(await summaryOf(gate(request, "read_account", { accountID: "a" }))).toBe("user-1");
    expect(await summaryOf(gate(request, "read_account", { accountID: "b" }))).toBe(
      "403 binding_mismatch",
    );
  });

  it("denies a name that the policy does not have, at the request", async () => {
    const loose = fetchGate(
      createAuthorizer({ policy: loadPolicy(policy.definition), verify: () => undefined }),
    );
    expect(await summaryOf(loose(get("/"), "constructor"))).toBe("403 unknown_operation");
  });

  it("responds with status, challenge and `no-store`, and without a body to HEAD", async () => {
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

  it("rejects two `Authorization` headers, which `Headers` joins", async () => {
    const headers = new Headers([
      ["authorization", "Bearer bad"],
      ["authorization", "Bearer good"],
    ]);
    const request = new Request(ORIGIN, { headers });
    expect(await summaryOf(gate(request, "get_settings"))).toBe("400 invalid_request");
  });

  it("does not read the body of the request", async () => {
    const request = get("/", "Bearer good", { method: "POST", body: "text" });
    await gate(request, "get_settings");
    expect(request.bodyUsed).toBe(false);
  });
});

describe("fetchGate.endpoint", () => {
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
    ["GET", "/v1/projects;a=b/7", "403 unknown_operation"],
    ["GET", "/v1/projects/;a=b", "403 unknown_operation"],
    ["GET", "/v1/projects/7;a=b", "user-1"],
    ["GET", "/v1/projects/jane%40example.com", "user-1"],
    ["GET", "/v1/projects/%6De", "403 unknown_operation"],
    ["GET", "/v1/projects/a%2540b", "403 unknown_operation"],
    // the URL standard has resolved the dot segment, and escaped the space
    ["GET", "/v1/x/%2e%2e/projects/7", "user-1"],
    ["GET", "/v1/projects/a b", "user-1"],
    ["GET", "/v1/projects/7#part", "403 unknown_operation"],
    ["DELETE", "/v1/projects/7", "403 unknown_operation"],
    ["GET", "/", "403 unknown_operation"],
    ["GET", "", "403 unknown_operation"],
  ])("decides %s %s: %s", async (method, path, expected) => {
    expect(await summaryOf(gate.endpoint(get(path, "Bearer good", { method })))).toBe(expected);
  });

  it("reads only those parameters from its argument that the path does not contain", async () => {
    const transfer = get("/transfers", "Bearer good", { method: "POST" });
    expect(await summaryOf(gate.endpoint(transfer))).toBe("400 invalid_params");
    expect(await summaryOf(gate.endpoint(transfer, { accountID: "a" }))).toBe("user-1");
    expect(await summaryOf(gate.endpoint(transfer, { accountID: "b" }))).toBe(
      "403 binding_mismatch",
    );
    const account = get("/accounts/b", "Bearer good");
    expect(await summaryOf(gate.endpoint(account, { accountID: "a" }))).toBe(
      "403 binding_mismatch",
    );
  });

  it("does not read the name of an endpoint from the path of a request", async () => {
    const path = "/POST%20/transfers";
    expect(await summaryOf(gate.endpoint(get(path, "Bearer good"), { accountID: "a" }))).toBe(
      "403 unknown_operation",
    );
  });
});

describe("fetchGate.metadata", () => {
  const PATH = "/.well-known/oauth-protected-resource/v1";

  it("returns the document at its path only", async () => {
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
  ])("responds to %s with %s", (method, status, hasBody) => {
    const answer = gate.metadata(get(PATH, undefined, { method }));
    expect([answer?.status, answer?.body !== null]).toEqual([status, hasBody]);
    expect(answer?.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("throws for an authorizer without a resource", () => {
    const bare = fetchGate(createAuthorizer({ policy, verify: () => undefined }));
    expect(() => bare.metadata(get(PATH))).toThrow(
      expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }),
    );
  });
});

describe("fetchGate", () => {
  it("works in a worker that knows only Request and Response", async () => {
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

  it("works in Hono with the parameters of its router", async () => {
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
