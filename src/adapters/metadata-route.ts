import { PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import { isDevelopment, runtime } from "../policy/runtime.js";
import { noteMetadataRead } from "../resource-server/authorizer-metadata.js";
import type { Authorizer } from "../resource-server/authorizer-types.js";
import { pathOf } from "./request-target.js";

/** An HTTP response of the metadata route, as plain data. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | undefined;
}

/** The route of the metadata document. */
export interface MetadataRoute {
  /** The path, without a query. */
  readonly path: string;
  /** Returns whether a request target is the one of the document. */
  isMeant(target: string): boolean;
  /** Returns the response to a method. */
  answer(method: string): PlainResponse;
}

// readable from every origin: the document does not depend on the caller
const OPEN = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
  "Access-Control-Allow-Headers": "*",
};

/**
 * Creates the route of the metadata document (RFC 9728, section 3): GET and HEAD, with CORS headers, which clients in a browser need.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
 */
export function metadataRoute<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
): MetadataRoute {
  const metadata = authorizer.metadata();
  const url = urlParts(metadata?.url);
  if (metadata === undefined || url === undefined) {
    const message = "the authorizer has no `resource`, so it has no metadata to serve";
    throw new PolicyError("ERR_OPTIONS_INVALID", message);
  }
  const headers = Object.freeze({
    ...OPEN,
    "Content-Type": "application/json",
    "Cache-Control": "public, max-age=300",
  });
  // read for each request, since the policy can be replaced
  const document = () => ({ status: 200, headers, body: authorizer.metadata()?.document });
  const preflight = Object.freeze({ status: 204, headers: OPEN, body: undefined });
  const methodNotAllowed = Object.freeze({
    status: 405,
    headers: {
      ...OPEN,
      Allow: OPEN["Access-Control-Allow-Methods"],
      "Content-Type": "application/problem+json",
    },
    body: { title: "Method Not Allowed", status: 405 },
  });
  const answers = new Map<string, () => PlainResponse>([
    ["GET", document],
    ["HEAD", document],
    ["OPTIONS", () => preflight],
  ]);
  return {
    path: url.pathname,
    // the URL of the document has the query of the identifier
    isMeant: (target) =>
      (url.search === "" ? pathOf(target) : target) === `${url.pathname}${url.search}`,
    answer: (method) => answers.get(method)?.() ?? methodNotAllowed,
  };
}

/**
 * Logs one line if challenges point to a metadata document that nothing serves: nothing has read it from the authorizer, and no route
 * has its path. It logs once for each authorizer, and never in production (`NODE_ENV`). Never throws.
 *
 * @param hasRoute - returns whether a route of the application has a path
 */
export function warnWithoutMetadata(
  authorizer: Pick<Authorizer, "resource" | "metadata">,
  hasRoute: (path: string) => boolean,
): void {
  const isUnread = authorizer.resource !== undefined && noteMetadataRead(authorizer);
  if (!isUnread || !isDevelopment()) return;
  try {
    const path = urlParts(authorizer.metadata()?.url)?.pathname;
    if (path === undefined || hasRoute(path)) return;
    runtime.console.error(
      `scope-policy: nothing serves the metadata of \`resource\` at ${path}, where the challenges of the gates send clients. ` +
        "Add `app.use(gate.metadata())` before the routes of the outermost application.",
    );
  } catch {
    // a warning that cannot be logged changes nothing
  }
}
