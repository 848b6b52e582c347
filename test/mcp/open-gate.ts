import type { AuthorizerOptions } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type McpGateOptions, type McpHttpRequest, mcpGate } from "scope-policy/mcp";
import { createListFilter } from "../../src/mcp/server/filter-lists.js";
import { createHandlerGate, type Handler } from "../../src/mcp/server/handler-gate.js";
import { createRegistrations } from "../../src/mcp/server/registrations.js";
import { defaultTaskOwners } from "../../src/mcp/server/task-owners.js";
import { createHandshake } from "../../src/mcp/shared/handshake.js";
import { createRequiredOperations } from "../../src/mcp/shared/required-operations.js";
import type { McpSurface } from "../../src/mcp/shared/shared-options.js";
import {
  createTestAuthorizer,
  keepDecisions,
  policy,
  surface,
  type TestAuthorizer,
  type Types,
} from "./fixture.js";
import { authInfoOf } from "./in-memory-client.js";

/** The gate's response to a message; the functions below return `undefined` for a message that passes. */
export interface GateResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const DENIAL = "scope-policy/denial";

/** Returns the code of the denial in a response: a problem document, a JSON-RPC error, or a tool result. */
export function denialCodeOf(response: GateResponse | undefined): unknown {
  const body = response?.body as {
    readonly error?: string | { readonly data?: Record<string, { readonly error: string }> };
    readonly result?: { readonly _meta: Record<string, { readonly error: string }> };
  };
  if (typeof body.error === "string") return body.error;
  return (body.error?.data ?? body.result?._meta)?.[DENIAL]?.error;
}

export interface RequestOptions {
  readonly token?: string | undefined;
  readonly method?: string;
  /** Headers by name; a list is a repeated header. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
}

/** Creates a request as a host passes it to the gate. */
export function requestOf(
  content: unknown,
  { token, method = "POST", fields = {} }: RequestOptions = {},
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
  const authorizer = createTestAuthorizer({
    audit: keepDecisions(events),
    ...authorizerOptions,
  });
  const gate = mcpGate(authorizer, { ...surface, ...options });
  const check = (content: unknown, asking?: RequestOptions) =>
    gate.check(requestOf(content, asking));
  const ask = async (
    content: unknown,
    asking?: RequestOptions,
  ): Promise<GateResponse | undefined> => {
    const verdict = await check(content, asking);
    return verdict.kind === "pass" ? undefined : verdict.answer;
  };
  return { ask, check, events, gate, authorizer };
}

/** Opens a handler gate without an SDK, with the options of the tests or others. */
export function openHandlerGate(
  options: McpSurface<Types> = surface,
  authorizer: TestAuthorizer = createTestAuthorizer(),
) {
  const loose = options as McpSurface;
  const gate = createHandlerGate({
    authorizer: authorizer,
    surface: loose,
    targets: createRequiredOperations(loose),
    listsOf: (inForce) => createListFilter(inForce, loose, undefined),
    registrations: createRegistrations({}),
    handshake: createHandshake(policy, loose),
    tasks: defaultTaskOwners(authorizer),
    local: undefined,
  });
  /** Calls a handler behind the gate. Returns its result, or throws the denial. */
  const call = async (
    { method, params = {} }: { readonly method: string; readonly params?: object },
    { token, meta, handler = () => ({ ran: true }) }: HandlerCallOptions = {},
  ): Promise<unknown> => {
    const context = {
      authInfo: token === undefined ? undefined : authInfoOf(token),
      requestId: 1,
      requestInfo: { headers: {} },
      _meta: meta,
    };
    const guarded = gate.wrap({ method: undefined, isBare: false }, handler);
    return guarded({ method, params }, context);
  };
  return { gate, call };
}

export interface HandlerCallOptions {
  readonly token?: string | undefined;
  readonly meta?: unknown;
  readonly handler?: Handler;
}
