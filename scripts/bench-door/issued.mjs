import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export const AUDIENCE = "https://api.example.com";
export const SCOPE = "courses:read";
export const TOOL = "list_courses";
export const PATH = "/courses";
export const MCP_PATH = "/mcp";

/**
 * What a contender knows of the issuer, and a token of it.
 *
 * @typedef {object} Issued
 * @property {string} issuer
 * @property {string} jwks
 * @property {string} token
 */

/**
 * @callback Contender
 * @param {Issued} issued
 * @returns {Promise<import("node:http").Server>}
 */

/**
 * Starts an issuer, and signs a token for the scope.
 *
 * @returns {Promise<Issued & { close: () => void }>}
 */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "bench", alg: "RS256", use: "sig" };
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const issuer = `http://127.0.0.1:${port}`;
  const token = await new SignJWT({ scope: `openid ${SCOPE}`, client_id: "bench" })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: "bench" })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject("user-1")
    .setJti("bench")
    .setIssuedAt()
    .setExpirationTime("2h")
    .sign(privateKey);
  return { issuer, jwks: `${issuer}/jwks`, token, close: () => void server.close() };
}

/** Creates the authorizer of the library. @type {(issued: Issued) => Promise<import("scope-policy").Authorizer>} */
export async function createBenchAuthorizer({ issuer, jwks }) {
  const { createAuthorizer, loadPolicy } = await import("scope-policy");
  const { jwtVerifier } = await import("scope-policy/verify");
  const policy = loadPolicy({
    name: "Bench",
    version: "1",
    scopes: { [SCOPE]: {}, openid: {} },
    tools: { [TOOL]: SCOPE },
    endpoints: { [`GET ${PATH}`]: SCOPE },
  });
  const verify = jwtVerifier({
    issuer,
    audience: AUDIENCE,
    jwks: new URL(jwks),
    algorithms: ["RS256"],
  });
  return createAuthorizer({ policy, verify, resource: AUDIENCE });
}

/**
 * Creates the check that one writes by hand with jose: signature, issuer, audience, expiry, one scope.
 *
 * @param {Issued} issued
 */
export async function createHandWrittenCheck({ issuer, jwks }) {
  const { createRemoteJWKSet, jwtVerify } = await import("jose");
  const keys = createRemoteJWKSet(new URL(jwks));
  /** @type {import("jose").JWTVerifyOptions} */
  const options = { issuer, audience: AUDIENCE, algorithms: ["RS256"] };
  return async (/** @type {string | undefined} */ header) => {
    const [, token = ""] = /^Bearer (\S+)$/.exec(header ?? "") ?? [];
    const { payload } = await jwtVerify(token, keys, options);
    const isAllowed = String(payload["scope"]).split(" ").includes(SCOPE);
    return { payload, isAllowed };
  };
}

/**
 * Creates the least that any gate can do: it looks up the text of the header in a `Map`. The contenders with it show what a framework
 * itself costs with one more handler that reads one header.
 *
 * @param {Issued} issued
 * @returns {(header: string | null | undefined) => boolean}
 */
export function createLookup({ token }) {
  const known = new Map([[`Bearer ${token}`, { sub: "user-1" }]]);
  return (header) => known.get(header ?? "") !== undefined;
}

/** Creates a verifier as users of the MCP SDK write it, since the SDK provides none. @type {(issued: Issued) => Promise<never>} */
export async function createSdkVerifier({ issuer, jwks }) {
  const { createRemoteJWKSet, jwtVerify } = await import("jose");
  const keys = createRemoteJWKSet(new URL(jwks));
  const verifier = {
    /** @param {string} token */
    verifyAccessToken: async (token) => {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: AUDIENCE,
        algorithms: ["RS256"],
      });
      const scopes = String(payload["scope"]).split(" ");
      return { token, clientId: payload["client_id"], scopes, expiresAt: payload.exp };
    },
  };
  return /** @type {never} */ (verifier);
}
