// Client certificates that a proxy has verified (mutual TLS). The proxy names the certificate in headers, which any client can send too:
// the proxy must replace them in every request, and this server must accept them from the proxy alone.
import { createHash, timingSafeEqual, X509Certificate } from "node:crypto";
import express from "express";
import { type AccessToken, createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes" },
  endpoints: { "GET /notes": "notes:read", "PUT /notes/:noteId": "notes:write" },
});
const authorizer = createAuthorizer({ policy });

interface ProxyOptions {
  /** The address from which the proxy connects. */
  readonly proxyAddress: string;
  /** At least 32 random characters that the proxy sends in `X-Proxy-Secret`. */
  readonly proxySecret: string;
  /** The clients by the SHA-256 fingerprint of their certificate. */
  readonly clients: ReadonlyMap<string, AccessToken>;
}

const hashOf = (text: string) => createHash("sha256").update(text).digest();

/** Returns the fingerprint of a certificate in the form that nginx sends as `$ssl_client_escaped_cert`. */
function fingerprintOf(escaped: string): string | undefined {
  try {
    return new X509Certificate(decodeURIComponent(escaped)).fingerprint256;
  } catch {
    return undefined; // not a certificate
  }
}

export function createApp({ proxyAddress, proxySecret, clients }: ProxyOptions) {
  if (proxySecret.length < 32) throw new RangeError("the secret of the proxy is too short");
  const secretHash = hashOf(proxySecret);
  const isFromProxy = (req: express.Request) =>
    // the peer of the connection, never `req.ip`: that can come from a header
    req.socket.remoteAddress === proxyAddress &&
    timingSafeEqual(hashOf(req.get("X-Proxy-Secret") ?? ""), secretHash);

  const gate = expressGate(authorizer, {
    authenticate: (req) => {
      if (!isFromProxy(req) || req.get("X-Client-Verify") !== "SUCCESS") return undefined;
      return clients.get(fingerprintOf(req.get("X-Client-Cert") ?? "") ?? "");
    },
  });
  const app = express();
  app.get("/notes", gate.endpoint(), (req, res) => {
    res.json({ client_id: gate.token(req).client_id });
  });
  app.put("/notes/:noteId", gate.endpoint(), (_req, res) => void res.sendStatus(204));
  gate.assertCovers(app);
  return app;
}
