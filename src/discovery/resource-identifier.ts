import { isSecure, type UrlParts, urlParts } from "../grammar/url.js";

/** ASCII that prints, without quotes, and a host after two slashes: else a URL parser mends in silence what clients compare byte for byte. */
const WRITTEN_OUT = /^[a-z]+:\/\/(?![/?#])[\x21\x23-\x5b\x5d-\x7e]+$/i;

/** What stands in the way of a text being a resource identifier; `undefined` for a good one (RFC 9728, section 1.2; RFC 8707, section 2). */
export function resourceFault(resource: unknown): string | undefined {
  const url = urlParts(resource);
  if (url === undefined || typeof resource !== "string") return "expected an absolute URL";
  if (!WRITTEN_OUT.test(resource)) return "expected a URL in printable ASCII, without quotes";
  if (url.username !== "" || url.password !== "") return "a URL with credentials in it";
  if (resource.includes("#")) return "an identifier has no fragment";
  return isSecure(url) ? undefined : "expected `https`, or a loopback host";
}

/** What stands in the way of a text being an issuer, which is like a resource identifier without a query (RFC 8414, section 2). */
export function issuerFault(issuer: unknown): string | undefined {
  return (
    resourceFault(issuer) ?? (String(issuer).includes("?") ? "an issuer has no query" : undefined)
  );
}

/** Returns what is wrong with a list of issuers, and at which place; `undefined` for a good one. */
export function issuerListFault(list: unknown): string | undefined {
  if (!Array.isArray(list)) return "expected a list of issuers";
  const faults = list.map(issuerFault);
  const index = faults.findIndex((fault) => fault !== undefined);
  return index < 0 ? undefined : `${faults[index]} (item ${index})`;
}

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * Where the metadata of a resource is: the well-known path goes between the host and the path of the identifier
 * (RFC 9728, section 3.1).
 */
export function metadataUrl(resource: string): string {
  const { origin, pathname, search } = urlParts(resource) as UrlParts;
  return `${origin}${WELL_KNOWN}${pathname === "/" ? "" : pathname}${search}`;
}
