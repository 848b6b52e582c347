import { readOwn } from "../decision/access-token.js";
import { PolicyError } from "../errors.js";
import { isObject } from "../grammar/is-object.js";
import { oneLine } from "../policy/findings.js";
import { isToolName } from "../policy/names.js";
import { type Params, type Question, taskIdIn } from "./message.js";
import { newResourceFinder, type ResourceMatch } from "./resource-uris.js";
import type { McpSurface } from "./surface.js";
import { isModern } from "./versions.js";

/** One operation of the policy that a message asks for. */
export interface TargetOperation {
  readonly operation: string;
  readonly params: unknown;
  /** What an audit event calls the arguments. */
  readonly arguments: unknown;
}

/** A resource that a message names, with the entries of the map that fit its URI. */
export interface NamedResource {
  readonly uri: string;
  readonly entries: readonly ResourceMatch[];
}

/** Operations that must all be allowed. */
export interface OperationsTarget {
  readonly kind: "operations";
  readonly operations: readonly TargetOperation[];
  /** The resources that these operations decide. */
  readonly resources: readonly NamedResource[];
  /** Whether no row and no entry of `methods` names the method: a client is told that it does not exist. */
  readonly isMethodUnknown: boolean;
}

/** What a message asks for: a good token alone, or operations; or its parameters are not those of its method. */
export type Target = { readonly kind: "known" } | OperationsTarget | { readonly kind: "malformed" };

/** Returns what a message asks for. Never throws. */
export type Targets = (question: Question, version: string | undefined) => Target;

const KNOWN: Target = Object.freeze({ kind: "known" });
const MALFORMED: Target = Object.freeze({ kind: "malformed" });
const NO_RESOURCES: readonly NamedResource[] = Object.freeze([]);

/** Refuses a message as an operation that no policy can have, so that the refusal is audited like any other. */
export const refused = (method: string): OperationsTarget => one(`mcp:${method}`);

/** Refuses a method that no row and no map names. */
const unknownMethod = (method: string): Target => ({ ...refused(method), isMethodUnknown: true });

const one = (operation: string, params?: unknown, given: unknown = params): OperationsTarget => ({
  kind: "operations",
  operations: [{ operation, params, arguments: given }],
  resources: NO_RESOURCES,
  isMethodUnknown: false,
});

/** The handshake of every version: nothing is told by it that the door has not let through, and its handlers are the SDK's own. */
export const HANDSHAKE_METHODS: readonly string[] = ["initialize", "ping", "server/discover"];

/** Methods that need a good token and nothing else. */
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

/** The method of MCP 2026-07-28 that opens a stream of notifications. An entry of `methods` may decide it too. */
export const LISTEN = "subscriptions/listen";

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
  [LISTEN, { isThere: (maps) => hasResources(maps) || maps.methods.has(LISTEN), read: listen }],
]);

/** Methods that name a task in `taskId`: of MCP 2025-11-25, and of the Tasks extension (SEP-2663). */
const TASK_METHODS: readonly string[] = [
  "tasks/get",
  "tasks/result",
  "tasks/update",
  "tasks/cancel",
];

/** What 2026-07-28 has no more (MCP 2026-07-28, changelog), of the methods that the table decides on. */
const GONE = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** The methods whose handlers must stand behind a gate, those of tasks too: these are set when a server is made. */
export const GATED_METHODS: readonly string[] = [
  "tools/list",
  ...ROWS.keys(),
  "tasks/list",
  ...TASK_METHODS,
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
    const isOfTable = KNOWN_METHODS.has(method) || (ROWS.has(method) && method !== LISTEN);
    if (!isOfTable && !isNotificationName(method)) continue;
    const said = `methods: \`${method}\` is decided by the protocol's own table`;
    throw new PolicyError("ERR_OPTIONS_INVALID", oneLine(said));
  }
  const maps: Maps = {
    hasResources: Object.keys(resources).length > 0,
    resources: newResourceFinder(resources),
    prompts: new Map(Object.entries(prompts)),
    methods: new Map(Object.entries(methods)),
  };
  return ({ kind, method, params }, version) => {
    // a request of such a name is not a notification: it asks for something that no row names
    const isNotification = kind === "notification" && isNotificationName(method);
    if (KNOWN_METHODS.has(method) || isNotification) return KNOWN;
    const row = ROWS.get(method);
    if (row === undefined) {
      const tool = maps.methods.get(method);
      if (tool === undefined) return unknownMethod(method);
      const isWhole = !TASK_METHODS.includes(method) || typeof taskIdIn(params) === "string";
      return isWhole ? one(tool, params) : MALFORMED;
    }
    const isThere = row.isThere(maps) && !(GONE.has(method) && isModern(version));
    return isThere ? (row.read(params, maps) ?? refused(method)) : unknownMethod(method);
  };
}

