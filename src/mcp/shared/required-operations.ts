import { readOwn } from "../../decision/access-token.js";
import { PolicyError } from "../../errors.js";
import { isObject } from "../../grammar/is-object.js";
import { escapeControls } from "../../policy/report.js";
import { isToolName } from "../../policy/tool-names.js";
import { type Params, type RequestOrNotification, taskIdIn } from "./message.js";
import { createResourceLookup, type ResourceMatch } from "./resource-uris.js";
import type { McpSurface } from "./shared-options.js";
import { isModern } from "./versions.js";

/** One operation of the policy that a message asks for. */
export interface TargetOperation {
  readonly operation: string;
  readonly params: unknown;
  /** The arguments that an audit event shows. */
  readonly arguments: unknown;
  /** Whether the message names an object on which the operation decides: a resource or a prompt. */
  readonly isOfObject: boolean;
}

/** A resource that a message names, with the entries of the `resources` option that match its URI. */
export interface NamedResource {
  readonly uri: string;
  readonly entries: readonly ResourceMatch[];
}

/** Operations that the policy must all allow. */
export interface OperationsTarget {
  readonly kind: "operations";
  readonly operations: readonly TargetOperation[];
  /** The resources on which these operations decide. */
  readonly resources: readonly NamedResource[];
  /** Whether neither the table nor `methods` names the method, so that the response is "method not found". */
  readonly isMethodUnknown: boolean;
}

/** What a message requires: only a valid token (`known`), or operations; or its parameters are `malformed`. */
export type RequiredOperations =
  | { readonly kind: "known" }
  | OperationsTarget
  | { readonly kind: "malformed" };

/** Returns what a message requires. Never throws. */
export type FindRequiredOperations = (
  question: RequestOrNotification,
  version: string | undefined,
) => RequiredOperations;

const AUTHENTICATED_ONLY: RequiredOperations = Object.freeze({ kind: "known" });
const MALFORMED: RequiredOperations = Object.freeze({ kind: "malformed" });
const NO_RESOURCES: readonly NamedResource[] = Object.freeze([]);

/** Returns an operation that no policy can contain, so that the gate denies the message and audits it like any other. */
export const unknownOperation = (method: string): OperationsTarget =>
  singleOperation(`mcp:${method}`);

/** Returns the denial of a method that neither the table nor the options name. */
const unknownMethod = (method: string): RequiredOperations => ({
  ...unknownOperation(method),
  isMethodUnknown: true,
});

const singleOperation = (
  operation: string,
  params?: unknown,
  isOfObject = false,
): OperationsTarget => ({
  kind: "operations",
  operations: [{ operation, params, arguments: params, isOfObject }],
  resources: NO_RESOURCES,
  isMethodUnknown: false,
});

/**
 * The handshake methods of every version. The SDK itself handles them, and they reveal nothing that the HTTP gate has not
 * allowed.
 */
export const HANDSHAKE_METHODS: readonly string[] = ["initialize", "ping", "server/discover"];

/** Methods that need only a valid token. */
const AUTHENTICATED_METHODS = new Set([...HANDSHAKE_METHODS, "logging/setLevel", "tools/list"]);

/** A method on which the entries of the options decide. */
interface Row {
  /** Returns whether the server has the method at all. */
  readonly isThere: (maps: Maps) => boolean;
  /** Returns what the message requires; `undefined` if the options have no matching entry. */
  readonly read: (params: Params, maps: Maps) => RequiredOperations | undefined;
}

const always = () => true;
const readAuthenticated = () => AUTHENTICATED_ONLY;
const hasResources = ({ hasResources: has }: Maps) => has;
const hasPrompts = ({ prompts }: Maps) => prompts.size > 0;
const hasEither = (maps: Maps) => hasResources(maps) || hasPrompts(maps);

/** The method of MCP 2026-07-28 that opens a stream of notifications. An entry of `methods` may decide it too. */
export const LISTEN_METHOD = "subscriptions/listen";

