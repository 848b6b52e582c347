import { isLoopback, urlParts, webLink } from "../grammar/url.js";
import type { ConsentClient } from "../policy/client.js";
import { cleanName } from "./clean-text.js";
import type { ConsentClientView } from "./model.js";

/** A link that a page may hold, or `null`. */
export function safeLink(link: unknown): string | null {
  return webLink(link) ?? null;
}

/** Hosts that mean this very device to a browser besides the loopback addresses: RFC 6761, section 6.3, and the unspecified addresses. */
const THIS_DEVICE =
  /(^|\.)localhost\.?$|^0\.0\.0\.0$|^\[::(ffff:(0:0|7f[0-9a-f]{2}:[0-9a-f]{1,4}))?\]$/;

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
  return {
    redirectHost: url.host,
    redirectIsLocal: isLoopback(url) || THIS_DEVICE.test(url.hostname),
  };
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
