/** The members of a URL that the core reads (WHATWG URL), by shape: the core uses no DOM types. */
export interface UrlParts {
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly origin: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  readonly username: string;
  readonly password: string;
  readonly href: string;
}

const runtime = globalThis as unknown as { readonly URL: new (text: string) => UrlParts };

/** Parses a text; `undefined` for anything but an absolute URL. */
export function urlParts(text: unknown): UrlParts | undefined {
  try {
    return typeof text === "string" ? new runtime.URL(text) : undefined;
  } catch {
    return undefined;
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Returns whether the host of a URL is the device itself, by the name `localhost` or by a loopback address. */
export function isLoopback({ hostname }: Pick<UrlParts, "hostname">): boolean {
  return LOOPBACK.test(hostname);
}

/** Returns whether what is sent to a URL is protected on its way: `https`, or `http` to a loopback host. */
export function isSecure(url: Pick<UrlParts, "protocol" | "hostname">): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}

/**
 * Returns a link that a page may contain, as a browser writes it: `https`, a host, no credentials, and no character that
 * parsers read differently; `undefined` for anything else.
 */
export function webLink(link: unknown): string | undefined {
  if (typeof link !== "string" || !/^https:\/\/[^\s"<>\\^`{|}]+$/i.test(link)) return undefined;
  const url = /[^\x21-\x7e]/.test(link) ? undefined : urlParts(link);
  return url?.username === "" && url.password === "" ? url.href : undefined;
}
