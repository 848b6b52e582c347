import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuthorizationServer, start } from "../../examples/authorization-server/server.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { createFormBrowser } from "./form-browser.js";
import { createClient, register } from "./oauth-client.js";
import { REDIRECT } from "./visit.js";

const backend = { client_id: "nightly", client_secret: "a-secret-of-tests", scopes: () => [] };

/** The server without backends, and one with a backend, which supports the client credentials grant. */
const servers = new Map<string, AuthorizationServer>();
beforeAll(async () => {
  servers.set("without backends", await start(loopwise));
  servers.set("with a backend", await start(loopwise, { backends: [backend] }));
});
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

describe.each(["without backends", "with a backend"])("a server %s", (name) => {
  const issuer = () => (servers.get(name) as AuthorizationServer).issuer;

  it("advertises only the code flow", async () => {
    const url = new URL("/.well-known/openid-configuration", issuer());
    const metadata = (await (await fetch(url)).json()) as Readonly<Record<string, unknown>>;
    expect(metadata["response_types_supported"]).toEqual(["code"]);
    expect(metadata["grant_types_supported"]).toEqual([
      "authorization_code",
      "refresh_token",
      ...(name === "with a backend" ? ["client_credentials"] : []),
    ]);
  });

  it.each([
    { response_types: ["token"], grant_types: ["implicit"] },
    { response_types: ["id_token"], grant_types: ["implicit"] },
    { response_types: ["id_token token"], grant_types: ["implicit"] },
    { response_types: ["code id_token"], grant_types: ["authorization_code", "implicit"] },
    { response_types: ["none"], grant_types: [] },
    { response_types: ["code", "token"] },
    { grant_types: ["implicit"] },
    { grant_types: ["authorization_code", "implicit"] },
    { grant_types: ["password"] },
    { grant_types: ["urn:ietf:params:oauth:grant-type:device_code"] },
    { grant_types: ["client_credentials"], response_types: [] },
    { grant_types: ["authorization_code", "client_credentials"] },
  ])("rejects the registration of %j", async (metadata) => {
    const { status, body } = await register(issuer(), { redirect_uris: [REDIRECT], ...metadata });
    expect(status).toBe(400);
    expect(body["error"]).toBe("invalid_client_metadata");
  });

  it.each(["token", "id_token", "id_token token", "code id_token", "code token", "none", "Code"])(
    "rejects an authorization request with response_type=%s",
    async (response_type) => {
      const client = await createClient(issuer(), REDIRECT);
      const parameters = { scope: "openid", response_type, nonce: "nonce-1" };
      const { url, html } = await createFormBrowser(issuer()).go(client.authorize(parameters));
      const answer = new URLSearchParams(new URL(url).search || new URL(url).hash.slice(1));
      expect(answer.get("error") ?? html).toMatch(/^(unsupported_response_type|invalid_request)/);
      for (const member of ["access_token", "id_token", "code"])
        expect(answer.has(member)).toBe(false);
    },
  );

  it.each(["implicit", "password", "client_credentials"])(
    "rejects a token request of a registered client with grant_type=%s",
    async (grant_type) => {
      const { id } = await createClient(issuer(), REDIRECT);
      const form = { grant_type, client_id: id, scope: "openid", username: "ana", password: "x" };
      const response = await fetch(new URL("/token", issuer()), {
        method: "POST",
        body: new URLSearchParams(form),
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: expect.stringMatching(
          /^(unsupported_grant_type|unauthorized_client|invalid_request)$/,
        ) as string,
      });
    },
  );
});
