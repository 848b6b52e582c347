import { isLoopback, isSecure, urlParts, webLink } from "../grammar/url.js";
import type { ConsentClient } from "../policy/client.js";
import { cleanClientText } from "./clean-text.js";
import type { ConsentClientView } from "./model.js";

/** Returns a link that is safe to show on a page, or `null`. */
export function safeLink(link: unknown): string | null {
  return webLink(link) ?? null;
}

/**
 * Returns a link of the host's own pages that is safe to show, or `null`. In addition to {@link safeLink} it may be `http` to this device,
 * for a server in development.
 */
export function hostLink(link: unknown): string | null {
  const url = urlParts(link);
  if (url?.protocol !== "http:" || !isSecure(url)) return safeLink(link);
  return safeLink(String(link).replace(/^http:/i, "https:")) === null ? null : url.href;
}

/**
 * Hosts that browsers resolve to the same device, in addition to the loopback addresses: `localhost` (RFC 6761, section 6.3) and the
 * unspecified addresses.
 */
const THIS_DEVICE =
  /(^|\.)localhost\.?$|^0\.0\.0\.0$|^\[::(ffff:(0:0|7f[0-9a-f]{2}:[0-9a-f]{1,4}))?\]$/;

/** Returns where the response goes, in a form to show to the user. */
export function redirectView(
  uri: unknown,
): Pick<ConsentClientView, "redirectHost" | "redirectIsLocal"> {
  const url = urlParts(uri);
  if (url === undefined) return { redirectHost: null, redirectIsLocal: false };
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    // an app on this device receives it through a private-use scheme (RFC 8252, section 7.1)
    return { redirectHost: url.protocol, redirectIsLocal: true };
  }
  return {
    redirectHost: url.host,
    redirectIsLocal: isLoopback(url) || THIS_DEVICE.test(url.hostname),
  };
}

/** Returns the client's details, cleaned. The name is always the client's own claim. A domain is shown only if the host has verified it. */
export function clientView(client: ConsentClient): ConsentClientView {
  const domain = cleanClientText(client.verifiedDomain) ?? null;
  return {
    id: cleanClientText(client.client_id, 200) ?? "",
    name: cleanClientText(client.client_name) ?? cleanClientText(client.client_id) ?? "",
    verified: domain !== null,
    domain,
    ...redirectView(client.redirect_uri),
    uri: safeLink(client.client_uri),
    logoUri: safeLink(client.logo_uri),
    policyUri: safeLink(client.policy_uri),
    tosUri: safeLink(client.tos_uri),
  };
}
