import { PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import type { PolicyTypes } from "../policy/definition.js";
import type { Authorizer } from "./authorizer-types.js";
import { pathOf } from "./target.js";

/** An answer of the metadata route, as plain data. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | undefined;
}

/** Where the metadata document is served, and what is said there. */
export interface MetadataRoute {
  /** The path, without a query. */
  readonly path: string;
  /** Whether a request target means it. */
  isMeant(target: string): boolean;
  /** What to answer. */
  answer(method: string): PlainAnswer;
}

// open to every page: the document holds nothing that depends on who asks
const OPEN = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
  "Access-Control-Allow-Headers": "*",
};

/**
 * The route of the metadata document (RFC 9728, section 3): GET and HEAD, open to cross-origin reads as clients in a browser need it.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
 */
export function metadataRoute<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
): MetadataRoute {
  const metadata = authorizer.metadata();
  const url = urlParts(metadata?.url);
  if (metadata === undefined || url === undefined) {
    const message = "the authorizer has no `resource`: there is no metadata to serve";
    throw new PolicyError("ERR_OPTIONS_INVALID", message);
  }
  const document = Object.freeze({
    status: 200,
    headers: {
      ...OPEN,
      "Content-Type": "application/json",
      "Cache-Control": "public, max-age=300",
    },
    body: metadata.document,
  });
  const preflight = Object.freeze({ status: 204, headers: OPEN, body: undefined });
  const refusal = Object.freeze({
    status: 405,
    headers: {
      ...OPEN,
      Allow: OPEN["Access-Control-Allow-Methods"],
      "Content-Type": "application/problem+json",
    },
    body: { title: "Method Not Allowed", status: 405 },
  });
  const answers = new Map<string, PlainAnswer>([
    ["GET", document],
    ["HEAD", document],
    ["OPTIONS", preflight],
  ]);
  return {
    path: url.pathname,
    // an identifier with a query has a document with a query
    isMeant: (target) =>
      (url.search === "" ? pathOf(target) : target) === `${url.pathname}${url.search}`,
    answer: (method) => answers.get(method) ?? refusal,
  };
}