/** Names that the protocol keeps for notifications. */
function isNotificationName(method: string): boolean {
  return method.startsWith("notifications/");
}

/** The arguments' own members are the parameters: a name that is none is unknown, whatever else a policy calls so. */
function toolCall(params: Params): Target {
  const name = readOwn(params, "name");
  const given = readOwn(params, "arguments");
  if (typeof name !== "string" || !areArguments(given)) return MALFORMED;
  return isToolName(name) ? one(name, given ?? {}) : refused("tools/call");
}

function resource(params: Params, maps: Maps): Target | undefined {
  const uri = readOwn(params, "uri");
  return typeof uri === "string" ? resourcesOf([uri], maps) : MALFORMED;
}

/** Reads of all these resources; `undefined` where no entry fits one of them. */
function resourcesOf(uris: readonly string[], maps: Maps): OperationsTarget | undefined {
  const resources = uris.map((uri) => ({ uri, entries: maps.resources.byUri(uri) }));
  if (resources.some(({ entries }) => entries.length === 0)) return undefined;
  const operations = resources.flatMap(({ uri, entries }) =>
    entries.map(({ tool, values }) => ({ operation: tool, params: values, arguments: { uri } })),
  );
  return { kind: "operations", operations, resources, isMethodUnknown: false };
}

/** The member of a filter that names resources. */
const SUBSCRIBED = "resourceSubscriptions";

/** Resources of one subscription. Each is decided and audited, so one message must not ask for any number. */
const MOST_SUBSCRIBED = 100;

/**
 * Each resource is decided as a read of it is, and the entry of `methods`, where there is one, decides the method. A filter
 * that names other objects is refused: nothing decides these.
 */
function listen(params: Params, maps: Maps): Target | undefined {
  const filter = readOwn(params, "notifications") ?? {};
  if (!isObject(filter)) return MALFORMED;
  const wanted = readOwn(filter, SUBSCRIBED) ?? [];
  if (!isTextList(wanted) || wanted.length > MOST_SUBSCRIBED) return MALFORMED;
  const others = Object.entries(filter).filter(([name]) => name !== SUBSCRIBED);
  if (others.some(([, flag]) => typeof flag !== "boolean")) return undefined;
  const tool = maps.methods.get(LISTEN);
  const method = tool === undefined ? undefined : one(tool, params);
  if (wanted.length === 0) return method ?? unknownMethod(LISTEN);
  const read = resourcesOf([...new Set(wanted)], maps);
  if (read === undefined || method === undefined) return read;
  return { ...read, operations: [...method.operations, ...read.operations] };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}

function prompt(params: Params, { prompts }: Maps): Target | undefined {
  const name = readOwn(params, "name");
  const given = readOwn(params, "arguments");
  if (typeof name !== "string" || !areArguments(given)) return MALFORMED;
  const tool = prompts.get(name);
  return tool === undefined ? undefined : one(tool, given ?? {});
}

/** The member that names the object of a reference, by the type of the reference. */
const REFERENCES = new Map<unknown, "name" | "uri">([
  ["ref/prompt", "name"],
  ["ref/resource", "uri"],
]);

/** To complete a value is to be told of what there is: it takes what the prompt or the resource itself takes. */
function completion(params: Params, { prompts, resources }: Maps): Target | undefined {
  const reference = readOwn(params, "ref");
  const argument = readOwn(params, "argument");
  const name = readOwn(argument, "name");
  const known = readOwn(readOwn(params, "context"), "arguments");
  if (!isObject(reference) || typeof name !== "string" || !areArguments(known)) return MALFORMED;
  const member = REFERENCES.get(readOwn(reference, "type"));
  const key = member && readOwn(reference, member);
  if (typeof key !== "string") return MALFORMED;
  const tool = member === "name" ? prompts.get(key) : resources.byKey(key);
  // `fromEntries` defines, where an assignment of a name such as `__proto__` would call a setter
  const values = Object.fromEntries([
    ...Object.entries(known ?? {}),
    [name, readOwn(argument, "value")],
  ]);
  return tool === undefined ? undefined : one(tool, values);
}

function areArguments(value: unknown): value is Params {
  return value === undefined || isObject(value);
}
