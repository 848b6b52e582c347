import {
  endpointIdentity,
  HEAD,
  isEndpoint,
  parseEndpoint,
  splitEndpoint,
} from "../../policy/endpoint-key.js";
import type { SourceOperation } from "../source/source.js";

/**
 * Returns a text that is equal for two names of one operation. Names of tools are compared exactly. In endpoints, parameter names and
 * letter case do not count, and HEAD is GET, as in decisions on requests.
 */
export function identityOf(kind: SourceOperation["kind"], name: string): string {
  if (kind === "tool") return name;
  const endpoint = parseEndpoint(name);
  if (!isEndpoint(endpoint)) return name;
  const method = endpoint.method === HEAD ? "GET" : endpoint.method;
  return endpointIdentity({ ...endpoint, method });
}

/** Returns the request line of an endpoint, with a text in place of each parameter; `undefined` for an invalid endpoint. */
export function requestOf(name: string, value: string) {
  const endpoint = parseEndpoint(name);
  if (!isEndpoint(endpoint)) return undefined;
  const path = endpoint.segments.map(({ literals }) => literals.join(value)).join("/");
  return { method: endpoint.method, path: `/${path}` };
}

/** Returns the names of the parameters in the path of a valid endpoint, in their order. */
export function pathParamsOf(name: string): readonly string[] {
  return splitEndpoint(name).segments.flatMap(({ params }) => params);
}
