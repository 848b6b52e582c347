// The clients of both MCP SDKs meet each refusal of a policy over Streamable HTTP, in each mode of challenges.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import {
  type AccessToken,
  type AuthorizerOptions,
  type CredentialDenial,
  createAuthorizer,
  DECISION_CODES,
} from "scope-policy";
import { type McpChallenge, mcpGate, protect } from "scope-policy/mcp";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { isUnauthorized } from "../e2e/clients.js";
import { createOauthStore } from "../oauth-store.js";
import { titled } from "../titled.js";
import { NOW, policy, READ, ROWS, type Row, UNKNOWN, type Verified } from "./each-refusal-rows.js";
import { tokenOf } from "./fixture.js";
import { close, listen } from "./hosts.js";

const RESOURCE = "https://api.example.com/mcp";
const ISSUER = "https://as.example.com";
const CALLBACK = "http://localhost/callback";

const TOOLS = [...policy.toolNames, "query.write", "no_such_tool"];
const inputSchema = z.looseObject({});

/** A mode of challenges. */
interface Mode {
  readonly challenge: McpChallenge;
  /** The `User-Agent` of the client. Default: that of `fetch`. */
  readonly agent?: string;
  /** Whether a missing scope is a tool result. */
  readonly asResult: boolean;
}

const MODES: readonly Mode[] = [
  { challenge: "http", asResult: false },
  { challenge: "tool-result", asResult: true },
  { challenge: "auto", asResult: false },
  { challenge: "auto", agent: "codex_cli_rs/0.9", asResult: true },
];

const RESULT = z.object({
  isError: z.literal(true),
  content: z.tuple([z.object({ type: z.literal("text"), text: z.string() })]),
  _meta: z.looseObject({}),
});

/** A token that opens each tool which something opens, with the arguments for it. */
const EVERYTHING: Verified = {
  scope:
    "db:write sync admin:all user/Order.read jobs ops.*.read files:/home patient/X.rs repository:a/b:pull",
  tier: "pro",
  account_type: ["person", "firm"],
  entitlements: ["fleet"],
  boundaries: { project: ["p1"] },
  acr: "phr",
  auth_time: NOW,
  first_party: true,
};
const ARGUMENTS = {
  projectId: "p1",
  Type: "Order",
  Kind: "X",
  image: "a/b",
  path: "home/x",
};
const OPEN = policy.toolNames.filter((tool) => tool !== "erase");

const CONNECT = {
  "1.x": async (url: URL, options: object) => {
    const client = new Client1({ name: "client of tests", version: "1" });
    await client.connect(new Transport1(url, options));
    return client as unknown as Client;
  },
  "2.x": async (url: URL, options: object) => {
    const client = new Client(
      { name: "client of tests", version: "1" },
      { versionNegotiation: { mode: "auto" } },
    );
    await client.connect(new StreamableHTTPClientTransport(url, options));
    return client;
  },
} as const;
type Sdk = keyof typeof CONNECT;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of closers.splice(0)) await end();
});

const authorizerOptions = {
  policy,
  verify: (raw: string) => {
    if (raw === "outage") throw new Error("unreachable");
    try {
      return JSON.parse(Buffer.from(raw, "base64url").toString()) as AccessToken;
    } catch {
      return undefined;
    }
  },
  trustClaims: ["tier", "account_type", "entitlements", "first_party"],
  subject: ({ client_id }) => (client_id === "partner" ? { approvedScopes: ["sync"] } : undefined),
  resource: RESOURCE,
  authorizationServers: [ISSUER],
  clockTolerance: 5,
  onOutage: () => undefined,
  onRejected: () => undefined,
} satisfies AuthorizerOptions;

/** Starts a server with every tool behind the gate, and returns the names of the tools whose handlers ran. */
async function start(challenge: McpChallenge) {
  const runs: string[] = [];
  const authorizer = createAuthorizer(authorizerOptions);
  const gate = mcpGate(authorizer, { challenge });
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: "fleet", version: "1" });
      protect(server, { authorizer, challenge });
      for (const tool of TOOLS) {
        server.registerTool(tool, { inputSchema }, () => {
          runs.push(tool);
          return { content: [] };
        });
      }
      return server;
    },
    { keepAliveMs: 0 },
  );
  const { server, port } = await listen(gate.node(handler.fetch));
  closers.push(() => close(server));
  return { runs, url: new URL(`http://127.0.0.1:${port}/mcp`) };
}

