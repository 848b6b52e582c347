import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { type Allowed, type AuthorizerOptions, createAuthorizer, definePolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type McpHandlerContext, mcpGate, type ProtectOptions, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { defined } from "../defined.js";
import { INFO, policy, READER, type Types, tokenOf, verify, WRITER } from "./fixture.js";
import {
  authInfoOf,
  connectInMemory,
  namesIn,
  SDK_VERSIONS,
  type SdkVersion,
  textOf,
} from "./in-memory-client.js";

interface Opening {
  readonly authorizer?: Partial<AuthorizerOptions<Types>> | false;
  readonly options?: Partial<ProtectOptions<Types>>;
  readonly sessionId?: string;
}

interface Run {
  readonly sub: string | undefined;
  readonly decision: Allowed | undefined;
}

/** Opens a server of either SDK whose handlers record what they see of the caller. */
async function open(generation: SdkVersion, { authorizer, options, sessionId }: Opening) {
  const runs: Run[] = [];
  const events: AuditEvent[] = [];
  const server = generation === "v1" ? new McpServerV1(INFO) : new McpServer(INFO);
  const given = {
    policy,
    trustClaims: [],
    audit: (event: AuditEvent) => void events.push(event),
    onOutage: () => undefined,
    onRejected: () => undefined,
    ...authorizer,
  };
  const mcp = protect(server as McpServer, {
    ...(authorizer === false ? { policy } : { authorizer: createAuthorizer(defined(given)) }),
    resources: { "notes://all": "read_note" },
    methods: { "tasks/get": "read_note" },
    ...options,
  });
  const run = (context: unknown) => {
    runs.push({ sub: mcp.token(context)?.sub, decision: mcp.decision(context) });
    return { content: [{ type: "text" as const, text: "ran" }] };
  };
  const register = server as McpServer;
  for (const tool of ["read_note", "write_note", "export_notes", "ping_public"]) {
    register.registerTool(tool, {}, run);
  }
  register.registerResource("all", "notes://all", {}, (uri, context) => {
    runs.push({ sub: mcp.token(context)?.sub, decision: mcp.decision(context) });
    return { contents: [{ uri: uri.href, text: "a note" }] };
  });
  const client = await connectInMemory(generation, server, sessionId);
  const call = async (name: string, authInfo?: unknown) =>
    textOf(await client.ask({ method: "tools/call", params: { name } }, authInfo));
  return { ...client, call, runs, events, mcp };
}

/** Returns the claims of an `AuthInfo` that another middleware has verified. */
const claimsOfAuthInfo = ({ http, authInfo = http?.authInfo }: McpHandlerContext) =>
  authInfo && {
    scope: authInfo.scopes,
    client_id: authInfo.clientId,
    exp: authInfo.expiresAt,
    sub: authInfo.extra?.["sub"],
  };

const verified = (sub: string, ...scopes: readonly string[]) => ({
  token: "opaque",
  clientId: "app",
  scopes,
  extra: { sub },
});

const ADA = verified("ada", "mcp:tools", "notes:read");

describe.each(SDK_VERSIONS)("`authenticate` of a server of %s", (generation) => {
  it.each([{ authorizer: {} }, { authorizer: false }] as const)(
    "identifies callers without `verify` (%j)",
    async ({ authorizer }) => {
      const { call, ask, runs, close } = await open(generation, {
        authorizer,
        options: { authenticate: claimsOfAuthInfo },
      });
      expect(await call("read_note", ADA)).toBe("ran");
      expect(await call("write_note", ADA)).toMatch(/^more scope is needed/);
      expect(await call("read_note")).toMatch(/^authentication required/);
      expect(await call("ping_public")).toBe("ran");
      const listed = await ask({ method: "tools/list" }, ADA);
      expect(namesIn(listed, "tools")).toEqual([
        "write_note",
        "read_note",
        "export_notes",
        "ping_public",
      ]);
      expect(namesIn(await ask({ method: "tools/list" }), "tools")).toEqual(["ping_public"]);
      const read = { method: "resources/read", params: { uri: "notes://all" } };
      expect((await ask(read, ADA)).result).toMatchObject({ contents: [{ text: "a note" }] });
      expect((await ask(read)).error?.code).toBe(-32_010);
      expect(runs.map(({ sub }) => sub)).toEqual(["ada", undefined, "ada"]);
      await close();
    },
  );

  it("does not decide if `verify` can check a received token", async () => {
    const asked: unknown[] = [];
    const { call, close } = await open(generation, {
      authorizer: { verify },
      options: {
        authenticate: (context) => {
          asked.push(context);
          return { scope: "mcp:tools notes:read notes:write", sub: "eve" };
        },
      },
    });
    expect(await call("write_note", authInfoOf(READER))).toMatch(/^more scope is needed/);
    expect(await call("write_note", authInfoOf("bad"))).toMatch(/^invalid token/);
    expect(await call("write_note", authInfoOf("two words"))).toMatch(/^invalid request/);
    expect(asked).toEqual([]);
    expect(await call("write_note", authInfoOf(WRITER))).toBe("ran");
    // without a received token it decides
    expect(await call("write_note")).toBe("ran");
    expect(asked).toHaveLength(1);
    await close();
  });

  it("leaves calls to the local token where that applies", async () => {
    const { call, runs, close } = await open(generation, {
      options: {
        authenticate: () => ({ scope: "mcp:tools notes:read notes:write", sub: "eve" }),
        localToken: { scope: "mcp:tools notes:read", sub: "whoever-runs-this" },
      },
    });
    expect(await call("read_note")).toBe("ran");
    expect(await call("write_note")).toMatch(/^more scope is needed/);
    expect(await call("write_note", ADA)).toBe("ran");
    expect(runs.map(({ sub }) => sub)).toEqual(["whoever-runs-this", "eve"]);
    await close();
  });

  it.each<readonly [what: string, authenticate: () => unknown, denied: RegExp | undefined]>([
    ["nothing", () => undefined, /^authentication required/],
    ["null", () => null, /^authentication required/],
    ["a promise of nothing", () => Promise.resolve(), /^authentication required/],
    ["a text", () => "claims", /^temporarily unavailable/],
    ["claims without scope", () => ({ sub: "ada" }), /^invalid token/],
    [
      "claims that have expired",
      () => ({ scope: "mcp:tools notes:read", exp: 1 }),
      /^invalid token/,
    ],
    [
      "claims in milliseconds",
      () => ({ scope: "mcp:tools notes:read", exp: Date.now() + 60_000 }),
      /^invalid token/,
    ],
    [
      "a tier that is not trusted",
      () => ({ scope: "mcp:tools notes:read", tier: "pro" }),
      /^upgrade required/,
    ],
    ["a promise of claims", async () => ({ scope: "mcp:tools notes:read" }), undefined],
    [
      "an error",
      () => {
        throw new Error("the session store");
      },
      /^temporarily unavailable/,
    ],
    [
      "a rejection",
      () => Promise.reject(new Error("the session store")),
      /^temporarily unavailable/,
    ],
  ])("may return %s", async (what, authenticate, denied) => {
    const { call, close } = await open(generation, { options: { authenticate } });
    const tool = what.includes("tier") ? "export_notes" : "read_note";
    expect(await call(tool)).toMatch(denied ?? /^ran$/);
    await close();
  });

  it("is asked once for each message", async () => {
    let asked = 0;
    const { ask, close } = await open(generation, {
      options: {
        authenticate: () => {
          asked += 1;
          return { scope: "mcp:tools notes:read", sub: "ada" };
        },
      },
    });
    const related = { "io.modelcontextprotocol/related-task": { taskId: "t" } };
    await ask({ method: "tools/call", params: { name: "read_note", _meta: related } });
    expect(asked).toBe(1);
    await close();
  });

  it("binds a session to the user of the claims", async () => {
    const { call, close } = await open(generation, {
      options: { authenticate: claimsOfAuthInfo },
      sessionId: "session-1",
    });
    expect(await call("read_note", ADA)).toBe("ran");
    expect(await call("read_note", verified("eve", "mcp:tools", "notes:read"))).toBe("");
    expect(await call("read_note", ADA)).toBe("ran");
    await close();
  });
});

describe("a server whose callers nothing can authenticate", () => {
  const withoutVerify = createAuthorizer({ policy, trustClaims: [] });

  it("is refused by `protect` and by `mcpGate`", () => {
    expect(() => protect(new McpServer(INFO), { authorizer: withoutVerify })).toThrow(
      /has no `verify`: give `protect` the option `authenticate` or `localToken`/,
    );
    expect(() => mcpGate(withoutVerify)).toThrow(/needs an authorizer with `verify`/);
  });

  it("is accepted with a local token, with claims, or with a policy alone", () => {
    for (const options of [
      { authorizer: withoutVerify, localToken: { scope: "" } },
      { authorizer: withoutVerify, authenticate: () => undefined },
      { policy },
    ]) {
      expect(() => protect(new McpServer(INFO), options)).not.toThrow();
    }
  });
});

describe.each(SDK_VERSIONS)("`decision` of a server of %s", (generation) => {
  it("returns the decision on the call of a context", async () => {
    const { ask, call, runs, mcp, close } = await open(generation, { authorizer: { verify } });
    await call("read_note", authInfoOf(READER));
    await ask({ method: "resources/read", params: { uri: "notes://all" } }, authInfoOf(WRITER));
    await call("ping_public");
    await call("write_note", authInfoOf(READER));
    expect(runs.map(({ decision }) => decision)).toMatchObject([
      { allowed: true, code: "allowed", scopes: ["notes:read", "mcp:tools"] },
      { allowed: true, code: "allowed", scopes: ["notes:read", "mcp:tools"] },
      { allowed: true, code: "allowed" },
    ]);
    expect(runs).toHaveLength(3);
    for (const other of [undefined, null, {}, "context"]) {
      expect(mcp.decision(other)).toBeUndefined();
    }
    await close();
  });

  it("is that of the first tool where several decide on a resource", async () => {
    const { ask, runs, close } = await open(generation, {
      authorizer: { verify },
      options: { resources: { "notes://all": "write_note", "notes://{id}": "whoami" } },
    });
    await ask({ method: "resources/read", params: { uri: "notes://all" } }, authInfoOf(WRITER));
    expect(runs.map(({ decision }) => decision?.scopes)).toEqual([
      ["notes:read", "notes:write", "mcp:tools"],
    ]);
    await close();
  });

  it("states whether a public call may return enriched detail", async () => {
    const enriching = definePolicy({
      name: "Small",
      version: "1",
      scopes: { "notes:read": "Read notes" },
      tools: { search: { public: true, enrichedBy: "notes:read" } },
    });
    const server = generation === "v1" ? new McpServerV1(INFO) : new McpServer(INFO);
    const authorizer = createAuthorizer({ policy: enriching, verify });
    const mcp = protect(server as McpServer, { authorizer });
    const seen: unknown[] = [];
    mcp.registerTool("search", {}, (context) => {
      seen.push(mcp.decision(context)?.enriched);
      return { content: [] };
    });
    const { ask, close } = await connectInMemory(generation, server);
    const search = { method: "tools/call", params: { name: "search" } };
    await ask(search);
    await ask(search, authInfoOf(tokenOf({ scope: "notes:read" })));
    expect(seen).toEqual([false, true]);
    await close();
  });
});
