// A client of the authorization server under test: it registers, sends authorization requests, and exchanges codes. No server listens at
// its redirect URI: the browser of the test stops there and passes the address to the client.
import { createHash, randomBytes } from "node:crypto";

export interface TokenAnswer {
  readonly status: number;
  readonly error?: string;
  readonly scope?: string;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
}

export interface OauthClient {
  readonly id: string;
  /** Returns the URL of an authorization request. */
  authorize(parameters: Readonly<Record<string, string>>): string;
  /** Exchanges the code of a redirect. */
  exchange(redirect: string): Promise<TokenAnswer>;
  refresh(token: string, scope?: string): Promise<TokenAnswer>;
  revoke(token: string): Promise<number>;
}

/** Sends a registration request and returns the response, whatever its status. */
export async function register(issuer: string, metadata: object) {
  const response = await fetch(new URL("/reg", issuer), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(metadata),
  });
  const body = (await response.json()) as Readonly<Record<string, unknown>>;
  return { status: response.status, body };
}

/** Registers a public client. */
export async function createClient(
  issuer: string,
  redirectUri: string,
  metadata: object = {},
): Promise<OauthClient> {
  const { body } = await register(issuer, {
    client_name: "Course Helper",
    application_type: redirectUri.startsWith("https:") ? "web" : "native",
    redirect_uris: [redirectUri],
    ...metadata,
  });
  const id = String(body["client_id"]);
  const verifier = randomBytes(32).toString("base64url");
  const ask = async (form: Record<string, string>): Promise<TokenAnswer> => {
    const response = await fetch(new URL("/token", issuer), {
      method: "POST",
      body: new URLSearchParams({ client_id: id, ...form }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return {
    id,
    authorize: (parameters) => {
      const query = new URLSearchParams({
        response_type: "code",
        client_id: id,
        redirect_uri: redirectUri,
        state: "state-1",
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        ...parameters,
      });
      return new URL(`/auth?${query.toString()}`, issuer).href;
    },
    exchange: (redirect) =>
      ask({
        grant_type: "authorization_code",
        code: new URL(redirect).searchParams.get("code") ?? "",
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    refresh: (token, scope) =>
      ask({
        grant_type: "refresh_token",
        refresh_token: token,
        ...(scope !== undefined && { scope }),
      }),
    revoke: async (token) => {
      const form = new URLSearchParams({ client_id: id, token });
      return (await fetch(new URL("/token/revocation", issuer), { method: "POST", body: form }))
        .status;
    },
  };
}
