import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { SignJWT } from "jose";
import { createAuthorizer, definePolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import {
  createKey,
  createKeyAuthorizer,
  deleteKey,
  verifyKeysAnd,
} from "../../examples/recipes/api-keys.js";
import { hs256Verifier } from "../../examples/recipes/hs256.js";
import { GET, getMetadata, POST } from "../../examples/recipes/next-route.js";
import { handle } from "../../examples/recipes/trpc.js";
import { titled } from "../titled.js";

const site = "https://www.example.com";
const now = () => Math.floor(Date.now() / 1_000);

function requestOf(url: string, token?: string, init: RequestInit = {}): Request {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return new Request(new URL(url, site), { headers, ...init });
}

describe("the recipe of Next.js route handlers", () => {
  const transfer = (accountID: string, token?: string) =>
    POST(requestOf(`/api/accounts/${accountID}/transfers`, token, { method: "POST" }), {
      params: Promise.resolve({ accountID }),
    });

  it("runs the handler for a token with the scope", async () => {
    const response = await GET(requestOf("/api/accounts", "reader"));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ accountsOf: "user-1" });
  });

  it.each([
    ["without a token", undefined, 401, "unauthenticated"],
    ["with a token that is not valid", "stale", 401, "invalid_token"],
    ["with a token for something else", "payer", 403, "insufficient_scope"],
  ] as const)("returns the denial %s, with a challenge", async (_title, token, status, error) => {
    const response = await GET(requestOf("/api/accounts", token));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
    expect(response.headers.get("www-authenticate")).toContain(
      `resource_metadata="${site}/.well-known/oauth-protected-resource/api"`,
    );
  });

  it("decides on the account that the handler uses", async () => {
    const own = await transfer("7", "payer");
    expect([own.status, await own.json()]).toEqual([201, { from: "7", by: "user-1" }]);
    const other = await transfer("8", "payer");
    expect([other.status, await other.json()]).toMatchObject([403, { error: "binding_mismatch" }]);
  });

  it("serves the metadata that the challenge names, and nothing else", async () => {
    const found = getMetadata(requestOf("/.well-known/oauth-protected-resource/api"));
    expect(await found.json()).toMatchObject({ resource: `${site}/api` });
    expect(getMetadata(requestOf("/.well-known/oauth-protected-resource")).status).toBe(404);
  });
});

describe("the recipe of tRPC", () => {
  const input = (value: unknown) => encodeURIComponent(JSON.stringify(value));
  const mutation = (value: unknown): RequestInit => ({
    method: "POST",
    body: JSON.stringify(value),
  });
  const transfer = (accountID: unknown, token = "payer") => {
    const request = requestOf("/trpc/transfer", token, mutation({ accountID, amount: 1 }));
    request.headers.set("content-type", "application/json");
    return handle(request);
  };

  it("runs procedures whose operation the token allows", async () => {
    const accounts = await handle(requestOf("/trpc/accounts", "reader"));
    expect(await accounts.json()).toEqual({ result: { data: { accountsOf: "user-1" } } });
    const own = await transfer("7");
    expect([own.status, await own.json()]).toEqual([
      200,
      { result: { data: { from: "7", by: "user-1" } } },
    ]);
    expect((await handle(requestOf("/trpc/rates"))).status).toBe(200);
  });

  it.each(
    titled(
      [
        { call: "accounts", token: undefined, status: 401, error: "unauthenticated" },
        { call: "accounts", token: "stale", status: 401, error: "invalid_token" },
        { call: "accounts", token: "payer", status: 403, error: "insufficient_scope" },
        { call: "accounts", token: "two words", status: 400, error: "invalid_request" },
      ],
      ({ call, token, status }) => `${status} for ${call} with the token ${token}`,
    ),
  )("responds with %s, and the challenge", async (_title, { call, token, status, error }) => {
    const response = await handle(requestOf(`/trpc/${call}`, token));
    expect(response.status).toBe(status);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer .*resource_metadata="/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({
      error: { data: { httpStatus: status, denial: { error } } },
    });
  });

  it.each([
    ["another account", "8", 403, "binding_mismatch"],
    ["an account that is not safe", "../8", 400, "invalid_params"],
    ["a list of accounts", ["7"], 400, "invalid_params"],
  ])("denies %s before the schema reads it", async (_title, accountID, status, error) => {
    const response = await transfer(accountID);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { data: { denial: { error } } } });
  });

  it("denies a procedure without an operation", async () => {
    const response = await handle(requestOf("/trpc/forgotten", "reader"));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      error: { data: { denial: { error: "unknown_operation" } } },
    });
  });

  it("gives each call of a batch its own denial", async () => {
    const calls = `/trpc/accounts,rates,accounts?batch=1&input=${input({})}`;
    const response = await handle(requestOf(calls, "payer"));
    const denied = { error: { data: { denial: { scope: "accounts:read" } } } };
    expect(await response.json()).toMatchObject([denied, { result: {} }, denied]);
    expect(response.headers.get("www-authenticate")).toBeNull();
  });

  it("leaves the errors of the schema to tRPC", async () => {
    const request = requestOf("/trpc/transfer", "payer", mutation({ accountID: "7" }));
    request.headers.set("content-type", "application/json");
    const response = await handle(request);
    expect(response.status).toBe(400);
    expect(await response.json()).not.toHaveProperty("error.data.denial");
  });
});

