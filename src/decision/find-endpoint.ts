import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { PathOptions } from "../policy/route.js";
import { readOwn } from "./access-token.js";

/** The parts of a request that a host without a router passes to `decideRequest` of a policy. */
export interface RequestLine {
  /** The method in upper case. */
  readonly method: string;
  /** The path as received: without the query, not decoded. */
  readonly path: string;
  /** Parameters that are not in the path. A parameter in the path takes precedence over one of the same name. */
  readonly params?: { readonly [param: string]: unknown };
}

/** The endpoint that a request matches. */
export interface EndpointMatch {
  /** The name of the endpoint in the policy: `GET /v1/projects/:projectId`. */
  readonly name: string;
  /** Its parameters: decoded values from the path, otherwise from `params` of the request. */
  readonly params: { readonly [param: string]: unknown };
}

/** Returns the endpoint that a request matches; `undefined` if no endpoint matches. Never throws. */
export function findEndpoint(
  policy: CompiledPolicy,
  request: unknown,
  options?: PathOptions,
): EndpointMatch | undefined {
  const method = readOwn(request, "method");
  const path = readOwn(request, "path");
  if (typeof method !== "string" || typeof path !== "string") return undefined;
  const match = policy.router.match(method, path, options);
  if (match === undefined) return undefined;
  const { name, params: names } = match.value;
  const given = readOwn(request, "params");
  // the value in the path takes precedence: the handler acts on it
  const params = names.map((key) => [key, match.params.get(key) ?? readOwn(given, key)] as const);
  return { name, params: Object.fromEntries(params) };
}
