import { readOwn } from "../decision/access-token.js";
import { PolicyError } from "../errors.js";
import { oneLine } from "../policy/findings.js";
import { isToolName } from "../policy/names.js";
import { isNamed, type Params } from "./message.js";
import { newResourceFinder } from "./resource-uris.js";
import type { McpSurface } from "./surface.js";
import { isModern } from "./versions.js";

/** One operation of the policy that a message asks for. */
export interface TargetOperation {
  readonly operation: string;
  readonly params: unknown;
  /** What an audit event calls the arguments. */
  readonly arguments: unknown;
}

/** What a message asks for: nothing but to be known, or operations that must all be allowed; or it is none of the protocol's. */
export type Target =
  | { readonly kind: "known" }
  | {
      readonly kind: "operations";
      readonly operations: readonly TargetOperation[];
      /** Nothing says who may call the method: to a client it is not there. */
      readonly isMethodUnknown?: true;
    }
  | { readonly kind: "malformed" };

/** Says what a message asks for. Never throws. */
export type Targets = (method: string, params: Params, version: string | undefined) => Target;

const KNOWN: Target = Object.freeze({ kind: "known" });
const MALFORMED: Target = Object.freeze({ kind: "malformed" });

/** What no map names is refused: as an operation that no policy can have, so that the refusal is audited like any other. */
const refused = (method: string) => one(`mcp:${method}`);

/** A method that no row names is refused in the same way. */
const unknownMethod = (method: string): Target => ({ ...refused(method), isMethodUnknown: true });

const one = (
  operation: string,
  params?: unknown,
  given: unknown = params,
): Extract<Target, { kind: "operations" }> => ({
  kind: "operations",
  operations: [{ operation, params, arguments: given }],
});

/** The handshake of every version: nothing is told by it that the door has not let through, and its handlers are the SDK's own. */
export const HANDSHAKE_METHODS: readonly string[] = ["initialize", "ping", "server/discover"];

/** Methods that need a caller who is known, and no more. A notification tells, and asks for nothing. */
const KNOWN_METHODS = new Set([...HANDSHAKE_METHODS, "logging/setLevel", "tools/list"]);

/** A method that is decided by what the maps of the surface hold. */
interface Row {
  /** Whether the surface speaks of the method at all. */
  readonly isThere: (maps: Maps) => boolean;
  /** What is asked for; `undefined` for an entry that the maps do not have. */
  readonly read: (params: Params, maps: Maps) => Target | undefined;
}

const always = () => true;
const known = () => KNOWN;
const hasResources = ({ hasResources: has }: Maps) => has;
const hasPrompts = ({ prompts }: Maps) => prompts.size > 0;
const hasEither = (maps: Maps) => hasResources(maps) || hasPrompts(maps);

/** The table of what a policy decides: every method of the protocol is here, among the known ones, or refused. */
const ROWS = new Map<string, Row>([
  ["tools/call", { isThere: always, read: toolCall }],
  ["resources/list", { isThere: hasResources, read: known }],
  ["resources/templates/list", { isThere: hasResources, read: known }],
  ["resources/read", { isThere: hasResources, read: resource }],
  ["resources/subscribe", { isThere: hasResources, read: resource }],
  ["resources/unsubscribe", { isThere: hasResources, read: resource }],
  ["prompts/list", { isThere: hasPrompts, read: known }],
  ["prompts/get", { isThere: hasPrompts, read: prompt }],
  ["completion/complete", { isThere: hasEither, read: completion }],
]);

/** What 2026-07-28 has no more (MCP 2026-07-28, changelog), of the methods that the table decides on. */
const GONE = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** The methods whose handlers must stand behind a gate, those of tasks too: these are set when a server is made. */
export const GATED_METHODS: readonly string[] = [
  "tools/list",
  ...ROWS.keys(),
  "tasks/get",
  "tasks/result",
  "tasks/list",
  "tasks/cancel",
];

interface Maps {
  readonly hasResources: boolean;
  readonly resources: ReturnType<typeof newResourceFinder>;
  readonly prompts: ReadonlyMap<string, string>;
  readonly methods: ReadonlyMap<string, string>;
}

/**
 * Lays out the table for one server.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function newTargets({ resources = {}, prompts = {}, methods = {} }: McpSurface): Targets {
  for (const method of Object.keys(methods)) {
    if (!KNOWN_METHODS.has(method) && !ROWS.has(method) && !method.startsWith("notifications/")) {
      continue;
    }
    const said = `methods: \`${method}\` is decided by the protocol's own table`;
    throw new PolicyError("ERR_OPTIONS_INVALID", oneLine(said));
  }
  const maps: Maps = {
    hasResources: Object.keys(resources).length > 0,
    resources: newResourceFinder(resources),
    prompts: new Map(Object.entries(prompts)),
    methods: new Map(Object.entries(methods)),
  };
  return (method, params, version) => {
    if (KNOWN_METHODS.has(method) || method.startsWith("notifications/")) return KNOWN;
    const row = ROWS.get(method);
    if (row === undefined) {
      const tool = maps.methods.get(method);
      return tool === undefined ? unknownMethod(method) : one(tool, params);
    }
    const isThere = row.isThere(maps) && !(GONE.has(method) && isModern(version));
    return isThere ? (row.read(params, maps) ?? refused(method)) : unknownMethod(method);
  };
}

/** The arguments' own members are the parameters: a name that is none is unknown, whatever else a policy calls so. */
function toolCall(params: Params): Target {
  const name = readOwn(params, "name");
  const given = readOwn(params, "arguments");
  if (typeof name !== "string" || !areArguments(given)) return MALFORMED;
  return isToolName(name) ? one(name, given ?? {}) : refused("tools/call");
}

function resource(params: Params, { resources }: Maps): Target | undefined {
  const uri = readOwn(params, "uri");
  if (typeof uri !== "string") return MALFORMED;
  const matches = resources.byUri(uri);
  if (matches.length === 0) return undefined;
  const operations = matches.map(({ tool, values }) => ({
    operation: tool,
    params: values,
    arguments: { uri },
  }));
  return { kind: "operations", operations };
}

function prompt(params: Params, { prompts }: Maps): Target | undefined {
  const name = readOwn(params, "name");
  const given = readOwn(params, "arguments");
  if (typeof name !== "string" || !areArguments(given)) return MALFORMED;
  const tool = prompts.get(name);
  return tool === undefined ? undefined : one(tool, given ?? {});
}

/** To complete a value is to be told of what there is: it takes what the prompt or the resource itself takes. */
function completion(params: Params, { prompts, resources }: Maps): Target | undefined {
  const reference = readOwn(params, "ref");
  const argument = readOwn(params, "argument");
  const name = readOwn(argument, "name");
  const known = readOwn(readOwn(params, "context"), "arguments");
  if (!isNamed(reference) || typeof name !== "string" || !areArguments(known)) return MALFORMED;
  const isPrompt = readOwn(reference, "type") === "ref/prompt";
  const key = readOwn(reference, isPrompt ? "name" : "uri");
  if (typeof key !== "string") return MALFORMED;
  const tool = isPrompt ? prompts.get(key) : resources.byKey(key);
  // `fromEntries` defines, where an assignment of a name such as `__proto__` would call a setter
  const values = Object.fromEntries([
    ...Object.entries(known ?? {}),
    [name, readOwn(argument, "value")],
  ]);
  return tool === undefined ? undefined : one(tool, values);
}

function areArguments(value: unknown): value is Params {
  return value === undefined || isNamed(value);
}
