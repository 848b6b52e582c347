import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SessionsExample, start } from "../../examples/mcp-sessions/server.js";

describe("the MCP server with sessions", () => {
  let example: SessionsExample;
  beforeAll(async () => {
    example = await start();
  });
  afterAll(() => example.close());

  /** Connects a client of the SDK in a session of its own. */
  const connect = async () => {
    const token = await example.issuer.issue({ scope: "notes:read" });
    const client = new Client({ name: "test", version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(example.url), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
    await client.connect(transport);
    return { client, transport };
  };

  it("keeps no transport of a session that its client has ended", async () => {
    const clients = await Promise.all(Array.from({ length: 32 }, connect));
    expect(example.sessions.size).toBe(32);
    for (const { transport } of clients.slice(2)) await transport.terminateSession();
    expect(example.sessions.size).toBe(2);
    const [first] = clients;
    expect(await first?.client.callTool({ name: "read_note", arguments: {} })).toMatchObject({
      content: [{ text: "a note of user-1" }],
    });
    await Promise.all(clients.map(({ client }) => client.close()));
  });

  it("closes sessions that are idle, and no others", async () => {
    const { client } = await connect();
    await example.closeIdle(60_000);
    expect(example.sessions.size).toBe(3);
    await example.closeIdle(0);
    expect(example.sessions.size).toBe(0);
    await expect(client.callTool({ name: "read_note", arguments: {} })).rejects.toThrow();
    await client.close();
  });
});
