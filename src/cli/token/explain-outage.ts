import type { Fetch } from "../../verify/fetch-json.js";
import { readJsonObject } from "../../verify/json-object.js";
import { oneLine, quoted } from "../../verify/shown-value.js";
import { runtimeFetch } from "../../verify/verifier-options.js";
import type { OutageReason, VerifierOutage } from "../../verify/verifier-outage.js";

/** A `fetch` that keeps what its last request met, for the message of an outage. */
export interface ExplainingFetch {
  readonly fetch: Fetch;
  /** Returns the message of an outage with its cause, which the message of the library does not contain. */
  readonly explain: (outage: VerifierOutage) => Promise<string>;
}

interface Seen {
  readonly response?: Response;
  /** The body of the response; `undefined` if it cannot be read. */
  readonly body?: Promise<Uint8Array | undefined>;
  readonly error?: unknown;
}

/** Creates a `fetch` for the command line, whose user sees the answers of servers that no client of an API may see. */
export function explainingFetch(): ExplainingFetch {
  let seen: Seen = {};
  return {
    fetch: async (url, init) => {
      seen = {};
      try {
        const response = await runtimeFetch(url, init);
        // read at once: the request is aborted as soon as the library has read its own copy, at its limit at the latest
        const body = bytesOf(response.clone());
        seen = { response, body };
        return response;
      } catch (error) {
        seen = { error };
        throw error;
      }
    },
    explain: async ({ reason, message }) => {
      const cause = await CAUSES.get(reason)?.(seen);
      return cause === undefined ? message : `${message} (${cause})`;
    },
  };
}

async function bytesOf(response: Response): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    return undefined;
  }
}

/** How to find the cause of an outage, by its reason. */
const CAUSES = new Map<
  OutageReason,
  (seen: Seen) => Promise<string | undefined> | string | undefined
>([
  ["network", ({ error }) => codeOf(error)],
  ["status", ({ response }) => response && `status ${response.status}`],
  ["malformed", async ({ response, body }) => response && faultOf(response, await body)],
]);

/** Returns the code of an error of `fetch`, such as `ECONNREFUSED`, which its cause has; without a code, a message. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error.cause instanceof Error ? error.cause : error;
  const { code, message } = inner as Error & { readonly code?: unknown };
  return oneLine(typeof code === "string" ? code : message);
}

/** Returns why a body with status 200 is not what was expected. */
function faultOf({ headers }: Response, bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "its body cannot be read";
  if (readJsonObject(bytes) !== undefined) return "a JSON object, but not a usable key set";
  const type = headers.get("content-type");
  const shown = type === null ? "without a content type" : `content type ${quoted(type)}`;
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return "JSON, but not one object in which each name occurs once";
  } catch {
    return `not JSON, ${shown}`;
  }
}
