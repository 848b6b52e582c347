import { readOwn } from "../../decision/access-token.js";
import { isSecure, urlParts } from "../../grammar/url.js";
import { fetchJson } from "../../verify/fetch-json.js";
import { MAX_KEY_SET_BYTES } from "../../verify/key-set.js";
import { DEFAULT_TIMEOUT, isServer } from "../../verify/verifier-options.js";
import type { VerifierOutage } from "../../verify/verifier-outage.js";
import { explainingFetch } from "./explain-outage.js";

/** The URL of an issuer's key set, or why it is not known. */
export type DiscoveredKeys =
  | { readonly ok: true; readonly jwks: string }
  | { readonly ok: false; readonly fault: string };

/** Returns the URLs of an issuer's metadata (RFC 8414, section 3.1; OpenID Connect Discovery 1.0, section 4). */
function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

/**
 * Reads the URL of the key set from the metadata of an issuer. The metadata must name the same issuer. Sends no request to a server
 * without `https`, except to a loopback host.
 */
export async function discoverKeys(issuer: string): Promise<DiscoveredKeys> {
  const url = urlParts(issuer);
  if (url === undefined || !isSecure(url)) {
    return {
      ok: false,
      fault: "no key set: the issuer is neither an `https` URL nor a loopback host; give --jwks",
    };
  }
  const faults: string[] = [];
  for (const metadataUrl of metadataUrls(issuer)) {
    const found = await readMetadata(metadataUrl, issuer);
    if (found.ok) return found;
    faults.push(`${metadataUrl}: ${found.fault}`);
  }
  return { ok: false, fault: `no key set; give --jwks (${faults.join("; ")})` };
}

async function readMetadata(url: string, issuer: string): Promise<DiscoveredKeys> {
  const { fetch, explain } = explainingFetch();
  try {
    const metadata = await fetchJson({
      url,
      init: { headers: { accept: "application/json" } },
      fetch,
      timeout: DEFAULT_TIMEOUT,
      maxBytes: MAX_KEY_SET_BYTES,
      mediaType: undefined,
    });
    if (readOwn(metadata, "issuer") !== issuer) {
      return { ok: false, fault: "the metadata names another issuer" };
    }
    const jwks = readOwn(metadata, "jwks_uri");
    const fault = isServer(jwks);
    return fault === undefined
      ? { ok: true, jwks: jwks as string }
      : { ok: false, fault: `\`jwks_uri\`: ${fault}` };
  } catch (error) {
    return { ok: false, fault: await explain(error as VerifierOutage) };
  }
}
