import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp as createJwtApp } from "../../examples/recipes/fastify-jwt.js";
import { createApp as createProxiedApp } from "../../examples/recipes/mtls-proxy.js";
import { app as sessionApp } from "../../examples/recipes/sessions.js";
import { listen } from "../contract/listen.js";
import type { Running } from "../contract/subject.js";
import { titled } from "../titled.js";

/** Starts a server before the tests of a group, stops it after them, and returns the function that sends a request to it. */
function running(start: () => Promise<Running>) {
  let server: Running;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());
  return (call: string, headers: Record<string, string> = {}, body?: object) => {
    const [method = "", path = ""] = call.split(" ");
    return fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
}

const now = () => Math.floor(Date.now() / 1_000);

describe("the recipe of cookie sessions", () => {
  const ask = running(() => listen(createServer(sessionApp)));
  const origin = "https://notes.example.com";
  const signIn = async (cookie = "") => {
    const response = await ask("POST /login", { origin, cookie }, { sub: "user-1" });
    expect(response.status).toBe(204);
    return response.headers.get("set-cookie") ?? "";
  };
  const cookieOf = (header: string) => header.split(";")[0] ?? "";

  it("decides on the claims of the session", async () => {
    const cookie = cookieOf(await signIn());
    const read = await ask("GET /notes", { cookie });
    expect([read.status, await read.json()]).toEqual([200, { sub: "user-1" }]);
    expect((await ask("PUT /notes/7", { cookie, origin })).status).toBe(204);
  });

  it("responds with 401 to a request without a session, and to one with an invented session", async () => {
    for (const cookie of ["", "notes.sid=s%3Ainvented.signature"]) {
      const response = await ask("GET /notes", { cookie });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: "unauthenticated" });
    }
  });

  it("lets an Authorization header decide alone", async () => {
    const cookie = cookieOf(await signIn());
    const token = await ask("GET /notes", { cookie, authorization: "Bearer demo" });
    expect(await token.json()).toEqual({ sub: "user-2" });
    const stale = await ask("GET /notes", { cookie, authorization: "Bearer stale" });
    expect([stale.status, await stale.json()]).toMatchObject([401, { error: "invalid_token" }]);
    const narrow = await ask("PUT /notes/7", { authorization: "Bearer demo" });
    expect([narrow.status, await narrow.json()]).toMatchObject([
      403,
      { error: "insufficient_scope" },
    ]);
  });

  it("serves the document that the challenge names", async () => {
    const challenge = (await ask("GET /notes")).headers.get("www-authenticate") ?? "";
    const [, url = ""] = /resource_metadata="([^"]*)"/.exec(challenge) ?? [];
    const found = await ask(`GET ${new URL(url).pathname}`);
    expect(await found.json()).toMatchObject({ resource: `${origin}/` });
  });

  it.each([
    ["another site", { origin: "https://evil.example.com" }],
    ["a page without an origin", { origin: "null" }],
    ["an unknown page", {}],
    ["another site with a user name in the URL", { authorization: "Basic eDp5" }],
    ["another site with a token", { authorization: "Bearer demo" }],
  ])("refuses a call with the cookie that comes from %s", async (_title, headers) => {
    const cookie = cookieOf(await signIn());
    const response = await ask("PUT /notes/7", { cookie, ...headers });
    expect([response.status, await response.json()]).toEqual([403, { error: "cross_site" }]);
    const login = await ask("POST /login", { cookie, ...headers }, { sub: "attacker" });
    expect(login.status).toBe(403);
  });

  it("hides the cookie from scripts and other sites, and changes its id at sign-in", async () => {
    const first = await signIn();
    expect(first).toMatch(/; HttpOnly/);
    expect(first).toMatch(/; SameSite=Lax/);
    const second = await signIn(cookieOf(first));
    expect(cookieOf(second)).not.toBe(cookieOf(first));
    expect((await ask("GET /notes", { cookie: cookieOf(first) })).status).toBe(401);
  });
});

