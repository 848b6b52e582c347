import { afterEach, describe, expect, it, vi } from "vitest";
import { clientV1, clientV2, isUnauthorized, type OpenClient } from "../e2e/clients.js";
import { createOauthStore } from "../oauth-store.js";
import { RESOURCE, tokenOf } from "./fixture.js";
import { type HostName, startHost } from "./hosts.js";

afterEach(() => void vi.unstubAllGlobals());

const ISSUER = "https://as.example.com";
const CALLBACK = "http://localhost/callback";

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  response_types_supported: ["code"],
  code_challenge_methods_supported: ["S256"],
};

/** Opens an authorization server that grants what a client asks for, and a client with the scope of each of its consents. */
function openConsents(resource: string) {
  const consents: string[] = [];
  const store = createOauthStore(CALLBACK, { redirect_uris: [CALLBACK] }, (url) => {
    consents.push(url.searchParams.get("scope") ?? "");
  });
  const real = fetch;
  const responses = new Map<string, () => unknown>([
    [
      new URL("/.well-known/oauth-protected-resource/mcp", RESOURCE).href,
      () => ({ resource, authorization_servers: [ISSUER], scopes_supported: ["mcp:tools"] }),
    ],
    [`${ISSUER}/.well-known/oauth-authorization-server`, () => METADATA],
    [METADATA.registration_endpoint, () => ({ client_id: "app", redirect_uris: [CALLBACK] })],
    [
      METADATA.token_endpoint,
      () => {
        const scope = consents.at(-1) ?? "";
        return { access_token: tokenOf({ scope }), token_type: "Bearer", expires_in: 600, scope };
      },
    ],
  ]);
  vi.stubGlobal("fetch", (input: string | URL, init?: RequestInit) => {
    const respond = responses.get(new URL(input).href);
    return respond === undefined ? real(input, init) : Promise.resolve(Response.json(respond()));
  });
  return { consents, store };
}

/** Runs an action as a host does: signs the user in where the SDK asks for it, and connects again where a session has ended. */
async function withSignIn<Value>(client: ReturnType<OpenClient>, act: () => Promise<Value>) {
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const isFinished = isUnauthorized(error);
      if (isFinished) await client.finishAuth(new URLSearchParams({ code: "code", iss: ISSUER }));
      else await client.connect();
    }
  }
  return act();
}

const CLIENTS = {
  "1.x": clientV1,
  "2.x": clientV2("auto"),
  "2.x with the older protocol": clientV2("legacy"),
} satisfies Record<string, OpenClient>;

const ROWS = Object.entries(CLIENTS).flatMap(([name, openClient]) =>
  (["v2", "v2-sessions", "v1", "v1-stateless"] satisfies HostName[]).map(
    (server) => [name, server, openClient] as const,
  ),
);

describe("a client that connects without credentials", () => {
  it.each(ROWS)(
    "reaches the result of its first call with one consent: SDK %s with a server %s",
    async (_name, server, openClient) => {
      const host = await startHost(server, { anonymous: true });
      const { consents, store } = openConsents(host.url);
      const client = openClient(new URL(host.url), store);
      await client.connect();
      const answered = await withSignIn(client, () => client.call("write_note"));
      expect(answered).toMatchObject({ isError: false, text: "write_note" });
      expect(consents).toEqual(["notes:read notes:write mcp:tools"]);
      expect(await client.read("notes://all")).toBe("a note");
      expect(consents).toHaveLength(1);
      await client.close();
      await host.close();
    },
  );

  it.each(ROWS)(
    "reads a resource on which a hidden tool decides with one consent: SDK %s with a server %s",
    async (_name, server, openClient) => {
      const resources = {
        "notes://all": "secret_tool",
        "notes://{accountID}/notes": "account_notes",
      } as const;
      const host = await startHost(server, { anonymous: true, resources });
      const { consents, store } = openConsents(host.url);
      const client = openClient(new URL(host.url), store);
      await client.connect();
      expect(await withSignIn(client, () => client.read("notes://all"))).toBe("a note");
      expect(consents).toEqual(["notes:read mcp:tools"]);
      await client.close();
      await host.close();
    },
  );
});