/** The methods on which a policy decides. Every other method of the protocol is in {@link AUTHENTICATED_METHODS} or denied. */
const ROWS = new Map<string, Row>([
  ["tools/call", { isThere: always, read: toolCall }],
  ["resources/list", { isThere: hasResources, read: readAuthenticated }],
  ["resources/templates/list", { isThere: hasResources, read: readAuthenticated }],
  ["resources/read", { isThere: hasResources, read: resource }],
  ["resources/subscribe", { isThere: hasResources, read: resource }],
  ["resources/unsubscribe", { isThere: hasResources, read: resource }],
  ["prompts/list", { isThere: hasPrompts, read: readAuthenticated }],
  ["prompts/get", { isThere: hasPrompts, read: prompt }],
  ["completion/complete", { isThere: hasEither, read: completion }],
  [
    LISTEN_METHOD,
    { isThere: (maps) => hasResources(maps) || maps.methods.has(LISTEN_METHOD), read: listen },
  ],
]);

/** Methods that name a task in `taskId`, of MCP 2025-11-25 and of the Tasks extension (SEP-2663). */
const TASK_METHODS: readonly string[] = [
  "tasks/get",
  "tasks/result",
  "tasks/update",
  "tasks/cancel",
];

/** Methods of the table that 2026-07-28 removed (MCP 2026-07-28, changelog). */
const REMOVED_METHODS = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** The methods with handlers that must be gated. They include those of tasks, which an SDK sets when the server is created. */
export const GATED_METHODS: readonly string[] = [
  "tools/list",
  ...ROWS.keys(),
  "tasks/list",
  ...TASK_METHODS,
];

interface Maps {
  readonly hasResources: boolean;
  readonly resources: ReturnType<typeof createResourceLookup>;
  readonly prompts: ReadonlyMap<string, string>;
  readonly methods: ReadonlyMap<string, string>;
}

/**
 * Creates the function that returns what a message to one server requires.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function createRequiredOperations({
  resources = {},
  prompts = {},
  methods = {},
}: McpSurface): FindRequiredOperations {
  for (const method of Object.keys(methods)) {
    const isOfTable =
      AUTHENTICATED_METHODS.has(method) || (ROWS.has(method) && method !== LISTEN_METHOD);
    if (!isOfTable && !isNotificationName(method)) continue;
    const message = `methods: \`${method}\` cannot be mapped: the gate decides on it itself`;
    throw new PolicyError("ERR_OPTIONS_INVALID", escapeControls(message));
  }
  const maps: Maps = {
    hasResources: Object.keys(resources).length > 0,
    resources: createResourceLookup(resources),
    prompts: new Map(Object.entries(prompts)),
    methods: new Map(Object.entries(methods)),
  };
  return ({ kind, method, params }, version) => {
    // a request with such a name is not a notification, and no row names it
    const isNotification = kind === "notification" && isNotificationName(method);
    if (AUTHENTICATED_METHODS.has(method) || isNotification) return AUTHENTICATED_ONLY;
    const row = ROWS.get(method);
    if (row === undefined) {
      const tool = maps.methods.get(method);
      if (tool === undefined) return unknownMethod(method);
      const isWhole = !TASK_METHODS.includes(method) || typeof taskIdIn(params) === "string";
      return isWhole ? singleOperation(tool, params) : MALFORMED;
    }
    const isSupported = row.isThere(maps) && !(REMOVED_METHODS.has(method) && isModern(version));
    return isSupported
      ? (row.read(params, maps) ?? unknownOperation(method))
      : unknownMethod(method);
  };
}

/** Returns whether the protocol reserves a method name for notifications. */
function isNotificationName(method: string): boolean {
  return method.startsWith("notifications/");
}

/**
 * Reads a tool call: its arguments are the parameters. A name that is not a tool name is denied, even if the policy has such an
 * endpoint.
 */
function toolCall(params: Params): RequiredOperations {
  const name = readOwn(params, "name");
  const given = readOwn(params, "arguments");
  if (typeof name !== "string" || !areArguments(given)) return MALFORMED;
  return isToolName(name) ? singleOperation(name, given ?? {}) : unknownOperation("tools/call");
}

