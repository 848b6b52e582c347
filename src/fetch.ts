import type { AccessToken } from "./decision/access-token.js";
import type { Authorized, KnownName, ParamsArgument } from "./decision/policy.js";
import type { PolicyTypes } from "./policy/definition.js";
import { checkOptions, isFunction, type OptionCheck, optional } from "./policy/option-checks.js";
import { withoutPrototype } from "./policy/own-members.js";
import type { Authorizer } from "./resource-server/authorizer.js";
import { noOperation } from "./resource-server/gate.js";
import { newRequestIds, readView } from "./resource-server/gate-audit.js";
import { metadataRoute, type PlainAnswer } from "./resource-server/metadata-route.js";
import { pathOf, targetOfUrl } from "./resource-server/target.js";

/** Options of a gate for `Request` and `Response`. */
export interface FetchGateOptions {
  /**
   * Returns the id of a request for its audit events: a text or a number, cleaned and cut to 256 characters. By default each
   * request gets a random UUID. An id that you take from a header of the client is a text of the client.
   */
  readonly requestId?: (request: Request) => unknown;
  /**
   * Returns more arguments for the audit event, as an object of plain data. It is called only where there is an `audit`, after
   * the decision, which never depends on it. What it throws is reported on the console, and a promise is not waited for.
   */
  readonly arguments?: (request: Request) => unknown;
}

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
  options: FetchGateOptions = {},
): FetchGate<Types> {
  const { arguments: more, requestId } = checkOptions("`fetchGate`", options, CHECKS);
  const requestIdOf = newRequestIds(requestId);
  const admit = async (
    request: Request,
    operation: string,
    params: unknown,
    given: unknown = params,
  ) => {
    // two fields have become one by now, joined by a comma, and are refused as such
    const authorization = request.headers.get("authorization") ?? undefined;
    const audited = () =>
      readView(params, {
        sources: [() => given, () => more?.(request), () => queryOf(request)],
        requestId: () => requestIdOf(request),
      });
    const admission = await authorizer.admit({ authorization, operation, params, audited });
    return admission.kind === "refused" ? responseOf(request, admission.answer) : admission.token;
  };

  return Object.freeze(
    Object.assign(
      (request: Request, tool: string, params?: unknown) => admit(request, tool, params),
      {
        endpoint: (request: Request, params: { readonly [param: string]: unknown } = {}) => {
          const { method } = request;
          const path = pathOf(targetOfUrl(request.url));
          const found = authorizer.policy.findEndpoint({ method, path, params });
          return admit(request, (found ?? noOperation(method, path)).name, found?.params, params);
        },
        metadata: (request: Request) => {
          const route = metadataRoute(authorizer);
          if (!route.isMeant(targetOfUrl(request.url))) return undefined;
          return responseOf(request, route.answer(request.method));
        },
      },
    ),
  ) as FetchGate<Types>;
}

const CHECKS = {
  requestId: optional(isFunction),
  arguments: optional(isFunction),
} satisfies Record<keyof FetchGateOptions, OptionCheck>;

/** The parameters of the query: a text, or a list where a name is there more than once. */
function queryOf({ url }: Request): object {
  const found = new Map<string, string[]>();
  for (const [name, value] of new URL(url).searchParams) {
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

function responseOf({ method }: Request, { status, headers, body }: PlainAnswer): Response {
  const text = method === "HEAD" || body === undefined ? null : JSON.stringify(body);
  return new Response(text, withoutPrototype({ status, headers }));
}
