import type { Authorizer } from "../../src/resource-server/authorizer-types.js";
import type { World } from "./subject.js";
import type { WireRequest } from "./wire.js";

/** A route that a plain HTTP subject mounts. */
export interface HttpRoute {
  /** Name of the tool or endpoint in the policy. */
  readonly operation: string;
  readonly isTool: boolean;
  readonly method: string;
  /** Path in the syntax of Express, Fastify and Hono: `/tools/read_profile/:account_id`. */
  readonly path: string;
  /** Names of the parameters of the path. */
  readonly params: readonly string[];
}

/** Returns the routes of a policy: each tool under `POST /tools/…` with its parameters in the path, each endpoint unchanged. */
export function httpRoutes({ authorizer, patternTools }: World): readonly HttpRoute[] {
  const { tools = {}, endpoints = {} } = authorizer.policy.definition;
  const exact = Object.keys(tools).filter((name) => !/[*?]/.test(name));
  return [
    ...[...exact, ...patternTools].map((operation) => {
      const params = paramsOf(authorizer, operation);
      const path = ["/tools", operation, ...params.map((name) => `:${name}`)].join("/");
      return { operation, isTool: true, method: "POST", path, params };
    }),
    ...Object.keys(endpoints).map((operation) => {
      const [method = "", template = ""] = operation.split(" ");
      const path = template.replaceAll(/\{(\w+)\}/g, ":$1");
      const params = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
      return { operation, isTool: false, method, path, params };
    }),
  ];
}

function paramsOf(authorizer: Authorizer, operation: string): readonly string[] {
  return authorizer.policy.operation(operation).params;
}

/** Returns the request that calls a tool of {@link httpRoutes}. */
export function httpToolRequest(
  tool: string,
  params: Readonly<Record<string, string>>,
): WireRequest {
  const path = ["/tools", tool, ...Object.values(params)].join("/");
  return { method: "POST", path, headers: ["Content-Type: application/json"], body: "{}" };
}