function resource(params: Params, maps: Maps): RequiredOperations | undefined {
  const uri = readOwn(params, "uri");
  return typeof uri === "string" ? resourcesOf([uri], maps) : MALFORMED;
}

/** Returns the operations that read all these resources; `undefined` if one of them matches no entry. */
function resourcesOf(uris: readonly string[], maps: Maps): OperationsTarget | undefined {
  const resources = uris.map((uri) => ({ uri, entries: maps.resources.byUri(uri) }));
  if (resources.some(({ entries }) => entries.length === 0)) return undefined;
  const operations = resources.flatMap(({ uri, entries }) =>
    entries.map(({ tool, values }) => ({
      operation: tool,
      params: values,
      arguments: { uri },
      isOfObject: true,
    })),
  );
  return { kind: "operations", operations, resources, isMethodUnknown: false };
}

/** The member of a subscription filter that names resources. */
const SUBSCRIBED = "resourceSubscriptions";

/** Maximum number of resources in one subscription: the gate decides on and audits each of them. */
const MAX_SUBSCRIBED = 100;

/**
 * Reads a subscription. The gate decides on each resource as on a read of it, and on the method by its entry in `methods`, if
 * there is one. A filter that names other objects is denied, since no entry decides on these.
 */
function listen(params: Params, maps: Maps): RequiredOperations | undefined {
  const filter = readOwn(params, "notifications") ?? {};
  if (!isObject(filter)) return MALFORMED;
  const wanted = readOwn(filter, SUBSCRIBED) ?? [];
  if (!isTextList(wanted) || wanted.length > MAX_SUBSCRIBED) return MALFORMED;
  const others = Object.entries(filter).filter(([name]) => name !== SUBSCRIBED);
  if (others.some(([, flag]) => typeof flag !== "boolean")) return undefined;
  const tool = maps.methods.get(LISTEN_METHOD);
  const method = tool === undefined ? undefined : singleOperation(tool, params);
  if (wanted.length === 0) return method ?? unknownMethod(LISTEN_METHOD);
  const read = resourcesOf([...new Set(wanted)], maps);
  if (read === undefined || method === undefined) return read;
  return { ...read, operations: [...method.operations, ...read.operations] };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}

function prompt(params: Params, { prompts }: Maps): RequiredOperations | undefined {
  const name = readOwn(params, "name");
  const given = readOwn(params, "arguments");
  if (typeof name !== "string" || !areArguments(given)) return MALFORMED;
  const tool = prompts.get(name);
  return tool === undefined ? undefined : singleOperation(tool, given ?? {}, true);
}

/** The member of a reference that names its object, by the type of the reference. */
const REFERENCES = new Map<unknown, "name" | "uri">([
  ["ref/prompt", "name"],
  ["ref/resource", "uri"],
]);

/** Reads a completion. It reveals existing values, so it requires the same as the prompt or the resource itself. */
function completion(params: Params, { prompts, resources }: Maps): RequiredOperations | undefined {
  const reference = readOwn(params, "ref");
  const argument = readOwn(params, "argument");
  const name = readOwn(argument, "name");
  const known = readOwn(readOwn(params, "context"), "arguments");
  if (!isObject(reference) || typeof name !== "string" || !areArguments(known)) return MALFORMED;
  const member = REFERENCES.get(readOwn(reference, "type"));
  const key = member && readOwn(reference, member);
  if (typeof key !== "string") return MALFORMED;
  const tool = member === "name" ? prompts.get(key) : resources.byKey(key);
  // `fromEntries` defines members; assigning a name such as `__proto__` would call a setter
  const values = Object.fromEntries([
    ...Object.entries(known ?? {}),
    [name, readOwn(argument, "value")],
  ]);
  return tool === undefined ? undefined : singleOperation(tool, values, true);
}

function areArguments(value: unknown): value is Params {
  return value === undefined || isObject(value);
}
