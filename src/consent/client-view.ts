import { isLoopback, urlParts, webLink } from "../grammar/url.js";
import { cleanName } from "./clean-text.js";
import type { ConsentClient, ConsentClientView } from "./model.js";

/** A link that a page may hold, or `null`. */
export function safeLink(link: unknown): string | null {
  return webLink(link) ?? null;
}

/** Where the answer goes, as a person may read it. */
export function redirectView(
  uri: unknown,
): Pick<ConsentClientView, "redirectHost" | "redirectIsLocal"> {
  const url = urlParts(uri);
  if (url === undefined) return { redirectHost: null, redirectIsLocal: false };
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    // an app on this device takes it by its own scheme (RFC 8252, section 7.1)
    return { redirectHost: url.protocol, redirectIsLocal: true };
  }
  return { redirectHost: url.host, redirectIsLocal: isLoopback(url) };
}

/** The client, cleaned. A name is the client's own word whatever it says; a domain is shown only where the host has proven it. */
export function clientView(client: ConsentClient): ConsentClientView {
  const domain = cleanName(client.verified_domain) ?? null;
  return {
    id: cleanName(client.client_id, 200) ?? "",
    name: cleanName(client.client_name) ?? cleanName(client.client_id) ?? "",
    verified: domain !== null,
    domain,
    ...redirectView(client.redirect_uri),
    uri: safeLink(client.client_uri),
    logoUri: safeLink(client.logo_uri),
    policyUri: safeLink(client.policy_uri),
    tosUri: safeLink(client.tos_uri),
  };
}