describe("the recipe of HS256", () => {
  const secret = randomBytes(32);
  const issuer = "https://login.example.com";
  const audience = "https://api.example.com/";
  const verify = hs256Verifier({ secret, issuer, audience });
  const policy = definePolicy({
    name: "Notes",
    version: "1",
    scopes: { "notes:read": {} },
    tools: { list_notes: "notes:read" },
  });
  const authorizer = createAuthorizer({ policy, verify });

  const issue = (claims: object = {}, header: object = {}, key: Uint8Array = secret) =>
    new SignJWT({
      iss: issuer,
      aud: audience,
      sub: "user-1",
      client_id: "c",
      jti: "j",
      scope: "notes:read",
      iat: now(),
      exp: now() + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", ...header })
      .sign(key);
  const codeOf = async (token: string) =>
    (await authorizer.decide(token, "list_notes")).decision.code;

  it("accepts an access token that is signed with the secret", async () => {
    expect(await codeOf(await issue())).toBe("allowed");
  });

  it.each([
    ["another secret", {}, {}, randomBytes(32)],
    ["another issuer", { iss: "https://other.example.com" }],
    ["another audience", { aud: "https://other.example.com/" }],
    ["an ID token", {}, { typ: "JWT" }],
    ["an ID token by its claims", { at_hash: "x" }],
    ["another algorithm", {}, { alg: "HS512" }, randomBytes(64)],
    ["a token bound to a key", { cnf: { jkt: "x" } }],
    ["an expired token", { exp: now() - 1 }],
    ["a token without an expiry", { exp: undefined }],
    ["an expiry in milliseconds", { exp: Date.now() + 300_000 }],
    ["a token of the future", { iat: now() + 60, nbf: now() + 60 }],
    ["a token that was issued in the future", { iat: now() + 60 }],
    ["an old token", { iat: now() - 7_200 }],
    ["a token without a subject", { sub: undefined }],
    ["a scope that is a list", { scope: ["notes:read"] }],
  ] as const)("refuses %s", async (_title, claims, header = {}, key = secret) => {
    expect(await codeOf(await issue(claims, header, key))).toBe("invalid_token");
  });

  it.each(["", "a.b.c", "demo"])("refuses the text %j", async (text) => {
    expect(await verify(text)).toBeUndefined();
  });

  it("does not start with a short secret", () => {
    const short = { secret: new TextEncoder().encode("changeit"), issuer, audience };
    expect(() => hs256Verifier(short)).toThrow(RangeError);
  });
});

describe("the recipe of API keys", () => {
  const authorizer = createKeyAuthorizer((rawToken) =>
    rawToken === "demo" ? { sub: "user-2", scope: "notes:read" } : undefined,
  );
  const decide = async (key: string, tool: "list_notes" | "save_note" = "list_notes") => {
    const { decision, token } = await authorizer.decide(key, tool);
    return [decision.code, token?.sub];
  };
  const create = () => createKey("user-1", "notes:read", now() + 60);

  it("decides on the scopes of the key", async () => {
    const key = create();
    expect(await decide(key)).toEqual(["allowed", "user-1"]);
    expect(await decide(key, "save_note")).toEqual(["insufficient_scope", "user-1"]);
  });

  it("leaves other tokens to the other verifier", async () => {
    expect(await decide("demo")).toEqual(["allowed", "user-2"]);
    expect(await decide("stale")).toEqual(["invalid_token", undefined]);
  });

  it.each([
    ["another secret", (key: string) => key.slice(0, -43) + "A".repeat(43)],
    ["another id", (key: string) => key.replace(/_[0-9a-f]{16}_/, "_0000000000000000_")],
    ["a shorter secret", (key: string) => key.slice(0, -1)],
    ["more text", (key: string) => `${key}x`],
    ["the prefix alone", () => "notes_"],
  ])("refuses a key with %s", async (_title, change) => {
    expect(await decide(change(create()))).toEqual(["invalid_token", undefined]);
  });

  it("refuses a deleted key and an expired one", async () => {
    const deleted = create();
    deleteKey(deleted);
    expect(await decide(deleted)).toEqual(["invalid_token", undefined]);
    expect(await decide(createKey("user-1", "notes:read", now() - 1))).toEqual([
      "invalid_token",
      undefined,
    ]);
  });

  it("never passes a key to the verifier of tokens", async () => {
    const passed: string[] = [];
    const verify = verifyKeysAnd((rawToken) => void passed.push(rawToken));
    await verify("notes_x");
    expect(passed).toEqual([]);
  });

  it.each(["notes:raed", "admin", "notes:read  notes:write"])(
    "creates no key for the scope %s",
    (scope) => {
      expect(() => createKey("user-1", scope, now() + 60)).toThrow(RangeError);
    },
  );
});

describe("the pages of recipes", () => {
  const table = readFileSync("docs/recipes.md", "utf8");
  const rows = table.split("\n").filter((line) => line.includes(".ts`"));
  const files = readdirSync("examples/recipes")
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const shown = rows.flatMap((row) => {
    const [, page = ""] = /\]\(([\w-]+\.md)\)/.exec(row) ?? [];
    const names = [...row.matchAll(/`([\w-]+\.ts)`/g)].map(([, name = ""]) => name);
    return names.map((name): [string, string] => [name, page]);
  });

  it("have each program in the table of docs/recipes.md, and no other", () => {
    expect(shown.map(([file]) => file).sort()).toEqual(files);
  });

  it.each(shown)("show %s as it is in docs/%s", (file, page) => {
    const text = readFileSync(`docs/${page}`, "utf8");
    const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
    expect(blocks).toContain(readFileSync(`examples/recipes/${file}`, "utf8"));
  });
});
