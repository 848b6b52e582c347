import { isSecure, urlParts } from "../grammar/url.js";
/**
 * Printable ASCII without quotes, and a host after two slashes. Any other text would be corrected silently by a URL parser, while
 * clients compare identifiers byte for byte.
 */
const PRINTABLE_URL = /^[a-z]+:\/\/(?![/?#])[\x21\x23-\x5b\x5d-\x7e]+$/i;
/** Returns why a value is not a resource identifier; `undefined` if it is one (RFC 9728, section 1.2; RFC 8707, section 2). */
export function resourceFault(resource) {
    const url = urlParts(resource);
    if (url === undefined || typeof resource !== "string")
        return "expected an absolute URL";
    if (!PRINTABLE_URL.test(resource))
        return "expected a URL in printable ASCII, without quotes";
    if (url.username !== "" || url.password !== "")
        return "expected a URL without credentials";
    if (resource.includes("#"))
        return "expected a URL without a fragment";
    return isSecure(url) ? undefined : "expected `https`, or a loopback host";
}
/** Returns why a value is not an issuer: a resource identifier without a query (RFC 8414, section 2); `undefined` if it is one. */
export function issuerFault(issuer) {
    return (resourceFault(issuer) ??
        (String(issuer).includes("?") ? "expected a URL without a query" : undefined));
}
/** Returns why a value is not a list of issuers, with the index of the invalid item; `undefined` if it is one. */
export function issuerListFault(list) {
    if (!Array.isArray(list))
        return "expected a list of issuers";
    const faults = list.map(issuerFault);
    const index = faults.findIndex((fault) => fault !== undefined);
    return index < 0 ? undefined : `${faults[index]} (item ${index})`;
}
const WELL_KNOWN = "/.well-known/oauth-protected-resource";
/**
 * Returns the URL of the metadata of a resource: the well-known path is inserted between the host and the path of the identifier
 * (RFC 9728, section 3.1).
 */
export function metadataUrl(resource) {
    const { origin, pathname, search } = urlParts(resource);
    return `${origin}${WELL_KNOWN}${pathname === "/" ? "" : pathname}${search}`;
}
