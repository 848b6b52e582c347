// A small authorization server for real clients: dynamic registration, PKCE, refresh tokens. Its user consents to everything.
import { createHash, randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { createIssuer } from "./issuer.mjs";
import { listen } from "./kit.mjs";

/** Starts it. `asked` has the scope of each authorization request. */
export async function startAuthorizationServer(scopes) {
  let issuer;
  const asked = [];
  const codes = new Map();
  const refreshTokens = new Map();
  const json = (res, body, status = 200) => {
    res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    res.end(JSON.stringify(body));
  };
  const metadata = (base) => ({
    issuer: base,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    registration_endpoint: `${base}/register`,
    scopes_supported: scopes,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none"],
  });
  const issue = (grant) => {
    const refresh = randomUUID();
    refreshTokens.set(refresh, grant);
    const { client_id, scope, resource } = grant;
    const claims = { sub: "ann", jti: randomUUID(), aud: resource, client_id, scope };
    return {
      access_token: issuer.sign(claims, { typ: "at+jwt" }),
      token_type: "Bearer",
      expires_in: 600,
      refresh_token: refresh,
      scope,
    };
  };
  const GRANTS = {
    authorization_code: (form) => {
      const grant = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      const digest = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      return grant?.challenge === digest ? grant : undefined;
    },
    refresh_token: (form) => refreshTokens.get(form.get("refresh_token")),
  };
  const base = await listen(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url, base);
    if (pathname.startsWith("/.well-known/")) return json(res, metadata(base));
    if (pathname === "/register") {
      const client = { ...JSON.parse(await text(req)), client_id: randomUUID() };
      return json(res, { ...client, client_id_issued_at: 1 }, 201);
    }
    if (pathname === "/authorize") {
      const { scope = "", redirect_uri, state, ...rest } = Object.fromEntries(searchParams);
      asked.push(scope);
      const code = randomUUID();
      const { client_id, resource, code_challenge: challenge } = rest;
      codes.set(code, { client_id, resource, challenge, scope });
      const target = new URL(redirect_uri);
      target.search = new URLSearchParams({ code, ...(state && { state }), iss: base }).toString();
      return res.writeHead(302, { location: target.href }).end();
    }
    const form = new URLSearchParams(await text(req));
    const grant = GRANTS[form.get("grant_type")]?.(form);
    return grant === undefined
      ? json(res, { error: "invalid_grant" }, 400)
      : json(res, issue(grant));
  });
  issuer = createIssuer(base);
  return { issuer: base, jwks: issuer.jwks, asked };
}
