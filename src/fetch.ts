import { type GateOperation, unknownRoute } from "./adapters/admit-request.js";
import {
  createHttpGate,
  HTTP_GATE_CHECKS,
  type HttpAdmission,
  type HttpGateMembers,
  type HttpGateOptions,
  PATH_CHECKS,
} from "./adapters/http-gate.js";
import { metadataRoute, type PlainResponse } from "./adapters/metadata-route.js";
import { createRequestStore } from "./adapters/request-store.js";
import { pathOf, queryOf, targetOfUrl } from "./adapters/request-target.js";
import { bodyText } from "./adapters/write-response.js";
import type { AccessToken } from "./decision/access-token.js";
import type { Authorized, ParamsArgument } from "./decision/define-policy.js";
import { findEndpoint } from "./decision/find-endpoint.js";
import type { KnownName } from "./decision/operation-name.js";
import { compiledPolicyOf } from "./policy/compiled-policies.js";
import { checkOptions, isFunction, type OptionCheck, optional } from "./policy/option-checks.js";
import { withoutPrototype } from "./policy/own-members.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import type { PathOptions } from "./policy/route.js";
import type { Authorizer } from "./resource-server/authorizer-types.js";
import { pinned } from "./resource-server/pinned-authorizer.js";

export type { HttpGateMembers, HttpGateOptions } from "./adapters/http-gate.js";
export type { GateReport } from "./adapters/report-only.js";
export type { PathOptions } from "./policy/route.js";

/** Options of a gate for `Request` and `Response`. */
export interface FetchGateOptions extends HttpGateOptions<Request>, PathOptions {
  /**
   * Returns additional arguments for the audit event, as an object of plain data. The gate calls it only if the authorizer has
   * an `audit`, after the decision, which never depends on it. The gate reports an exception on the console, and does not wait
   * for a promise.
   */
  readonly arguments?: (request: Request) => unknown;
}

/** Gate of one authorizer for servers that take a `Request` and return a `Response`. */
export interface FetchGate<Types extends PolicyTypes = PolicyTypes>
  extends HttpGateMembers<Request> {
  /**
   * Decides whether a request may call a tool. Returns the token, or the `Response` to return to the caller. Returns `undefined`
   * for a public operation without credentials, and with `dangerouslyReportOnly` for every request that it would have refused. The
   * gate does not read the body of the request.
   *
   * @param params - own string properties by parameter name; required if the tool has parameters
   */
  <const Name extends string>(
    request: Request,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Promise<Authorized<Types, Name> | Response>;

  /**
   * Decides as the gate itself does, for the endpoint of the policy that matches the method and path of the request. Use it in
   * servers without a router; if a router has chosen the handler, name the operation instead. A path that is not canonical is an
   * unknown operation, as far as `trailingSlash` and `caseSensitive` do not allow it. The gate does not see what the URL standard resolves before (`..`, a backslash).
   *
   * @param params - parameters that the path does not contain
   */
  endpoint(
    request: Request,
    params?: { readonly [param: string]: unknown },
  ): Promise<AccessToken | undefined | Response>;

  /**
   * Returns the response to a request for the metadata of the resource at its well-known path; `undefined` for every other
   * request.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for an authorizer without `resource`
   *
   * {@link https://www.rfc-editor.org/rfc/rfc9728.html#section-3 RFC 9728, section 3}
   */
  metadata(request: Request): Response | undefined;

  /**
   * Reports the response to a request that passed the gate, as the second audit event of each decision on it. The gate does not see
   * that response by itself; it reports its own. Returns the response.
   */
  answered(request: Request, response: Response): Response;
}

/**
 * Creates the gate of an authorizer for Web-standard servers: Hono, Next.js route handlers, workers, Deno, Bun.
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
  const checked = checkOptions("`fetchGate`", options, CHECKS);
  const { arguments: more } = checked;
  const sources = (request: Request) => [() => more?.(request), () => queryOf(queriesOf(request))];
  const http = createHttpGate<Request, Types>(authorizer, checked);
  const reports = createRequestStore<HttpAdmission["answered"]>();
  const admit = async (
    request: Request,
    operation: GateOperation,
    inForce = pinned(authorizer),
  ) => {
    const { refusal, answered } = await http.admit(request, {
      authorizer: inForce,
      // `Headers` has joined two `Authorization` headers with a comma: the authorizer rejects the combination
      authorization: request.headers.get("authorization") ?? undefined,
      operation,
      read: undefined,
      sources,
    });
    if (refusal === undefined) {
      const earlier = reports.get(request);
      reports.set(request, (status) => {
        earlier?.(status);
        answered?.(status);
      });
      return http.members.optionalToken(request);
    }
    answered?.(refusal.status);
    return responseOf(request, refusal);
  };

  return Object.freeze(
    Object.assign(
      (request: Request, tool: string, params?: unknown) =>
        admit(request, { name: tool, params: [], given: params }),
      {
        ...http.members,
        answered: (request: Request, response: Response) => {
          reports.get(request)?.(response.status);
          return response;
        },
        endpoint: (request: Request, params: { readonly [param: string]: unknown } = {}) => {
          const { method } = request;
          const path = pathOf(targetOfUrl(request.url));
          const inForce = pinned(authorizer);
          const policy = compiledPolicyOf(inForce.policy);
          const found = findEndpoint(policy, { method, path, params }, checked);
          const { name } = found ?? unknownRoute(method, path);
          const operation = { name, params: [], values: () => params, given: found?.params };
          return admit(request, operation, inForce);
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
  ...HTTP_GATE_CHECKS,
  ...PATH_CHECKS,
  arguments: optional(isFunction),
} satisfies Record<keyof FetchGateOptions, OptionCheck>;

/** Returns the values of each parameter of the query. */
function queriesOf({ url }: Request): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of new URL(url).searchParams) {
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return found;
}

function responseOf({ method }: Request, answer: PlainResponse): Response {
  const { status, headers } = answer;
  return new Response(bodyText(method, answer) ?? null, withoutPrototype({ status, headers }));
}
