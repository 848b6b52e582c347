import { isSecure, type UrlParts, urlParts } from "../../grammar/url.js";
import { oneLine } from "../../verify/shown-value.js";
import { UsageError } from "../terminal/io.js";
import { shownSource } from "./shown-source.js";

/** The bounds of reading from a server. */
export interface ServerLimits {
  /** Maximum number of bytes of all response bodies together. */
  readonly bytes: number;
  /** Timeout of all requests together, in milliseconds. */
  readonly milliseconds: number;
}

/** A `fetch` for one server that keeps the first error which no other request can repair. */
export interface ServerFetch {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Returns the message of the first final error; `undefined` without one. */
  readonly fault: () => string | undefined;
  /** Returns the status of the last response that was not successful; `undefined` without one. */
  readonly status: () => number | undefined;
}

/** A credential as an HTTP header can carry it (RFC 6750, section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * Returns the URL of a server, to which a token is sent only over `https` or to a loopback host.
 *
 * @throws {@link UsageError} for a text that is not such a URL, and for a token that a header cannot carry
 */
export function serverUrl(text: string, token: string | undefined): UrlParts {
  const url = urlParts(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`\`${shownSource(text)}\` is not an http or https URL`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(`the URL of ${url.host} contains credentials; give --token`);
  }
  if (token === undefined) return url;
  if (!TOKEN.test(token)) {
    throw new UsageError("invalid --token: expected the characters of a bearer token (RFC 6750)");
  }
  if (isSecure(url)) return url;
  throw new UsageError(`${shown(url)}: a token is sent only over https or to a loopback host`);
}

/** Returns a URL for a message: without its query, which can contain keys. */
export function shown({ origin, pathname }: Pick<UrlParts, "origin" | "pathname">): string {
  return `${origin}${pathname}`;
}

/**
 * Creates the `fetch` for a server. It follows no redirect and sends nothing to another origin, so a token stays with the server.
 *
 * @param refusal returns the message for a status that ends the reading, such as 401; `undefined` for every other one
 */
export function createServerFetch(
  url: UrlParts,
  limits: ServerLimits,
  signal: AbortSignal,
  refusal: (response: Response) => string | undefined,
): ServerFetch {
  const seen: { fault?: string; status?: number } = {};
  let left = limits.bytes;
  const fail = (message: string): Error => {
    seen.fault ??= message;
    return new Error(seen.fault);
  };
  const bounded = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        left -= chunk.byteLength;
        if (left < 0) controller.error(fail(`the answers exceed ${limits.bytes} bytes`));
        else controller.enqueue(chunk);
      },
    });
  return {
    fault: () => seen.fault,
    status: () => seen.status,
    fetch: async (target, init) => {
      if (seen.fault !== undefined) throw fail(seen.fault);
      if (new URL(target).origin !== url.origin) throw fail("a request to another origin");
      const response = await respond(target, init);
      const { status, statusText, headers } = response;
      if (!response.ok) seen.status = status;
      const message = redirectOf(response, url) ?? refusal(response);
      if (message !== undefined) throw fail(message);
      return new Response(response.body?.pipeThrough(bounded()) ?? null, {
        status,
        statusText,
        headers,
      });
    },
  };

  async function respond(target: string | URL, init: RequestInit = {}): Promise<Response> {
    const signals = init.signal ? [signal, init.signal] : [signal];
    try {
      return await fetch(target, {
        ...init,
        redirect: "manual",
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw signal.aborted
        ? fail(`no complete answer within ${limits.milliseconds / 1_000} s`)
        : fail(networkFault(error));
    }
  }
}

/** Returns what is wrong with a redirect; `undefined` for any other response. */
function redirectOf({ status, headers }: Response, { href }: UrlParts): string | undefined {
  if (status < 300 || status > 399) return undefined;
  const location = headers.get("location");
  const isUrl = location !== null && URL.canParse(location, href);
  const where = isUrl ? ` to ${shown(new URL(location, href))}` : "";
  return `redirects${where} (status ${status}), and redirects are not followed; give the URL of the server itself`;
}

/** Causes of a failed request, by a pattern of the code of the error. */
const CAUSES: readonly (readonly [code: RegExp, message: (code: string) => string])[] = [
  [/^ECONNREFUSED$/, () => "nothing listens there (ECONNREFUSED)"],
  [/^(ENOTFOUND|EAI_AGAIN)$/, (code) => `unknown host (${code})`],
  [
    /CERT|SIGNATURE|ISSUER/,
    (code) =>
      `the certificate cannot be verified (${code}); NODE_EXTRA_CA_CERTS names additional authorities`,
  ],
  [/SSL|TLS|^EPROTO$/, (code) => `no TLS connection (${code}); is the server http, not https?`],
];

/** Returns why a request failed, by the cause of the error of `fetch`. */
function networkFault(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const { code, message } = Object(cause ?? error) as Readonly<Record<"code" | "message", unknown>>;
  const known = oneLine(String(code ?? message));
  const row = CAUSES.find(([pattern]) => pattern.test(known));
  return row === undefined ? `cannot be reached (${known})` : row[1](known);
}
