// Real servers for the adapters that cases name, one for each policy. Requests go over raw sockets.

import { isMessage, requestOf } from "./authorize.js";
import type { CaseAuthorizer } from "./authorizer.js";
import {
  authorizationOf,
  authorizerOfCase,
  type Context,
  needsNewAuthorizer,
  tokenOf,
} from "./context.js";
import { isList, isObject, type Json, type JsonObject, listOf, member, textOf } from "./corpus.js";
import { type Host, toolPath, toolsOf } from "./host.js";
import { startExpress } from "./host-express.js";
import { startFastify } from "./host-fastify.js";
import { type Generation, startMcp, startMcpOnExpress, startMcpOnFastify } from "./host-mcp.js";
import { readMessages } from "./mcp-response.js";
import { type Run, skipping } from "./plan.js";
import { type RawRequest, type RawResponse, sendRaw } from "./raw-http.js";
import { outcomesOf, type Result, timed } from "./result.js";

export interface Servers {
  /** Returns the runs of a case on an adapter, by its name in the corpus. */
  runsOf(context: Context, adapter: string): readonly Run[];
  close(): Promise<void>;
}

type Start = (door: CaseAuthorizer, tools: readonly string[], options: JsonObject) => Promise<Host>;

/** A server of an adapter, and the requests that it handles. */
interface Kind {
  readonly name: string;
  readonly start: Start;
  /** Returns whether the response of this server shows if the gate passed or denied a message. */
  readonly tells?: (request: JsonObject, isTaken: boolean, asserts: JsonObject) => boolean;
}

/** The servers for endpoints and tools over plain HTTP, by adapter. */
const PLAIN: ReadonlyMap<string, readonly Kind[]> = new Map([
  [
    "express",
    [
      { name: "express 5", start: (door, tools) => startExpress(door, tools, 5) },
      { name: "express 4", start: (door, tools) => startExpress(door, tools, 4) },
    ],
  ],
  ["fastify", [{ name: "fastify", start: startFastify }]],
]);

type StartMcp = (
  door: CaseAuthorizer,
  tools: readonly string[],
  generation: Generation,
) => Promise<Host>;

/** Returns servers with both generations of the SDK, and one without an SDK that runs every message. */
const generations = (start: StartMcp): readonly Kind[] => [
  {
    name: "the gate alone",
    start: (door, tools) => start(door, tools, "none"),
    tells: (request, _isTaken, asserts) =>
      !Object.hasOwn(asserts, "list") && !isServersOwn(request),
  },
  {
    name: "sdk v2",
    start: (door, tools) => start(door, tools, "v2"),
    tells: (request, isTaken) => !isTaken || !isNew(request) || hasEnvelope(request),
  },
  {
    name: "sdk v1",
    start: (door, tools) => start(door, tools, "v1"),
    tells: (request, isTaken) => !isTaken || !isNew(request),
  },
];

/** The servers for messages of the Model Context Protocol, by adapter. */
const MESSAGES: ReadonlyMap<string, readonly Kind[]> = new Map([
  ["mcp", generations(startMcp)],
  ["express", generations(startMcpOnExpress)],
  ["fastify", generations(startMcpOnFastify)],
]);

/** Returns whether a message concerns only the server itself. The gate passes it on, since it uses no operation of the policy. */
function isServersOwn(request: JsonObject): boolean {
  return /^(logging\/setLevel|server\/discover)$/.test(
    textOf(member(member(request, "body"), "method")),
  );
}

/** Returns whether a message uses a protocol version that is unknown to the older SDK generation. */
function isNew(request: JsonObject): boolean {
  return listOf(member(request, "headers")).some((pair) => {
    const [name, value] = listOf(pair).map(textOf);
    return name?.toLowerCase() === "mcp-protocol-version" && (value ?? "") >= "2026";
  });
}

/** Returns whether the body also names this version, as the newer SDK generation requires. */
function hasEnvelope(request: JsonObject): boolean {
  return JSON.stringify(request).includes("io.modelcontextprotocol/protocolVersion");
}

