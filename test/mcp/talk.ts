import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/server";
import type { AuditEvent } from "scope-policy";
import {
  initialize,
  type Message,
  newAuthorizer,
  newServerV1,
  newServerV2,
  type Run,
} from "./fixture.js";

/** The response of an in-memory server. */
export interface Reply {
  readonly result?: {
    readonly content?: readonly { readonly text: string }[];
    readonly isError?: boolean;
    readonly _meta?: Record<string, unknown>;
    readonly [member: string]: unknown;
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** The client's end of an in-memory transport, with the `authInfo` that a transport can pass. */
export interface Talk {
  readonly ask: (message: Omit<Message, "jsonrpc">, authInfo?: unknown) => Promise<Reply>;
  /** Sends a notification, and waits until a later request is answered. */
  readonly tell: (message: Omit<Message, "jsonrpc" | "id">, authInfo?: unknown) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Transport {
  sessionId?: string | undefined;
  onmessage?: ((message: never) => void) | undefined;
  start(): Promise<void>;
  close(): Promise<void>;
  send(message: never, options?: never): Promise<void>;
}

const PAIRS = {
  v1: () => InMemoryV1.createLinkedPair() as unknown as [Transport, Transport],
  v2: () => InMemoryV2.createLinkedPair() as unknown as [Transport, Transport],
};

export type Generation = keyof typeof PAIRS;

export const GENERATIONS = Object.keys(PAIRS) as readonly Generation[];

/** Connects a server of either SDK, initializes, and returns the client's end. */
export async function talkTo(
  generation: Generation,
  server: { connect(transport: never): Promise<void> },
  sessionId?: string,
): Promise<Talk> {
  const [mine, theirs] = PAIRS[generation]();
  theirs.sessionId = sessionId;
  const waiting = new Map<number, (reply: Reply) => void>();
  mine.onmessage = (message: Reply & { readonly id: number }) => waiting.get(message.id)?.(message);
  await server.connect(theirs as never);
  await mine.start();
  let last = 1_000;
  const ask: Talk["ask"] = (message, authInfo) => {
    last += 1;
    const id = last;
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    const sent = { jsonrpc: "2.0", ...message, id };
    return mine.send(sent as never, { authInfo } as never).then(() => reply);
  };
  const tell: Talk["tell"] = async (message, authInfo) => {
    await mine.send({ jsonrpc: "2.0", ...message } as never, { authInfo } as never);
    await ask({ method: "ping" });
  };
  await ask(initialize);
  return { ask, tell, close: () => mine.close() };
}

/** Creates the `AuthInfo` of a token, with claims that the gate must not trust. */
export const bearing = (token: unknown) => ({
  token,
  clientId: "admin",
  scopes: ["mcp:tools", "notes:read", "notes:write", "admin:all"],
  expiresAt: 9_999_999_999,
  extra: { first_party: true, tier: "pro" },
});

export const textOf = (reply: Reply) => reply.result?.content?.[0]?.text ?? "";

/** Returns the names in a list; none without a list. */
export const namesIn = (reply: Reply, member: string): readonly string[] =>
  ((reply.result?.[member] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);

export const NEW_SERVER = { v1: newServerV1, v2: newServerV2 };

/** Opens a server of either SDK with every tool, and an in-memory client. */
export async function open(
  generation: Generation,
  options: Parameters<typeof newServerV2>[2] = {},
  audit?: (event: AuditEvent) => unknown,
): Promise<Talk & { readonly runs: Run[] }> {
  const runs: Run[] = [];
  const authorizer = newAuthorizer(audit === undefined ? {} : { audit });
  const server = NEW_SERVER[generation](authorizer, runs, options);
  return { runs, ...(await talkTo(generation, server)) };
}
