import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import {
  ACCOUNT,
  createTestAuthorizer,
  EXPIRED,
  keepDecisions,
  OWNER,
  PRO,
  READER,
  STUDIO,
  type ToolRun,
  tokenOf,
  WRITER,
} from "./fixture.js";
import {
  authInfoOf,
  CREATE_SERVER,
  connectInMemory,
  namesIn,
  open,
  SDK_VERSIONS,
  textOf,
} from "./in-memory-client.js";

interface CallCase {
  readonly token: string | undefined;
  readonly tool: string;
  readonly args?: Record<string, unknown>;
  /** Start of the result's text; the name of the tool if it ran. */
  readonly text: string;
  readonly code?: string;
}

const CALLS: readonly CallCase[] = [
  { token: READER, tool: "read_note", text: "read_note" },
  { token: READER, tool: "list_notes", text: "list_notes" },
  { token: READER, tool: "secret_tool", text: "secret_tool" },
  { token: READER, tool: "whoami", text: "whoami" },
  { token: PRO, tool: "export_notes", text: "export_notes" },
  { token: STUDIO, tool: "studio_notes", text: "studio_notes" },
  { token: OWNER, tool: "purge", text: "purge" },
  { token: ACCOUNT, tool: "account_notes", args: { accountID: "a" }, text: "account_notes" },
  { token: undefined, tool: "ping_public", text: "ping_public" },
  { token: READER, tool: "ping_public", text: "ping_public" },
  {
    token: undefined,
    tool: "read_note",
    text: "authentication required: ",
    code: "unauthenticated",
  },
  { token: undefined, tool: "whoami", text: "authentication required: ", code: "unauthenticated" },
  { token: EXPIRED, tool: "read_note", text: "invalid token: ", code: "invalid_token" },
  { token: EXPIRED, tool: "ping_public", text: "invalid token: ", code: "invalid_token" },
  { token: "two words", tool: "read_note", text: "invalid request: ", code: "invalid_request" },
  {
    token: "outage",
    tool: "read_note",
    text: "temporarily unavailable: ",
    code: "temporarily_unavailable",
  },
  { token: READER, tool: "write_note", text: "more scope is needed: ", code: "insufficient_scope" },
  { token: READER, tool: "export_notes", text: "upgrade required: ", code: "upgrade_required" },
  {
    token: READER,
    tool: "studio_notes",
    text: "another account type is required: ",
    code: "account_type_required",
  },
  { token: OWNER, tool: "delete_account", text: "denied: ", code: "denied" },
  { token: undefined, tool: "delete_account", text: "denied: ", code: "denied" },
  { token: READER, tool: "purge", text: "reserved: ", code: "reserved_scope" },
  {
    token: ACCOUNT,
    tool: "account_notes",
    args: { accountID: "b" },
    text: "the token is bound to another value",
    code: "binding_mismatch",
  },
  { token: ACCOUNT, tool: "account_notes", text: "invalid parameter", code: "invalid_params" },
  {
    token: ACCOUNT,
    tool: "account_notes",
    args: { accountID: ["a"] },
    text: "invalid parameter",
    code: "invalid_params",
  },
  {
    token: ACCOUNT,
    tool: "account_notes",
    args: { accountID: "../a" },
    text: "invalid parameter",
    code: "invalid_params",
  },
  { token: WRITER, tool: "unmapped", text: "unknown operation: ", code: "unknown_operation" },
  { token: WRITER, tool: "constructor", text: "unknown operation: ", code: "unknown_operation" },
  { token: WRITER, tool: "__proto__", text: "unknown operation: ", code: "unknown_operation" },
  { token: WRITER, tool: "toString", text: "unknown operation: ", code: "unknown_operation" },
  { token: WRITER, tool: "READ_NOTE", text: "unknown operation: ", code: "unknown_operation" },
  { token: WRITER, tool: "list_*", text: "unknown operation: ", code: "unknown_operation" },
  { token: WRITER, tool: "GET /notes", text: "unknown operation: ", code: "unknown_operation" },
];