/** Creates a pool that starts servers on demand and reuses them for other cases. */
export function createServers(): Servers {
  const hosts = new Map<CaseAuthorizer, Map<string, Promise<Host>>>();
  const opened: Promise<Host>[] = [];

  const hostOf = (door: CaseAuthorizer, key: string, start: () => Promise<Host>): Promise<Host> => {
    const ofDoor = hosts.get(door) ?? new Map<string, Promise<Host>>();
    hosts.set(door, ofDoor);
    const known = ofDoor.get(key);
    if (known !== undefined) return known;
    const host = start();
    ofDoor.set(key, host);
    opened.push(host);
    return host;
  };

  return {
    runsOf(context, adapter) {
      const { given } = context.attack;
      const read = readAdapter(adapter);
      const isMcp = isObject(given["request"]) && isMessage(given["request"]);
      const kinds = (isMcp ? MESSAGES : PLAIN).get(read?.name ?? "");
      if (read === undefined || kinds === undefined) {
        return [skipping(`unknown adapter \`${adapter}\``)];
      }
      const { options } = read;
      const { expect, alsoOk, asserts } = context.attack;
      const isTaken = [expect, ...alsoOk].includes("allow");
      const isFor = ({ tells }: Kind) =>
        tells === undefined || tells(given["request"] as JsonObject, isTaken, asserts);
      return kinds.filter(isFor).map((kind) => ({
        name: `${kind.name} of ${adapter}`,
        run: async () => {
          const request = requestOf(context, given);
          const door = authorizerOfCase(context, needsNewAuthorizer(given));
          const tools = new Set(toolsOf(door));
          // a name that only patterns match is added when a request uses it
          for (const name of namesOf(request)) if (isKnown(door, name)) tools.add(name);
          const key = JSON.stringify([kind.name, options, [...tools]]);
          const host = await hostOf(door, key, () => kind.start(door, [...tools], options));
          const rawToken = tokenOf(context, door, given);
          return ask(host, rawRequestOf(request, authorizationOf(context, given, rawToken)));
        },
      }));
    },
    close: async () => {
      for (const result of await Promise.allSettled(opened)) {
        if (result.status === "fulfilled") await result.value.close();
      }
    },
  };
}

/** Parses the name of an adapter: `name` or `name:{option,option:value}`. */
function readAdapter(
  text: string,
): { readonly name: string; readonly options: JsonObject } | undefined {
  const match = /^([\w-]+)(?::\{([^{}]*)\})?$/.exec(text);
  if (match === null) return undefined;
  const [, name = "", list = ""] = match;
  const options = list.split(",").filter((item) => item !== "");
  const readValue = (value: string | undefined) => {
    if (value === undefined || value === "true") return true;
    if (value === "false") return false;
    return Number.isNaN(Number(value)) ? value : Number(value);
  };
  return {
    name,
    options: Object.fromEntries(
      options.map((item) => {
        const [key = "", value] = item.split(":").map((part) => part.trim());
        return [key, readValue(value)];
      }),
    ),
  };
}

/** Returns the tools that a request names. */
function namesOf(request: JsonObject): readonly string[] {
  const text = member(request, "bodyText");
  let body = member(request, "body");
  try {
    if (typeof text === "string") body = JSON.parse(text) as Json;
  } catch {
    // text that is not JSON names no tools
  }
  const calls = listOf(body).map((message) => member(member(message, "params"), "name"));
  const names = [member(request, "tool"), ...calls];
  return names.filter((name) => typeof name === "string");
}

function isKnown({ policy }: CaseAuthorizer, tool: string): boolean {
  try {
    policy.operation(tool);
    return true;
  } catch {
    return false;
  }
}

/** Returns the request of a case as it is sent. */
function rawRequestOf(request: JsonObject, authorization: readonly string[]): RawRequest {
  const fields = authorization.map((line) => ["authorization", line] as const);
  const given = member(request, "headers");
  const headers = (isList(given) ? given : []).map((pair) => {
    const [name, value] = isList(pair) ? pair : [];
    return [textOf(name), textOf(value)] as const;
  });
  if (isMessage(request)) {
    const text = member(request, "bodyText");
    return {
      method: "POST",
      target: "/mcp",
      headers: [["accept", "application/json, text/event-stream"], ...headers, ...fields],
      body: typeof text === "string" ? text : JSON.stringify(member(request, "body") ?? null),
    };
  }
  if (Object.hasOwn(request, "tool")) {
    const query = new URLSearchParams({ args: JSON.stringify(member(request, "args") ?? {}) });
    const target = `${toolPath(textOf(request["tool"]))}?${query.toString()}`;
    return { method: "POST", target, headers: fields };
  }
  return {
    method: textOf(request["method"]),
    target: textOf(request["path"]),
    headers: [...headers, ...fields],
  };
}

async function ask(host: Host, request: RawRequest): Promise<Result> {
  const before = host.handled.length;
  const [response, milliseconds] = await timed(() => sendRaw(host.port, request));
  const handled = host.handled.slice(before);
  return { ...resultOf(response, handled), milliseconds };
}

/** Returns the result of an HTTP response. If a handler has run, the result is `allow`, whatever the status. */
export function resultOf(response: RawResponse, handled: readonly string[]): Result {
  const { status, headers, body } = response;
  const message = readMessages(response);
  const outcomes =
    message?.outcomes ?? (status === 0 ? (["reject-input"] as const) : outcomesOf(status));
  const hasRun = handled.length > 0;
  // the only response to a notification is 202
  const isEmpty = outcomes.includes("allow") && message === undefined && status !== 202;
  return {
    // without a handler that has run, the result is not `allow`
    outcomes: hasRun ? ["allow"] : isEmpty ? [] : outcomes,
    detail: `status ${status}${hasRun ? `, \`${handled.join("`, `")}\` has run` : ""}: ${body.slice(0, 300)}`,
    status,
    challenge: headers.get("www-authenticate"),
    output: JSON.stringify([status, [...headers], body]),
    list: message?.list,
  };
}
