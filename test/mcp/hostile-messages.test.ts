import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { type McpGate, mcpGate, protect } from "scope-policy/mcp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { titled } from "../titled.js";
import { call, INFO, modern, tokenOf, verify } from "./fixture.js";
import { HOSTILE_MESSAGES, type HostileMessage } from "./hostile-messages.js";
import {
  bearer,
  close,
  JSON_HEADERS,
  listen,
  type NodeListener,
  type RawResponse,
  sendRaw,
} from "./hosts.js";

const policy = definePolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro", "enterprise"],
  scopes: {
    "courses:read": "See your courses",
    "courses:write": "Change your courses",
    "read:bookings": "See bookings",
    "write:bookings": "Change bookings",
    openid: "Sign you in",
    "reports:export": "Export reports",
    "admin:all": { description: "Internal", reserved: true },
    "/accounts/{accountID}/profile.read": "Read the profile of one account",
    "/accounts/{accountID}/profile.write": "Change the profile of one account",
  },
  tools: {
    list_courses: "courses:read",
    update_course: { allOf: ["courses:read", "courses:write"] },
    delete_course: "courses:write",
    search: { anyOf: ["courses:read", "read:bookings"] },
    list_bookings: "read:bookings",
    whoami: "openid",
    read_profile: {
      scope: "/accounts/{accountID}/profile.read",
      params: { accountID: "account_id" },
    },
    update_profile: {
      scope: "/accounts/{accountID}/profile.write",
      params: { accountID: "account_id" },
    },
    purge_all: "admin:all",
    refund: { deny: "Refunds are made by people." },
    export_report: { scope: "reports:export", tier: "pro" },
    ping_public: { public: true },
    "bookings_*": "read:bookings",
    "bookings_*_admin": "write:bookings",
    "admin.*": "admin:all",
    "drop_*": { deny: "Nothing is dropped." },
  },
});

const authorizer = createAuthorizer({
  policy,
  verify,
  trustClaims: ["tier", "first_party"],
  resource: "https://api.example.com/mcp",
});
const runs: string[] = [];
const TOOLS = [
  "list_courses",
  "delete_course",
  "search",
  "update_profile",
  "purge_all",
  "drop_all",
] as const;
const anything = z.looseObject({});

function serverV1(): McpServerV1 {
  const server = new McpServerV1(INFO);
  const mcp = protect(server, { policy, authorizer });
  for (const name of TOOLS) {
    mcp.registerTool(name, { inputSchema: anything }, () => {
      runs.push(name);
      return { content: [{ type: "text", text: name }] };
    });
  }
  return server;
}

function serverV2(): McpServer {
  const server = new McpServer(INFO);
  const mcp = protect(server, { policy, authorizer });
  for (const name of TOOLS) {
    mcp.registerTool(name, { inputSchema: anything }, () => {
      runs.push(name);
      if (name === "delete_course") return inputRequired({ requestState: "deleting" });
      return { content: [{ type: "text", text: name }] };
    });
  }
  return server;
}

const MOUNTS: Readonly<Record<string, (gate: McpGate) => NodeListener>> = {
  v1: (gate) => {
    const guard = gate.middleware();
    return (request, response) =>
      guard(request, response, () => {
        void (async () => {
          const { authInfo, parsedBody } = gate.passed(request);
          const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
          await serverV1().connect(transport);
          const withAuth = Object.assign(request, authInfo && { auth: authInfo });
          await transport.handleRequest(withAuth, response, parsedBody);
        })();
      });
  },
  v2: (gate) => gate.node(createMcpHandler(serverV2, { keepAliveMs: 0 }).fetch),
};

type Outcome = HostileMessage["expect"][number];

function outcomeOf({ status, json }: RawResponse): Outcome {
  if ([400, 405, 413, 415].includes(status)) return "reject-input";
  if ([401, 403, 404, 503].includes(status)) return "deny";
  const replies = (Array.isArray(json) ? json : [json]) as {
    readonly error?: unknown;
    readonly result?: { readonly isError?: boolean };
  }[];
  const isRefused = replies.some((reply) => reply?.error !== undefined || reply?.result?.isError);
  return isRefused ? "deny" : "allow";
}

/** A request without a version header has the version with batches, so the gate decides on each message and allows them all. */
const ALLOWED_AS_BATCH = new Map<string, Outcome>([["MCP-006", "allow"]]);

describe.each(Object.keys(MOUNTS))("hostile messages to a gated server of %s", (generation) => {
  let port = 0;
  let stop = async () => {};

  beforeAll(async () => {
    const started = await listen(
      (MOUNTS[generation] as (typeof MOUNTS)[string])(mcpGate(authorizer)),
    );
    port = started.port;
    stop = () => close(started.server);
  });
  afterAll(() => stop());

  const send = (scope: string, body: string, headers: readonly (readonly [string, string])[]) =>
    sendRaw(port, {
      headers: [
        JSON_HEADERS[1],
        bearer(tokenOf({ scope, sub: "user-1", client_id: "app-1" })),
        ...headers,
      ],
      body,
    });

  it.each(titled(HOSTILE_MESSAGES, ({ id, why }) => `${id}: ${why}`))("%s", async (_title, row) => {
    const { id, scope, body, headers, expect: outcomes } = row;
    runs.length = 0;
    const answered = await send(scope, body, headers);
    const meant = ALLOWED_AS_BATCH.get(id);
    expect(meant === undefined ? outcomes : [meant]).toContain(outcomeOf(answered));
    expect(runs).not.toContain("delete_course");
    expect(answered.headers.get("www-authenticate") ?? "").not.toContain("admin:all");
  });

  it("MCP-064: the list contains no reserved or denied tool", async () => {
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const { text } = await send("courses:read", JSON.stringify(list), [JSON_HEADERS[0]]);
    expect(text).toContain('"name":"list_courses"');
    expect(text).not.toContain("purge_all");
    expect(text).not.toContain("drop_all");
  });

  it("MCP-092: each of several concurrent calls is decided by its own token", async () => {
    runs.length = 0;
    const body = JSON.stringify(call("list_courses"));
    const scopes = Array.from({ length: 20 }, (_, index) =>
      index % 2 ? "courses:read" : "openid",
    );
    const answers = await Promise.all(scopes.map((scope) => send(scope, body, [JSON_HEADERS[0]])));
    expect(answers.map(({ status }) => status)).toEqual(
      scopes.map((scope) => (scope === "openid" ? 403 : 200)),
    );
    expect(runs).toHaveLength(10);
  });
});

describe("a call of several rounds", () => {
  it("MCP-090: is decided again in each round, whatever state it carries", async () => {
    const { server, port } = await listen(
      (MOUNTS["v2"] as (typeof MOUNTS)[string])(mcpGate(authorizer)),
    );
    const ask = (scope: string, requestState?: string) => {
      const message = call("delete_course");
      const params = { ...message.params, ...(requestState !== undefined && { requestState }) };
      const { body, headers } = modern({ ...message, params });
      return sendRaw(port, {
        headers: [...JSON_HEADERS, bearer(tokenOf({ scope })), ...headers],
        body,
      });
    };
    runs.length = 0;
    const first = await ask("courses:read courses:write");
    expect(first.json).toMatchObject({
      result: { resultType: "input_required", requestState: "deleting" },
    });
    expect((await ask("courses:read", "deleting")).status).toBe(403);
    expect(runs).toEqual(["delete_course"]);
    await close(server);
  });
});
