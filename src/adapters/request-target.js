/** Returns the path of a request target (RFC 9112, section 3.2) unchanged: not decoded and not resolved. */
export function pathOf(target) {
    const query = target.indexOf("?");
    return query < 0 ? target : target.slice(0, query);
}
/** Returns what follows the host in an absolute URL, unchanged. A fragment stays, so that no path is cut short unnoticed. */
export function targetOfUrl(url) {
    return url.replace(/^[^:/?#]+:\/\/[^/?#]*/, "");
}
