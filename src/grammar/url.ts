/** The members of a URL that are read (WHATWG URL): the core knows no DOM. */
export interface UrlParts {
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly origin: string;
  readonly pathname: string;
  readonly search: string;
  readonly username: string;
  readonly password: string;
  readonly href: string;
}

const runtime = globalThis as unknown as { readonly URL: new (text: string) => UrlParts };

/** A URL's parts; `undefined` for anything that is no absolute URL. */
export function urlParts(text: unknown): UrlParts | undefined {
  try {
    return typeof text === "string" ? new runtime.URL(text) : undefined;
  } catch {
    return undefined;
  }
}

/** A host on this very device. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether the host of a URL is this very device. */
export function isLoopback({ hostname }: UrlParts): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * A link that a page may hold, as a browser writes it: `https`, a host, no credentials, and no character that parsers read
 * differently; `undefined` for anything else.
 */
export function webLink(link: unknown): string | undefined {
  if (typeof link !== "string" || !/^https:\/\/[^\s"<>\\^`{|}]+$/i.test(link)) return undefined;
  const url = /[^\x21-\x7e]/.test(link) ? undefined : urlParts(link);
  return url?.username === "" && url.password === "" ? url.href : undefined;
}
