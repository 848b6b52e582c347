const runtime = globalThis;
/** Parses a text; `undefined` for anything but an absolute URL. */
export function urlParts(text) {
    try {
        return typeof text === "string" ? new runtime.URL(text) : undefined;
    }
    catch {
        return undefined;
    }
}
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** Returns whether the host of a URL is the device itself, by the name `localhost` or by a loopback address. */
export function isLoopback({ hostname }) {
    return LOOPBACK.test(hostname);
}
/** Returns whether what is sent to a URL is protected on its way: `https`, or `http` to a loopback host. */
export function isSecure(url) {
    return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}
/**
 * Returns a link that a page may contain, as a browser writes it: `https`, a host, no credentials, and no character that
 * parsers read differently; `undefined` for anything else.
 */
export function webLink(link) {
    if (typeof link !== "string" || !/^https:\/\/[^\s"<>\\^`{|}]+$/i.test(link))
        return undefined;
    const url = /[^\x21-\x7e]/.test(link) ? undefined : urlParts(link);
    return url?.username === "" && url.password === "" ? url.href : undefined;
}
