import { PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import { pathOf } from "./request-target.js";
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
export function metadataRoute(authorizer) {
    const metadata = authorizer.metadata();
    const url = urlParts(metadata?.url);
    if (metadata === undefined || url === undefined) {
        const message = "the authorizer has no `resource`, so it has no metadata to serve";
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
    const methodNotAllowed = Object.freeze({
        status: 405,
        headers: {
            ...OPEN,
            Allow: OPEN["Access-Control-Allow-Methods"],
            "Content-Type": "application/problem+json",
        },
        body: { title: "Method Not Allowed", status: 405 },
    });
    const answers = new Map([
        ["GET", document],
        ["HEAD", document],
        ["OPTIONS", preflight],
    ]);
    return {
        path: url.pathname,
        // the URL of the document has the query of the identifier
        isMeant: (target) => (url.search === "" ? pathOf(target) : target) === `${url.pathname}${url.search}`,
        answer: (method) => answers.get(method) ?? methodNotAllowed,
    };
}