/** Connects a client with an authorization provider, and returns the scope of each authorization that the SDK starts. */
async function connect(sdk: Sdk, url: URL, agent: string | undefined) {
  const asked: string[] = [];
  const responses: { status: number; code?: string }[] = [];
  const store = createOauthStore(CALLBACK, { redirect_uris: [CALLBACK] }, (target) => {
    asked.push(target.searchParams.get("scope") ?? "");
  });
  const useToken = (token: Row["token"]) => {
    const raw = typeof token === "object" ? tokenOf(token) : token;
    if (raw === undefined) store.invalidateCredentials("tokens");
    else store.saveTokens({ access_token: raw, token_type: "Bearer", issuer: ISSUER });
  };
  const documents = new Map<string, object>([
    [
      new URL("/.well-known/oauth-protected-resource/mcp", RESOURCE).href,
      { resource: url.href, authorization_servers: [ISSUER] },
    ],
    [
      `${ISSUER}/.well-known/oauth-authorization-server`,
      {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        response_types_supported: ["code"],
        code_challenge_methods_supported: ["S256"],
      },
    ],
  ]);
  const fetchOrServe: typeof fetch = async (input, init) => {
    const { href } = new URL(input instanceof Request ? input.url : input);
    const served = documents.get(href);
    if (served !== undefined) return Response.json(served);
    const headers = new Headers(init?.headers);
    if (agent !== undefined) headers.set("User-Agent", agent);
    const response = await fetch(input, { ...init, headers });
    // a client of 1.x opens a stream in the background, at a time of its own
    if (init?.method === "GET") return response;
    const { status, ok } = response;
    const body = ok ? undefined : ((await response.clone().json()) as { readonly error: string });
    responses.push({ status, ...(body && { code: body.error }) });
    return response;
  };
  useToken(READ);
  store.saveClientInformation({ client_id: "app", issuer: ISSUER });
  const client = await CONNECT[sdk](url, { authProvider: store, fetch: fetchOrServe });
  closers.push(() => client.close());
  return { client, asked, useToken, last: () => responses.at(-1) };
}

/** Sends the call of a row, and returns what its client meets. */
async function meet(sdk: Sdk, row: Row, { challenge, agent }: Mode) {
  const { runs, url } = await start(challenge);
  const { client, asked, useToken, last } = await connect(sdk, url, agent);
  useToken(row.token);
  const met: { result?: unknown; error?: unknown } = await client
    .callTool({ name: row.tool, arguments: { ...row.args } })
    .then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  return { ...met, asked, runs, ...last() };
}

/** Returns the scope of a challenge. For a client of 1.x, which replaces its scope by it, it contains the scope in the token. */
function challengedScope(sdk: Sdk, { token }: Row, asks: string): string {
  const granted = typeof token === "object" && asks !== "" ? String(token["scope"]) : "";
  const before = sdk === "1.x" ? granted.split(" ").filter((scope) => scope !== "") : [];
  return [...new Set([...before, ...asks.split(" ")])].join(" ");
}

const titleOfMode = ({ challenge, agent }: Mode) =>
  agent === undefined ? challenge : `${challenge} for ${agent}`;

describe.each(Object.keys(CONNECT) as Sdk[])("a client of SDK %s", (sdk) => {
  describe.each(titled(MODES, titleOfMode))("with challenges of mode %s", (_mode, mode) => {
    it.each(titled(ROWS))("meets the refusal of %s", async (_title, row) => {
      const { runs, result, error, asked, status, code } = await meet(sdk, row, mode);
      expect(runs).toEqual([]);
      const challenged = mode.asResult ? row.asResult : row.http;
      const asks = (challenged ?? row.http)?.asks;
      const scope = asks === undefined ? undefined : challengedScope(sdk, row, asks);
      if (challenged === undefined) {
        expect({ status, asked }).toEqual({ status: 200, asked: [] });
        expect(RESULT.parse(result)).toMatchObject({
          content: [{ text: expect.stringMatching(row.text) as string }],
          _meta: {
            "scope-policy/denial": {
              error: row.code,
              ...row.body,
              ...(scope !== undefined && { scope }),
            },
          },
        });
      } else {
        expect({ status, code, asked }).toEqual({
          status: challenged.status,
          code: row.code,
          asked: scope === undefined ? [] : [scope],
        });
        expect(isUnauthorized(error)).toBe(scope !== undefined);
      }
    });

    it("reaches the handler of each tool that something opens", async () => {
      const { runs, url } = await start(mode.challenge);
      const { client, useToken } = await connect(sdk, url, mode.agent);
      useToken(EVERYTHING);
      for (const name of OPEN) await client.callTool({ name, arguments: ARGUMENTS });
      expect(runs).toEqual(OPEN);
    });
  });

  it("cannot tell an internal operation from a tool outside of the policy", async () => {
    const seen = UNKNOWN.map((row) => MODES.map((mode) => meet(sdk, row, mode)));
    const [internal, outside] = await Promise.all(seen.map((one) => Promise.all(one)));
    expect(internal).toEqual(outside);
  });
});

describe("the rows", () => {
  it("have each denial code", () => {
    const credentials = {
      invalid_request: true,
      temporarily_unavailable: true,
    } satisfies Record<CredentialDenial["code"], true>;
    const denials = DECISION_CODES.filter((code) => code !== "allowed");
    const codes = new Set(ROWS.map(({ code }) => code));
    expect(
      [...denials, ...Object.keys(credentials)].filter((code) => !codes.has(code as never)),
    ).toEqual([]);
  });
});
