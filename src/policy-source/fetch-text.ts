import { withoutPrototype } from "../policy/own-members.js";
import { readBounded } from "../resource-server/bounded-body.js";
import type { Fetch } from "../verify/fetch-json.js";
import { decodeText, readFault, type SourceRead } from "./source-result.js";

/** A request for a policy. */
export interface PolicyRequest {
  readonly url: string;
  readonly fetch: Fetch;
  /** Timeout of the request and its response together, in milliseconds. */
  readonly timeout: number;
  readonly maxBytes: number;
}

/**
 * Fetches a policy from a server, without following a redirect. Never rejects.
 *
 * @param etag - the `ETag` of the last response; the server responds with 304 if it still has that one (RFC 9110, section 13.1.2)
 */
export async function fetchPolicyText(
  request: PolicyRequest,
  etag: string | undefined,
): Promise<SourceRead> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<SourceRead>((resolve) => {
    const message = `no complete response within ${request.timeout} ms`;
    timer = setTimeout(() => resolve(readFault("unreadable", message)), request.timeout);
  });
  try {
    return await Promise.race([readResponse(request, etag, controller.signal), late]);
  } finally {
    clearTimeout(timer);
    controller.abort(); // a response that is not read to its end frees its socket
  }
}

async function readResponse(
  { url, fetch, maxBytes }: PolicyRequest,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<SourceRead> {
  try {
    const headers = { accept: "application/json", ...(etag && { "if-none-match": etag }) };
    // without a prototype, since `fetch` also reads members that its options inherit
    const init = withoutPrototype<RequestInit>({ headers, redirect: "manual", signal });
    const response = await fetch(url, init);
    if (response.status === 304 && etag !== undefined) return { kind: "unchanged" };
    if (response.status !== 200) {
      return readFault("unreadable", `the server responded with status ${response.status}`);
    }
    const body = await readBounded(response.body, maxBytes);
    if (body === undefined) return readFault("too_large", `more than ${maxBytes} bytes`);
    return decodeText(body, response.headers.get("etag") ?? undefined);
  } catch {
    return readFault("unreadable", "the server cannot be reached, or its response ended early");
  }
}
