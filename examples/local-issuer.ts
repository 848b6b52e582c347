// Replaces an authorization server in the examples: it generates keys at startup, serves the key set over HTTP on loopback, and
// issues tokens without authentication or consent. It is not an authorization server.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export interface LocalIssuer {
  readonly issuer: string;
  readonly jwks: URL;
  /** Returns a signed access token (RFC 9068) that is valid for five minutes. The given claims replace the default ones. */
  issue(claims: JWTPayload & { readonly scope: string }): Promise<string>;
  close(): Promise<void>;
}

/** Starts an issuer on a free port of the loopback interface. */
export async function startLocalIssuer(audience: string): Promise<LocalIssuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = {
    keys: [{ ...(await exportJWK(publicKey)), kid: "local", alg: "RS256", use: "sig" }],
  };
  const server = createServer((request, response) => {
    const isKeys = request.method === "GET" && request.url === "/jwks";
    response.writeHead(isKeys ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isKeys ? keys : { error: "not_found" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwks: new URL("/jwks", issuer),
    issue: (claims) =>
      new SignJWT({ sub: "user-1", client_id: "client-1", jti: crypto.randomUUID(), ...claims })
        .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: "local" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(privateKey),
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
