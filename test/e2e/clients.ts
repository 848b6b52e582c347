// The clients of both SDKs, as a host application runs them: where the SDK redirects the user, the host lets the user
// authorize, passes the callback to the transport, and tries again.
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { UnauthorizedError as UnauthorizedError1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { OauthHost } from "./oauth-host.js";

/** The result of a tool, in the form of both SDKs. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A client of one SDK, with one token provider. */
export interface McpClient {
  /** Connects and initializes. */
  connect(): Promise<void>;
  /** Takes the callback of the authorization server. */
  finishAuth(callback: URLSearchParams): Promise<void>;
  call(tool: string, params?: Readonly<Record<string, string>>): Promise<ToolAnswer>;
  list(): Promise<readonly string[]>;
  read(uri: string): Promise<string | undefined>;
  /** The negotiated protocol version. */
  version(): string | undefined;
  close(): Promise<void>;
}

type Authorizing = NonNullable<
  ConstructorParameters<typeof StreamableHTTPClientTransport>[1]
>["authProvider"];

export type OpenClient = (url: URL, provider: Authorizing) => McpClient;

const INFO = { name: "client of tests", version: "1" };

/**
 * Creates a client of `@modelcontextprotocol/client`, by its mode of version negotiation. One that caches lists keeps lists without
 * a lifetime for an hour, as all lists of the older protocol are.
 */
export function clientV2(mode: "legacy" | "auto", { keepsLists = false } = {}): OpenClient {
  return (url, provider) => {
    let transport = new StreamableHTTPClientTransport(url);
    let client = new Client(INFO);
    return {
      connect: async () => {
        transport = new StreamableHTTPClientTransport(url, {
          ...(provider && { authProvider: provider }),
        });
        client = new Client(INFO, {
          versionNegotiation: { mode },
          defaultCacheTtlMs: keepsLists ? 3_600_000 : 0,
        });
        await client.connect(transport);
      },
      finishAuth: (callback) => transport.finishAuth(callback),
      call: async (name, params = {}) =>
        answerOf(await client.callTool({ name, arguments: params })),
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      read: async (uri) => textOf((await client.readResource({ uri })).contents),
      version: () => client.getNegotiatedProtocolVersion(),
      close: () => client.close(),
    };
  };
}

/** Creates a client of `@modelcontextprotocol/sdk`. */
export const clientV1: OpenClient = (url, provider) => {
  let transport = new Transport1(url);
  let client = new Client1(INFO);
  return {
    connect: async () => {
      transport = new Transport1(url, {
        ...(provider && { authProvider: provider as never }),
      });
      client = new Client1(INFO);
      await client.connect(transport);
    },
    finishAuth: (callback) => transport.finishAuth(callback.get("code") ?? ""),
    call: async (name, params = {}) => answerOf(await client.callTool({ name, arguments: params })),
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    version: () => transport.protocolVersion,
    close: () => client.close(),
  };
};

function answerOf(result: object): ToolAnswer {
  const { isError, content, _meta } = result as {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text?: string }[];
    readonly _meta?: Record<string, unknown>;
  };
  return { isError: isError === true, text: content?.[0]?.text ?? "", meta: _meta ?? {} };
}

function textOf(contents: readonly object[]): string | undefined {
  const [first] = contents;
  return first !== undefined && "text" in first ? String(first.text) : undefined;
}

/** Runs an action as a user at a host does: tries, authorizes if the SDK requires it, and tries again. */
export async function withPerson<Value>(
  host: OauthHost,
  client: McpClient,
  act: () => Promise<Value>,
): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    if (!isUnauthorized(error) || host.pending === undefined) throw error;
    await client.finishAuth(await host.authorize());
    return act();
  }
}

/** Returns whether the SDK requires an authorization, or has no user to send. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof UnauthorizedError || error instanceof UnauthorizedError1;
}
