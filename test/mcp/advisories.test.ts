import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  createServerV1,
  createServerV2,
  createTestAuthorizer,
  type Message,
  modern,
  OWNER,
  READER,
  type ToolRun,
  tokenOf,
} from "./fixture.js";
import {
  bearer,
  close,
  type Host,
  JSON_HEADERS,
  jsonOf,
  listen,
  type RawResponse,
  sendRaw,
  startHost,
} from "./hosts.js";
import { authInfoOf, connectInMemory, open, SDK_VERSIONS, textOf } from "./in-memory-client.js";

// flaws in other servers of this protocol, from their advisories and issues, tested with both SDKs

/** The versions that a client may name; the oldest clients send none. */
const VERSIONS = [
  undefined,
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
  "2026-07-28",
] as const;

type Fields = readonly (readonly [string, string])[];

/** Returns a message as a client of a version sends it. */
function encodeFor(
  message: Message,
  version: string | undefined,
): { body: string; headers: Fields } {
  if (version === "2026-07-28") return modern(message);
  const headers: Fields = version === undefined ? [] : [["MCP-Protocol-Version", version]];
  return { body: JSON.stringify(message), headers };
}

const textIn = ({ json }: RawResponse) => textOf(json ?? {});

describe.each(["v2", "v1-stateless"] as const)("in front of a server of %s, the gate", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name);
  });
  afterAll(() => host.close());

  const post = (message: Message, token: string | undefined, version?: string) => {
    const { body, headers } = encodeFor(message, version);
    const shown = token === undefined ? [] : [bearer(token)];
    return sendRaw(host.port, { headers: [...JSON_HEADERS, ...shown, ...headers], body });
  };

  it.each(VERSIONS)("applies the scopes to version %s of the protocol", async (version) => {
    host.runs.length = 0;
    const refused = await post(call("write_note"), READER, version);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    expect((await post(call("write_note"), undefined, version)).status).toBe(401);
    expect((await post(call("purge"), READER, version)).status).toBeLessThan(404);
    expect(host.runs).toEqual([]);
  });

  it.each(["constructor", "__proto__", "prototype", "toString", "hasOwnProperty", "valueOf"])(
    "denies a tool with the inherited name %s as unknown, even to the owner",
    async (tool) => {
      host.runs.length = 0;
      const answered = await post(call(tool), OWNER);
      expect(textIn(answered)).toMatch(/^unknown operation: /);
      expect(answered.text).not.toContain("disabled");
      expect(host.runs).toEqual([]);
    },
  );

  it("reports an expired token before missing scope", async () => {
    const ended = await post(call("write_note"), tokenOf({ scope: "mcp:tools", exp: 1 }));
    expect(ended.status).toBe(401);
    expect(ended.headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token"/);
    expect(ended.headers.get("www-authenticate")).not.toContain("scope=");
  });

  it("lists the same tools for the same token on each connection, whatever other callers asked", async () => {
    const list: Message = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const listed = async (token: string) => (await post(list, token)).json;
    const first = await listed(READER);
    await listed(OWNER);
    await post(call("write_note"), READER);
    expect(await listed(READER)).toEqual(first);
    expect(await listed(OWNER)).not.toEqual(first);
  });
});

describe.each(SDK_VERSIONS)("a server of %s without the HTTP gate", (generation) => {
  const claims = { scope: "mcp:tools notes:read notes:write", sub: "local" };

  /** Returns the server's response over HTTP to a caller that no middleware has checked. */
  const answerOf = async (message: Message, runs: ToolRun[]): Promise<string> => {
    const options = { localToken: claims };
    const body = JSON.stringify(message);
    if (generation === "v2") {
      const handler = createMcpHandler(() => createServerV2(createTestAuthorizer(), runs, options));
      const init = { method: "POST", headers: Object.fromEntries(JSON_HEADERS), body };
      return (await handler.fetch(new Request("http://127.0.0.1/mcp", init))).text();
    }
    const { server, port } = await listen((request, response) => {
      void (async () => {
        const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
        await createServerV1(createTestAuthorizer(), runs, options).connect(transport);
        await transport.handleRequest(request, response);
      })();
    });
    const { text } = await sendRaw(port, { headers: JSON_HEADERS, body });
    await close(server);
    return text;
  };

  it("denies HTTP calls without `authInfo`, and does not apply its local token to them", async () => {
    const runs: ToolRun[] = [];
    for (const tool of ["read_note", "write_note", "whoami"]) {
      const reply = jsonOf(await answerOf(call(tool), runs));
      expect(textOf(reply as never), tool).toMatch(/^authentication required: /);
    }
    expect(runs).toEqual([]);
  });

  it.each(["constructor", "__proto__", "toString"])(
    "denies a tool with the inherited name %s as unknown",
    async (tool) => {
      const { ask, runs, close: end } = await open(generation);
      const message = { method: "tools/call", params: { name: tool, arguments: {} } };
      expect(textOf(await ask(message, authInfoOf(OWNER)))).toMatch(/^unknown operation: /);
      expect(runs).toEqual([]);
      await end();
    },
  );

  it.each([
    ["a text that contains the scope", "mcp:tools notes:write notes:read"],
    ["nothing", undefined],
    ["every scope", ["mcp:tools", "notes:read", "notes:write", "admin:all"]],
  ])("takes scopes from the token, not from `authInfo.scopes`: %s", async (_, scopes) => {
    const runs: ToolRun[] = [];
    const server = generation === "v1" ? createServerV1 : createServerV2;
    const { ask, close: end } = await connectInMemory(
      generation,
      server(createTestAuthorizer(), runs),
    );
    const info = { ...authInfoOf(tokenOf({ scope: "mcp:tools notes:writer" })), scopes };
    const params = { name: "write_note", arguments: {} };
    expect(textOf(await ask({ method: "tools/call", params }, info))).toMatch(
      /^more scope is needed: /,
    );
    expect(runs).toEqual([]);
    await end();
  });
});
