import { McpServer } from "@modelcontextprotocol/server";
import type { AccessToken } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import {
  createServerV2,
  createTestAuthorizer,
  INFO,
  keepDecisions,
  policy,
  READER,
} from "./fixture.js";
import {
  authInfoOf,
  connectInMemory,
  namesIn,
  open,
  SDK_VERSIONS,
  textOf,
} from "./in-memory-client.js";

describe("a local token", () => {
  const claims: AccessToken = { scope: "mcp:tools notes:read", sub: "ada" };

  it.each(SDK_VERSIONS)("authenticates an in-memory call, %s", async (generation) => {
    const { ask, runs, close } = await open(generation, { localToken: claims });
    await ask({ method: "tools/call", params: { name: "read_note" } });
    expect(runs).toEqual([{ tool: "read_note", token: claims }]);
    const list = await ask({ method: "tools/list" });
    expect(namesIn(list, "tools")).toContain("read_note");
    await close();
  });

  const SOURCES: readonly [label: string, source: () => unknown, code: string][] = [
    ["is read at every call", () => claims, "allowed"],
    ["may be a promise", async () => claims, "allowed"],
    ["is invalid after its expiry", () => ({ ...claims, exp: 1 }), "invalid_token"],
    ["is invalid if it is missing", () => undefined, "invalid_token"],
    [
      "is an outage if its function throws",
      () => {
        throw new Error("no");
      },
      "temporarily_unavailable",
    ],
    ["is an outage if it is not an object", () => "claims", "temporarily_unavailable"],
  ];

  it.each(SOURCES)("%s", async (_, source, code) => {
    const events: AuditEvent[] = [];
    const { ask, close } = await open("v2", { localToken: source as never }, keepDecisions(events));
    await ask({ method: "tools/call", params: { name: "read_note" } });
    expect(events.map((event) => event.decision.code)).toEqual([code]);
    await close();
  });

  it("never applies to a caller with a token or a session", async () => {
    const { ask, close } = await open("v2", { localToken: claims });
    const reply = await ask(
      { method: "tools/call", params: { name: "read_note" } },
      authInfoOf("bad"),
    );
    expect(textOf(reply)).toMatch(/^invalid token/);
    await close();
    const server = createServerV2(createTestAuthorizer(), [], { localToken: claims });
    const talk = await connectInMemory("v2", server, "session-1");
    const remote = await talk.ask({ method: "tools/call", params: { name: "read_note" } });
    expect(textOf(remote)).toMatch(/^authentication required/);
    await talk.close();
  });

  it("needs no authorizer; received tokens are then invalid", async () => {
    const server = new McpServer(INFO);
    const mcp = protect(server, { policy, localToken: claims });
    mcp.registerTool("read_note", {}, () => ({ content: [{ type: "text", text: "ran" }] }));
    const { ask, close } = await connectInMemory("v2", server);
    const params = { name: "read_note" };
    expect(textOf(await ask({ method: "tools/call", params }))).toBe("ran");
    expect(textOf(await ask({ method: "tools/call", params }, authInfoOf(READER)))).toMatch(
      /^invalid token/,
    );
    await close();
  });
});
