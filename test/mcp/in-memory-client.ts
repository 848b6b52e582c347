import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/server";
import type { AuditEvent } from "scope-policy/audit";
import {
  createServerV1,
  createServerV2,
  createTestAuthorizer,
  initialize,
  type Message,
  type ToolRun,
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
export interface InMemoryClient {
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

export type SdkVersion = keyof typeof PAIRS;

export const SDK_VERSIONS = Object.keys(PAIRS) as readonly SdkVersion[];

/** Connects a server of either SDK, initializes, and returns the client's end. */
export async function connectInMemory(
  generation: SdkVersion,
  server: { connect(transport: never): Promise<void> },
  sessionId?: string,
): Promise<InMemoryClient> {
  const [mine, theirs] = PAIRS[generation]();
  theirs.sessionId = sessionId;
  const waiting = new Map<number, (reply: Reply) => void>();
  mine.onmessage = (message: Reply & { readonly id: number }) => waiting.get(message.id)?.(message);
  await server.connect(theirs as never);
  await mine.start();
  let last = 1_000;
  const ask: InMemoryClient["ask"] = (message, authInfo) => {
    last += 1;
    const id = last;
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    const sent = { jsonrpc: "2.0", ...message, id };
    return mine.send(sent as never, { authInfo } as never).then(() => reply);
  };
  const tell: InMemoryClient["tell"] = async (message, authInfo) => {
    await mine.send({ jsonrpc: "2.0", ...message } as never, { authInfo } as never);
    await ask({ method: "ping" });
  };
  await ask(initialize);
  return { ask, tell, close: () => mine.close() };
}

/** Creates the `AuthInfo` of a token, with claims that the gate must not trust. */
export const authInfoOf = (token: unknown) => ({
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

export const CREATE_SERVER = { v1: createServerV1, v2: createServerV2 };

/** Opens a server of either SDK with every tool, and an in-memory client. */
export async function open(
  generation: SdkVersion,
  options: Parameters<typeof createServerV2>[2] = {},
  audit?: (event: AuditEvent) => unknown,
): Promise<InMemoryClient & { readonly runs: ToolRun[] }> {
  const runs: ToolRun[] = [];
  const authorizer = createTestAuthorizer(audit === undefined ? {} : { audit });
  const server = CREATE_SERVER[generation](authorizer, runs, options);
  return { runs, ...(await connectInMemory(generation, server)) };
}
