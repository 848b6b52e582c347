import type { AuditEvent, AuthorizerOptions } from "scope-policy";
import { type McpGateOptions, type McpHttpRequest, mcpGate } from "scope-policy/mcp";
import { type Handler, newHandlerGate } from "../../src/mcp/handler-gate.js";
import { newHandshake } from "../../src/mcp/handshake.js";
import { newLists } from "../../src/mcp/lists.js";
import { newRegistrations } from "../../src/mcp/registrations.js";
import type { McpSurface } from "../../src/mcp/surface.js";
import { newTargets } from "../../src/mcp/targets.js";
import { newTasks, taskMemoryOf } from "../../src/mcp/tasks.js";
import { newAuthorizer, policy, surface, type TestAuthorizer, type Types } from "./fixture.js";
import { bearing } from "./talk.js";

/** The gate's response to a message; the functions below return `undefined` for a message that passes. */
export interface Checked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Asking {
  readonly token?: string | undefined;
  readonly method?: string;
  /** Headers by name; a list is a repeated header. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
}

/** Creates a request as a host passes it to the gate. */
export function requestOf(
  content: unknown,
  { token, method = "POST", fields = {} }: Asking = {},
): McpHttpRequest {
  const text = typeof content === "string" ? content : JSON.stringify(content ?? "");
  const bytes = new TextEncoder().encode(text);
  const sent = new Map<string, string | readonly string[]>(
    Object.entries({
      "content-type": "application/json",
      "content-length": String(bytes.length),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...fields,
    }),
  );
  return {
    method,
    target: "/mcp",
    field: (name) => [sent.get(name) ?? []].flat(),
    read: (most) => Promise.resolve(bytes.length > most ? "too_large" : bytes),
  };
}

/** Opens a gate in front of a server, with a record of its audit events. */
export function openGate(
  options: McpGateOptions<Types> = {},
  authorizerOptions: Partial<AuthorizerOptions<Types>> = {},
) {
  const events: AuditEvent[] = [];
  const authorizer = newAuthorizer({
    audit: (event) => void events.push(event),
    ...authorizerOptions,
  });
  const gate = mcpGate(authorizer, { ...surface, ...options });
  const check = (content: unknown, asking?: Asking) => gate.check(requestOf(content, asking));
  const ask = async (content: unknown, asking?: Asking): Promise<Checked | undefined> => {
    const verdict = await check(content, asking);
    return verdict.kind === "pass" ? undefined : verdict.answer;
  };
  return { ask, check, events, gate, authorizer };
}

/** Opens a handler gate without an SDK, with the options of the tests or others. */
export function openHandlerGate(
  options: McpSurface<Types> = surface,
  authorizer: TestAuthorizer = newAuthorizer(),
) {
  const loose = options as McpSurface;
  const gate = newHandlerGate({
    authorizer: authorizer,
    surface: loose,
    targets: newTargets(loose),
    lists: newLists(policy, loose, undefined),
    registrations: newRegistrations({}),
    handshake: newHandshake(policy, loose),
    tasks: newTasks(taskMemoryOf(authorizer)),
    local: undefined,
  });
  /** Calls a handler behind the gate. Returns its result, or throws the denial. */
  const call = async (
    { method, params = {} }: { readonly method: string; readonly params?: object },
    { token, meta, handler = () => ({ ran: true }) }: HandlerAsking = {},
  ): Promise<unknown> => {
    const context = {
      authInfo: token === undefined ? undefined : bearing(token),
      requestId: 1,
      requestInfo: { headers: {} },
      _meta: meta,
    };
    const guarded = gate.guard({ method: undefined, isBare: false }, handler);
    return guarded({ method, params }, context);
  };
  return { gate, call };
}

export interface HandlerAsking {
  readonly token?: string | undefined;
  readonly meta?: unknown;
  readonly handler?: Handler;
}