describe("the recipe of @fastify/jwt", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ask = running(async () => {
    const app = await createJwtApp(publicKey.export({ type: "spki", format: "pem" }).toString());
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  });
  const issue = (claims: object = {}, header: object = {}, key = privateKey) =>
    new SignJWT({
      iss: "https://login.example.com",
      aud: "https://api.example.com/",
      sub: "user-1",
      scope: "notes:read",
      exp: now() + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", ...header })
      .sign(key);
  const withToken = (token: string) => ({ authorization: `Bearer ${token}` });

  it("decides on the claims that the plugin verified", async () => {
    const headers = withToken(await issue());
    const read = await ask("GET /notes", headers);
    expect([read.status, await read.json()]).toEqual([200, { sub: "user-1" }]);
    const write = await ask("PUT /notes/7", headers);
    expect([write.status, await write.json()]).toMatchObject([
      403,
      { error: "insufficient_scope", scope: "notes:write" },
    ]);
  });

  it.each([
    ["another key", {}, {}, other.privateKey],
    ["another issuer", { iss: "https://other.example.com" }],
    ["another audience", { aud: "https://other.example.com/" }],
    ["no issuer", { iss: undefined }],
    ["no audience", { aud: undefined }],
    ["another type", {}, { typ: "JWT" }],
    ["an expiry in the past", { exp: now() - 1 }],
    ["no expiry", { exp: undefined }],
    ["a start in the future", { nbf: now() + 60 }],
    ["no subject", { sub: undefined }],
  ] as const)(
    "responds with 401 to a token with %s",
    async (_title, claims, header = {}, key = privateKey) => {
      const response = await ask("GET /notes", withToken(await issue(claims, header, key)));
      expect([response.status, await response.json()]).toMatchObject([
        401,
        { error: "unauthenticated" },
      ]);
    },
  );

  it.each([{}, withToken("a.b.c"), withToken("two words"), { authorization: "Basic eDp5" }])(
    "responds with 401 to the headers %j",
    async (headers: Record<string, string>) => {
      expect((await ask("GET /notes", headers)).status).toBe(401);
    },
  );

  it.each([{ scope: ["notes:read"] }, { exp: (now() + 300) * 1_000 }])(
    "refuses what the plugin accepts and an access token cannot have: %j",
    async (claims) => {
      expect((await ask("GET /notes", withToken(await issue(claims)))).status).toBe(401);
    },
  );
});

describe("the recipe of client certificates behind a proxy", () => {
  // two certificates that their clients signed themselves; the test has no use for the keys
  const CERTIFICATES = {
    known: `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUT1YxMhlXQmgMU0q4jfNhNbKZox4wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIY2xpZW50LWEwHhcNMjYxMTI3MDAxNzQ5WhcNMzYxMTI0MDAx
NzQ5WjATMREwDwYDVQQDDAhjbGllbnQtYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABGgjSsI332FD+7W0cusRdrMpw2Si0ZS8RI7IbM4H2FSNFTBRtTjcbXZgca91
4vj4QE/4+Gh9cJ+CBAm7qGvEh9+jUzBRMB0GA1UdDgQWBBSnncipxQYBcgvRD0YN
bPHr7U+48zAfBgNVHSMEGDAWgBSnncipxQYBcgvRD0YNbPHr7U+48zAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIH9U+wahGC8Sfwzw+enRaQUsvPF3
y7g0aj7qV9QEH9iAAiA0feFAfHKlRODQBbG0ZtAE8L0Jf5X27akEN8yo8M+Vzg==
-----END CERTIFICATE-----
`,
    unknown: `-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUdOkEEjivJy7C2AB3gtwqDsuGbjwwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIY2xpZW50LWIwHhcNMjYxMTI3MDAxNzQ5WhcNMzYxMTI0MDAx
NzQ5WjATMREwDwYDVQQDDAhjbGllbnQtYjBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABNN6YOZA+dv7ppgopSo4ys5JptD/gbJ+UYaOEu+k4YrtOUzYt/x6OJG2CYIs
rnsLHKkikMF1XnnHo5QyetzKKGSjUzBRMB0GA1UdDgQWBBR8jeRBfpJ76dRJS6OC
KKHmwjEFeTAfBgNVHSMEGDAWgBR8jeRBfpJ76dRJS6OCKKHmwjEFeTAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDQaWQsnjUKT89QH8Tx/GKHOaCd
b1y/J1Q1Z63p8wgzGAIgQmPk2/8cvGi8t3yb/3H4J50IBVIb/NVGUuIAzyedHOQ=
-----END CERTIFICATE-----
`,
  };
  const proxySecret = "3e1f0a52d07c4e0c9b6f7f6a8d5b4c21";
  const client = { client_id: "reports", scope: "notes:read" };
  const clients = new Map([[new X509Certificate(CERTIFICATES.known).fingerprint256, client]]);
  const start = (proxyAddress: string) => () =>
    listen(createServer(createProxiedApp({ proxyAddress, proxySecret, clients })));
  const ask = running(start("127.0.0.1"));
  const askFromElsewhere = running(start("192.0.2.1"));

  const HEADERS = {
    "x-proxy-secret": proxySecret,
    "x-client-verify": "SUCCESS",
    "x-client-cert": encodeURIComponent(CERTIFICATES.known),
  };

  it("decides on the client of the certificate", async () => {
    const read = await ask("GET /notes", HEADERS);
    expect([read.status, await read.json()]).toEqual([200, { client_id: "reports" }]);
    expect((await ask("PUT /notes/7", HEADERS)).status).toBe(403);
  });

  const refused: readonly { readonly title: string; readonly headers: Record<string, string> }[] = [
    { title: "no secret of the proxy", headers: { "x-proxy-secret": "" } },
    { title: "another secret", headers: { "x-proxy-secret": proxySecret.replace("3", "4") } },
    { title: "the secret twice", headers: { "x-proxy-secret": `${proxySecret}, ${proxySecret}` } },
    { title: "a failed verification", headers: { "x-client-verify": "FAILED:expired" } },
    { title: "no verification", headers: { "x-client-verify": "NONE" } },
    { title: "two results", headers: { "x-client-verify": "SUCCESS, SUCCESS" } },
    { title: "no certificate", headers: { "x-client-cert": "" } },
    { title: "text that is not a certificate", headers: { "x-client-cert": "%7B%" } },
    {
      title: "an unknown certificate",
      headers: { "x-client-cert": encodeURIComponent(CERTIFICATES.unknown) },
    },
    {
      title: "a forwarded address",
      headers: { "x-proxy-secret": "", "x-forwarded-for": "127.0.0.1" },
    },
  ];
  it.each(titled(refused))("responds with 401 to %s", async (_title, { headers }) => {
    const response = await ask("GET /notes", { ...HEADERS, ...headers });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { error: "unauthenticated" },
    ]);
  });

  it("responds with 401 to the headers of the proxy from another address", async () => {
    for (const headers of [HEADERS, { ...HEADERS, "x-forwarded-for": "192.0.2.1" }]) {
      expect((await askFromElsewhere("GET /notes", headers)).status).toBe(401);
    }
  });

  it("does not start with a short secret", () => {
    const options = { proxyAddress: "127.0.0.1", proxySecret: "secret", clients };
    expect(() => createProxiedApp(options)).toThrow(RangeError);
  });
});
