import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, it } from "vitest";
import { call, INFO, initialize, READER, tokenOf } from "./fixture.js";
import { bearer, JSON_HEADERS, sendRaw, startHost } from "./hosts.js";
import { openGate } from "./open-gate.js";

type Fields = readonly (readonly [string, string])[];

const HOSTS = ["v1", "v2-sessions"] as const;

describe.each(HOSTS)("a session that %s opened without a token", (name) => {
  it("stays anonymous: with a token, its id is not found", async () => {
    const host = await startHost(name, { anonymous: true });
    const hello = await sendRaw(host.port, {
      headers: JSON_HEADERS,
      body: JSON.stringify(initialize),
    });
    const session: Fields = [["Mcp-Session-Id", hello.headers.get("mcp-session-id") ?? ""]];
    const run = async (tool: string, credentials: Fields = []) => {
      const headers = [...JSON_HEADERS, ...session, ...credentials];
      return (await sendRaw(host.port, { headers, body: JSON.stringify(call(tool)) })).status;
    };
    expect(await run("ping_public")).toBe(200);
    for (const token of [READER, tokenOf({ sub: "eve", scope: "" })]) {
      expect(await run("ping_public", [bearer(token)])).toBe(404);
      for (const method of ["GET", "DELETE"]) {
        const headers = [bearer(token), ["Accept", "text/event-stream"] as const, ...session];
        expect((await sendRaw(host.port, { method, headers })).status, method).toBe(404);
      }
    }
    // the attempts with a token have not changed its owner
    expect(await run("ping_public")).toBe(200);
    expect(host.runs.map(({ token }) => token)).toEqual([undefined, undefined]);
    await host.close();
  });
});

it("a session of a caller without a token has an empty text as its owner in the store", async () => {
  const owners: unknown[] = [];
  const sessions = {
    get: () => undefined,
    set: (session: string, owner: string) => void owners.push([session, owner]),
    delete: () => undefined,
  };
  const { check } = openGate({ anonymous: true, sessions });
  for (const token of [undefined, READER]) {
    const verdict = await check(initialize, { token });
    if (verdict.kind === "pass") await verdict.answered?.(200, "s-1");
  }
  expect(owners).toEqual([
    ["s-1", ""],
    ["s-1", '["https://as.example.com","ada","app"]'],
  ]);
});

describe("a session that was opened with a token", () => {
  const EVE = tokenOf({ sub: "eve", scope: "mcp:tools notes:read" });
  const open = async () => {
    const { check, ask } = openGate({ anonymous: true });
    const start = async (token: string | undefined, session: string) => {
      const verdict = await check(initialize, { token });
      if (verdict.kind === "pass") await verdict.answered?.(200, session);
    };
    const statusOf = async (session: string, token?: string) => {
      const fields = { "mcp-session-id": session };
      return (await ask(call("ping_public"), { token, fields }))?.status;
    };
    await start(READER, "s-1");
    return { start, statusOf };
  };

  it("is not found by a request without a token, nor by the token of another user", async () => {
    const { statusOf } = await open();
    expect(await statusOf("s-1")).toBe(404);
    expect(await statusOf("s-1", EVE)).toBe(404);
    expect(await statusOf("s-1", READER)).toBeUndefined();
  });

  it("keeps its owner if the server assigns its id to another caller", async () => {
    const { start, statusOf } = await open();
    for (const token of [undefined, EVE]) {
      await start(token, "s-1");
      expect(await statusOf("s-1", token)).toBe(404);
      expect(await statusOf("s-1", READER)).toBeUndefined();
    }
  });
});

/** Creates a client of either SDK, with a transport that sends the current token. */
const CLIENTS = {
  v1: (url: URL, token: () => string | undefined) => {
    const client = new ClientV1(INFO);
    const transport = new TransportV1(url, { fetch: sending(token) });
    return {
      connect: () => client.connect(transport),
      run: async (tool: string) => (await client.callTool({ name: tool, arguments: {} })).content,
      close: () => client.close(),
    };
  },
  v2: (url: URL, token: () => string | undefined) => {
    const client = new Client(INFO, { versionNegotiation: { mode: "legacy" } });
    const transport = new StreamableHTTPClientTransport(url, { fetch: sending(token) });
    return {
      connect: () => client.connect(transport),
      run: async (tool: string) => (await client.callTool({ name: tool, arguments: {} })).content,
      close: () => client.close(),
    };
  },
};

/** Returns a `fetch` that sets the current token on each request, as the SDKs' transports do with their provider. */
function sending(token: () => string | undefined): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    const current = token();
    if (current !== undefined) headers.set("authorization", `Bearer ${current}`);
    return fetch(input, { ...init, headers });
  };
}

describe.each(Object.keys(CLIENTS) as (keyof typeof CLIENTS)[])("a client of %s", (generation) => {
  it.each(HOSTS)("that signs in on %s starts a new session, and continues", async (name) => {
    const host = await startHost(name, { anonymous: true });
    const signedIn: string[] = [];
    const open = () => CLIENTS[generation](new URL(host.url), () => signedIn.at(-1));
    const before = open();
    await before.connect();
    expect(await before.run("ping_public")).toMatchObject([{ text: "ping_public" }]);
    signedIn.push(READER);
    // neither SDK starts a session itself: its host gets the error, and connects again
    await expect(before.run("read_note")).rejects.toThrow(/session not found|404/i);
    const after = open();
    await after.connect();
    expect(await after.run("read_note")).toMatchObject([{ text: "read_note" }]);
    expect(host.runs.map(({ tool, token: used }) => [tool, used?.sub])).toEqual([
      ["ping_public", undefined],
      ["read_note", "ada"],
    ]);
    await Promise.all([before.close(), after.close()]);
    await host.close();
  });
});
