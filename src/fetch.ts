import type { AccessToken } from "./decision/access-token.js";
import type { Authorized, KnownName, ParamsArgument } from "./decision/policy.js";
import type { PolicyTypes } from "./policy/definition.js";
import type { Authorizer } from "./resource-server/authorizer.js";
import { noOperation } from "./resource-server/gate.js";
import { metadataRoute, type PlainAnswer } from "./resource-server/metadata-route.js";
import { pathOf } from "./resource-server/target.js";

/** The gate of one authorizer for hosts that take a `Request` and give a `Response`. */
export interface FetchGate<Types extends PolicyTypes = PolicyTypes> {
  /**
   * Whether a request may call a tool: the token, or the `Response` to give back. `undefined` is a public operation
   * without credentials. The body of the request is not read.
   *
   * @param params - own string properties by parameter name; needed where the tool has parameters
   */
  <const Name extends string>(
    request: Request,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Promise<Authorized<Types, Name> | Response>;

  /**
   * As the gate itself, for the endpoint that the method and path of the request mean by the policy, for hosts without a
   * router. A path that is not canonical is an unknown operation; what the URL standard has resolved before (`..`, a
   * backslash) was never seen by anybody. Where a router has chosen the handler, name the operation instead.
   *
   * @param params - parameters that the path does not hold
   */
  endpoint(
    request: Request,
    params?: { readonly [param: string]: unknown },
  ): Promise<AccessToken | undefined | Response>;

  /**
   * The answer to a request for the metadata of the resource at its well-known path; `undefined` for every other request.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(request: Request): Response | undefined;
}

/**
 * Makes the gate of an authorizer for Web-standard hosts: Hono, Next.js route handlers, workers, Deno, Bun.
 *
 * @example
 * ```ts
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { fetchGate } from "scope-policy/fetch";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "school:read": "Read settings" },
 *   tools: { get_settings: "school:read" },
 * });
 * const gate = fetchGate(
 *   createAuthorizer({
 *     policy,
 *     verify: (rawToken) => (rawToken === "demo" ? { scope: "school:read", sub: "user-1" } : undefined),
 *     resource: "https://api.example.com/",
 *   }),
 * );
 *
 * export async function handle(request: Request): Promise<Response> {
 *   const token = await gate(request, "get_settings");
 *   if (token instanceof Response) return token;
 *   return Response.json({ sub: token.sub });
 * }
 * ```
 */
export function fetchGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
): FetchGate<Types> {
  const admit = async (request: Request, operation: string, params: unknown) => {
    // two fields have become one by now, joined by a comma, and are refused as such
    const authorization = request.headers.get("authorization") ?? undefined;
    const admission = await authorizer.admit({ authorization, operation, params });
    return admission.kind === "refused" ? responseOf(request, admission.answer) : admission.token;
  };

  return Object.freeze(
    Object.assign(
      (request: Request, tool: string, params?: unknown) => admit(request, tool, params),
      {
        endpoint: (request: Request, params: { readonly [param: string]: unknown } = {}) => {
          const { method } = request;
          const path = pathOf(targetOf(request.url));
          const found = authorizer.policy.findEndpoint({ method, path, params });
          return admit(request, (found ?? noOperation(method, path)).name, found?.params);
        },
        metadata: (request: Request) => {
          const route = metadataRoute(authorizer);
          if (!route.isMeant(targetOf(request.url))) return undefined;
          return responseOf(request, route.answer(request.method));
        },
      },
    ),
  ) as FetchGate<Types>;
}

/** What follows the host in a URL, as it stands there: a fragment, too, so that no path is cut short unseen. */
function targetOf(url: string): string {
  return url.replace(/^[^:/?#]+:\/\/[^/?#]*/, "");
}

function responseOf({ method }: Request, { status, headers, body }: PlainAnswer): Response {
  const text = method === "HEAD" || body === undefined ? null : JSON.stringify(body);
  return new Response(text, { status, headers });
}