describe.each(SDK_VERSIONS)("a protected server of %s", (generation) => {
  it("decides on every in-memory call by the policy, and runs only allowed tools", async () => {
    const { ask, runs, close } = await open(generation);
    for (const { token, tool, args = {}, text, code } of CALLS) {
      runs.length = 0;
      const reply = await ask(
        { method: "tools/call", params: { name: tool, arguments: args } },
        token === undefined ? undefined : authInfoOf(token),
      );
      const label = `${tool} ${text}`;
      expect(textOf(reply), label).toMatch(new RegExp(`^${RegExp(text).source}`));
      expect(
        runs.map((run) => run.tool),
        label,
      ).toEqual(code === undefined ? [tool] : []);
      expect(reply.result?.isError ?? false, label).toBe(code !== undefined);
      const denial = reply.result?._meta?.["scope-policy/denial"] as { error?: string } | undefined;
      expect(denial?.error, label).toBe(code);
      expect(JSON.stringify(reply), label).not.toContain("secret inner words");
    }
    await close();
  });

  it("states what helps, in the forms that draft clients and ChatGPT read", async () => {
    const { ask, close } = await open(generation, {
      upgradeUrl: "https://notes.example.com/plans",
    });
    const denied = async (name: string, token: string) =>
      (await ask({ method: "tools/call", params: { name, arguments: {} } }, authInfoOf(token)))
        .result;
    const shortage = await denied("write_note", READER);
    expect(shortage?.content?.[0]?.text).toBe(
      "more scope is needed: the user can grant it. Ask the user to grant it, then call it again with the new token. If the client does not do this by itself, sign in again asking for: mcp:tools notes:read notes:write",
    );
    expect(shortage?._meta).toMatchObject({
      "io.modelcontextprotocol/authorization": {
        reason: "insufficient_authorization",
        credentialDisposition: "replacement",
      },
      "mcp/www_authenticate": [
        'Bearer error="insufficient_scope", scope="mcp:tools notes:read notes:write", resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp", error_description="More scope is needed"',
      ],
      "scope-policy/denial": { error: "insufficient_scope", tool: "write_note", status: 403 },
    });
    const upgrade = await denied("export_notes", READER);
    expect(upgrade?.content?.[0]?.text).toBe(
      "upgrade required: this needs the plan `pro` or above. The user can upgrade the plan. Call it again after the upgrade. Plans: https://notes.example.com/plans",
    );
    expect(upgrade?._meta).toMatchObject({
      "io.modelcontextprotocol/authorization": {
        reason: "insufficient_authorization",
        remediationHints: [{ type: "url", url: "https://notes.example.com/plans" }],
      },
    });
    expect(upgrade?._meta).not.toHaveProperty(["mcp/www_authenticate"]);
    const denial = await denied("delete_account", READER);
    expect(denial?.content?.[0]?.text).toBe(
      "denied: Account deletion requires email confirmation. Neither consent nor another plan changes this; calling it again will not help.",
    );
    const outage = await denied("read_note", "outage");
    expect(outage?._meta).not.toHaveProperty(["io.modelcontextprotocol/authorization"]);
    await close();
  });

  it("trusts only the token of `authInfo`", async () => {
    const { ask, runs, close } = await open(generation);
    const attempts: readonly unknown[] = [
      { ...authInfoOf(READER), token: undefined },
      { ...authInfoOf(READER), token: 7 },
      { ...authInfoOf(READER), token: "" },
      {},
      authInfoOf("not.a.token"),
      authInfoOf(tokenOf({ scope: "" })),
    ];
    for (const attempt of attempts) {
      const params = { name: "write_note", arguments: {} };
      const reply = await ask({ method: "tools/call", params }, attempt);
      expect(textOf(reply)).toMatch(/^(invalid request|invalid token|more scope is needed): /);
    }
    expect(runs).toEqual([]);
    await close();
  });

  it("passes the verified token to the tool", async () => {
    const { ask, runs, close } = await open(generation);
    await ask({ method: "tools/call", params: { name: "read_note" } }, authInfoOf(READER));
    await ask({ method: "tools/call", params: { name: "ping_public" } });
    expect(runs.map((run) => run.token?.sub)).toEqual(["ada", undefined]);
    await close();
  });

  it("lists the tools of each caller, in the order of the policy", async () => {
    const { ask, close } = await open(generation);
    const listed = async (token?: string) => {
      return namesIn(await ask({ method: "tools/list" }, token && authInfoOf(token)), "tools");
    };
    expect(await listed(READER)).toEqual([
      "write_note",
      "read_note",
      "account_notes",
      "export_notes",
      "ping_public",
      "whoami",
      "list_notes",
    ]);
    expect(await listed(STUDIO)).toContain("studio_notes");
    expect(await listed(OWNER)).toContain("purge");
    expect(await listed()).toEqual(["ping_public"]);
    expect(await listed(EXPIRED)).toEqual([]);
    await close();
  });

  it("decides on resources, prompts and completion by the options, and denies what they do not name", async () => {
    const { ask, close } = await open(generation);
    const codeOf = async (method: string, params: Record<string, unknown>, token?: string) => {
      const { error } = await ask({ method, params }, token && authInfoOf(token));
      return error?.code;
    };
    const read = (uri: string, token?: string) => codeOf("resources/read", { uri }, token);
    expect(await read("notes://all", READER)).toBeUndefined();
    expect(await read("notes://all")).toBe(-32_010);
    expect(await read("notes://hidden", WRITER)).toBe(-32_602);
    expect(await read("notes://a/notes", READER)).toBe(-32_602);
    expect(await read("notes://a/../all", READER)).toBe(-32_602);
    expect(await codeOf("prompts/get", { name: "summary" }, READER)).toBeUndefined();
    expect(await codeOf("prompts/get", { name: "plan" }, READER)).toBe(-32_602);
    expect(await codeOf("prompts/get", { name: "other" }, WRITER)).toBe(-32_602);
    const refused = await ask(
      { method: "resources/read", params: { uri: "notes://hidden" } },
      authInfoOf(WRITER),
    );
    expect(refused.error?.data).toMatchObject({
      "scope-policy/denial": { error: "unknown_operation" },
    });
    const lists = async (method: string, member: string, token: string) => {
      return namesIn(await ask({ method }, authInfoOf(token)), member);
    };
    expect(await lists("resources/list", "resources", READER)).toEqual(["all"]);
    expect(await lists("prompts/list", "prompts", READER)).toEqual(["summary"]);
    expect(await lists("resources/templates/list", "resourceTemplates", READER)).toEqual([]);
    await close();
  });

  it("denies all resources and prompts if the options name none", async () => {
    const { ask, close } = await open(generation, { resources: {}, prompts: {} });
    for (const method of ["resources/list", "prompts/list", "resources/templates/list"]) {
      const { error } = await ask({ method }, authInfoOf(WRITER));
      expect(error?.code, method).toBe(-32_601);
    }
    await close();
  });

  it("decides by the options of its own server, whatever options another server of the policy has", async () => {
    const [both, promptsAlone] = [
      await open(generation),
      await open(generation, { resources: {} }),
    ];
    const codes = async ({ ask }: typeof both) => [
      (await ask({ method: "resources/list" }, authInfoOf(WRITER))).error?.code,
      (await ask({ method: "prompts/list" }, authInfoOf(WRITER))).error?.code,
    ];
    expect(await codes(both)).toEqual([undefined, undefined]);
    expect(await codes(promptsAlone)).toEqual([-32_601, undefined]);
    await Promise.all([both.close(), promptsAlone.close()]);
  });

  it("writes one event for each call", async () => {
    const events: AuditEvent[] = [];
    const { ask, close } = await open(generation, {}, keepDecisions(events));
    for (const name of ["read_note", "write_note", "unmapped", "GET /notes"]) {
      await ask({ method: "tools/call", params: { name, arguments: {} } }, authInfoOf(READER));
    }
    expect(events.map((event) => event.decision.code)).toEqual([
      "allowed",
      "insufficient_scope",
      "unknown_operation",
      "unknown_operation",
    ]);
    await close();
  });

  it("binds a session to the user who uses it first, through a step-up", async () => {
    const runs: ToolRun[] = [];
    const server = CREATE_SERVER[generation](createTestAuthorizer(), runs);
    const { ask, close } = await connectInMemory(generation, server, "session-1");
    const run = async (name: string, token?: string) => {
      const reply = await ask(
        { method: "tools/call", params: { name } },
        token && authInfoOf(token),
      );
      return reply.error?.message ?? textOf(reply);
    };
    expect(await run("read_note", READER)).toBe("read_note");
    expect(await run("write_note", WRITER)).toBe("write_note");
    expect(
      await run("read_note", tokenOf({ sub: "eve", scope: "mcp:tools notes:read" })),
    ).toContain("session not found");
    expect(await run("ping_public")).toContain("session not found");
    await close();
  });

  it("keeps a session anonymous if its first caller is anonymous", async () => {
    const runs: ToolRun[] = [];
    const server = CREATE_SERVER[generation](createTestAuthorizer(), runs);
    const { ask, close } = await connectInMemory(generation, server, "session-1");
    const run = async (name: string, token?: string) => {
      const reply = await ask(
        { method: "tools/call", params: { name } },
        token && authInfoOf(token),
      );
      return reply.error?.message ?? textOf(reply);
    };
    expect(await run("ping_public")).toBe("ping_public");
    expect(await run("ping_public", READER)).toContain("session not found");
    expect(await run("ping_public")).toBe("ping_public");
    expect(runs.map(({ token }) => token)).toEqual([undefined, undefined]);
    await close();
  });
});
