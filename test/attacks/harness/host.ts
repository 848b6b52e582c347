// Shared code of the servers of the attacks.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { CaseAuthorizer } from "./authorizer.js";
import { isObject } from "./corpus.js";
import { plainOf } from "./json-text.js";

/** A server on a free port of the loopback interface. */
export interface Host {
  readonly port: number;
  /** The names of the operations whose handlers have run, in order. */
  readonly handled: string[];
  close(): Promise<void>;
}

export async function listen(
  listener: RequestListener,
  handled: string[],
  closeMore: () => Promise<void> = async () => undefined,
): Promise<Host> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    handled,
    close: async () => {
      await closeMore();
      await new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      });
    },
  };
}

export interface RouteOf {
  /** The endpoint's name in the policy. */
  readonly name: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete" | "options";
  /** The path in the notation of routers: `/projects/:projectId`. */
  readonly path: string;
}

/** Returns the endpoints of a policy as routes. */
export function routesOf({ policy }: CaseAuthorizer): readonly RouteOf[] {
  return Object.keys(policy.definition.endpoints ?? {}).map((name) => {
    const [method = "", path = ""] = name.split(" ");
    return {
      name,
      method: method.toLowerCase() as RouteOf["method"],
      path: path.replaceAll(/\{(\w+)\}/g, ":$1"),
    };
  });
}

/** Returns the tools of a policy, without patterns. */
export function toolsOf({ mapped }: CaseAuthorizer): readonly string[] {
  const definition = plainOf(mapped.definition);
  const tools = isObject(definition) ? definition["tools"] : undefined;
  return isObject(tools) ? Object.keys(tools).filter((name) => !/[*?]/.test(name)) : [];
}

/** Returns the arguments of a tool from the query of its request, which is available before the body. */
export function argumentsOf(target: string): unknown {
  return JSON.parse(new URLSearchParams(target.split("?")[1] ?? "").get("args") ?? "{}");
}

/** Returns the path of a tool over plain HTTP. */
export function toolPath(name: string): string {
  return `/tools/${encodeURIComponent(name)}`;
}
