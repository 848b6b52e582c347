import { withoutPrototype } from "../policy/own-members.js";
import { readBounded } from "../resource-server/bounded-body.js";
import { type JsonObject, readJsonObject } from "./json-object.js";
import { VerifierOutage } from "./verifier-outage.js";

/** The `fetch` of the runtime, or one of your own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request to a server. */
export interface JsonRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly fetch: Fetch;
  /** Timeout of the request and its response together, in milliseconds. */
  readonly timeout: number;
  /** Maximum length of the response body, in bytes. */
  readonly maxBytes: number;
  /** The accepted media types; `undefined` accepts every one. */
  readonly mediaType: RegExp | undefined;
}

/**
 * Returns the JSON object that a server responds with. Redirects are not followed: a request with credentials, or for keys, goes
 * to the URL of the options and nowhere else.
 *
 * @throws {@link VerifierOutage} for everything but a JSON object with status 200, within `maxBytes` and `timeout`
 */
export async function fetchJson(question: JsonRequest): Promise<JsonObject> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new VerifierOutage("timeout")), question.timeout);
  });
  try {
    return await Promise.race([readResponse(question, controller.signal), late]);
  } catch (error) {
    throw error instanceof VerifierOutage ? error : new VerifierOutage("network");
  } finally {
    clearTimeout(timer);
    controller.abort(); // a response that is not read to its end frees its socket
  }
}

async function readResponse(question: JsonRequest, signal: AbortSignal): Promise<JsonObject> {
  const { fetch, url, init, mediaType, maxBytes } = question;
  // "manual", since workers do not support "error"; a redirect has no status 200, so it ends below
  // without a prototype, since `fetch` also reads members that its options inherit, such as a method or a body
  const response = await fetch(
    url,
    withoutPrototype<RequestInit>({ ...init, redirect: "manual", signal }),
  );
  if (response.status !== 200) throw new VerifierOutage("status");
  if (mediaType !== undefined && !mediaType.test(response.headers.get("content-type") ?? "")) {
    throw new VerifierOutage("type");
  }
  const body = await readBounded(response.body, maxBytes);
  if (body === undefined) throw new VerifierOutage("size");
  const answer = readJsonObject(body);
  if (answer === undefined) throw new VerifierOutage("malformed");
  return answer;
}
