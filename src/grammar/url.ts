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
