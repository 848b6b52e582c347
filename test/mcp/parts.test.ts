import { describe, expect, it } from "vitest";
import { challengeFor } from "../../src/mcp/http/client-quirks.js";
import { readCaller } from "../../src/mcp/server/caller.js";
import { readMessage } from "../../src/mcp/shared/message.js";
import { createRequiredOperations } from "../../src/mcp/shared/required-operations.js";
import { createResourceLookup } from "../../src/mcp/shared/resource-uris.js";
import { createSessionStore, ownerOf } from "../../src/mcp/shared/sessions.js";

describe("messages", () => {
  it.each([
    [{ jsonrpc: "2.0", id: 1, method: "a" }, "request"],
    [{ jsonrpc: "2.0", id: "1", method: "a", params: {} }, "request"],
    [{ jsonrpc: "2.0", method: "a" }, "notification"],
    [{ jsonrpc: "2.0", id: 1, result: {} }, "response"],
    [{ jsonrpc: "2.0", id: 1, error: {} }, "response"],
    [{ jsonrpc: "2.0", error: {} }, "response"],
    [{ jsonrpc: "2.0", result: {} }, undefined],
    [{ jsonrpc: "2.0", id: 1, result: {}, error: {} }, undefined],
    [{ jsonrpc: "2.0", id: null, method: "a" }, undefined],
    [{ jsonrpc: "2.0", id: 1.5, method: "a" }, undefined],
    [{ jsonrpc: "2.0", id: 1, method: "a", params: [] }, undefined],
    [{ jsonrpc: "1.0", id: 1, method: "a" }, undefined],
    [[], undefined],
    [null, undefined],
  ])("%j is a %s", (value, kind) => {
    expect(readMessage(value)?.kind).toBe(kind);
  });
});

describe("resources", () => {
  const finder = createResourceLookup({
    "notes://all": "read_all",
    "notes://{id}/text": "read_one",
    "notes://{id}/{part}": "read_part",
    "https://notes.example.com/a.b?q={q}": "search",
  });

  it.each([
    ["notes://all", [["read_all", {}]]],
    [
      "notes://7/text",
      [
        ["read_one", { id: "7" }],
        ["read_part", { id: "7", part: "text" }],
      ],
    ],
    ["https://notes.example.com/a.b?q=x", [["search", { q: "x" }]]],
    ["https://notes.example.com/aXb?q=x", []],
    ["notes://all/", []],
    ["NOTES://all", []],
    ["notes://7/../all", []],
    ["notes://7/text/more", []],
    ["no uri", []],
    [`notes://${"a".repeat(9_000)}/text`, []],
  ])("are decided by their entries: %s by %j", (uri, found) => {
    expect(finder.byUri(uri).map(({ tool, values }) => [tool, values])).toEqual(found);
  });

  it("finds templates by their own text", () => {
    expect(finder.byKey("notes://{id}/text")).toBe("read_one");
    expect(finder.byKey("notes://{other}/text")).toBeUndefined();
  });

  it.each([
    "notes",
    "notes://{id",
    "notes://{id}{part}",
    "notes://{a}/{a}",
    "notes://a{id}",
    "https://a.example/b/../c",
    "notes://{i d}",
    `notes://{${"a".repeat(129)}}`,
  ])("refuse the key %s", (key) => {
    expect(() => createResourceLookup({ [key]: "read" })).toThrow(/canonical/);
  });
});

describe("the version of a caller", () => {
  const fields = { "mcp-protocol-version": "2025-06-18" };

  it.each([
    ["of the headers of v1", { requestInfo: { headers: fields } }],
    [
      "of the request of v2",
      { http: { req: new Request("https://a.example", { headers: fields }) } },
    ],
  ])("is that %s", (_, context) => {
    expect(readCaller(context, undefined).protocolVersion).toBe("2025-06-18");
  });
});

describe("required operations", () => {
  const targets = createRequiredOperations({
    prompts: { summary: "read_note" },
    resources: { "notes://{id}/text": "read_one" },
  });
  const asked = (method: string, params?: Record<string, unknown>, version?: string) =>
    targets({ kind: "request", method, params }, version);
  const operation = (name: string, params: object) => ({
    kind: "operations",
    operations: [{ operation: name, params, arguments: params, isOfObject: true }],
    resources: [],
    isMethodUnknown: false,
  });

  it("of a completion are those of the prompt or resource", () => {
    const argument = { name: "day", value: "mon" };
    const byPrompt = { ref: { type: "ref/prompt", name: "summary" }, argument };
    expect(asked("completion/complete", byPrompt)).toEqual(operation("read_note", { day: "mon" }));
    const byResource = {
      ref: { type: "ref/resource", uri: "notes://{id}/text" },
      argument: { name: "id", value: "7" },
      context: { arguments: { other: "x" } },
    };
    expect(asked("completion/complete", byResource)).toEqual(
      operation("read_one", { other: "x", id: "7" }),
    );
    const unknown = { ref: { type: "ref/prompt", name: "other" }, argument };
    expect(asked("completion/complete", unknown)).toMatchObject({
      operations: [{ operation: "mcp:completion/complete" }],
    });
  });

  it("of a prompt without an entry are a denial", () => {
    expect(asked("prompts/get", { name: "other" })).toMatchObject({
      operations: [{ operation: "mcp:prompts/get" }],
      isMethodUnknown: false,
    });
  });

  it("of a completion depend only on the type of the reference", () => {
    const both = createRequiredOperations({
      prompts: { "notes://all": "read_note", "notes://prompt": "read_note" },
      resources: { "notes://all": "read_all" },
    });
    const operationOf = (ref: object) => {
      const params = { ref, argument: { name: "id", value: "7" } };
      return both({ kind: "request", method: "completion/complete", params }, undefined);
    };
    const byName = (name: string) => operationOf({ type: "ref/prompt", name });
    const byUri = (uri: string) => operationOf({ type: "ref/resource", uri });
    expect(byName("notes://all")).toEqual(operation("read_note", { id: "7" }));
    expect(byUri("notes://all")).toEqual(operation("read_all", { id: "7" }));
    expect(byUri("notes://prompt")).toMatchObject({
      operations: [{ operation: "mcp:completion/complete" }],
    });
  });

  it.each([
    ["tools/call", undefined],
    ["tools/call", { name: 7 }],
    ["tools/call", { name: "a", arguments: [] }],
    ["prompts/get", { name: "summary", arguments: 1 }],
    ["resources/read", {}],
    ["completion/complete", { ref: "a", argument: { name: "a" } }],
    ["completion/complete", { ref: { type: "ref/prompt" }, argument: { name: "a" } }],
    ["completion/complete", { ref: { type: "ref/prompt", name: "summary" } }],
    [
      "completion/complete",
      {
        ref: { type: "ref/Prompt", name: "summary", uri: "notes://{id}/text" },
        argument: { name: "id" },
      },
    ],
  ])("%s with %j is malformed", (method, params) => {
    expect(asked(method, params)).toEqual({ kind: "malformed" });
  });

  it.each([
    ["notes/unknown", {}, undefined],
    ["tasks/get", { taskId: "1" }, "2025-11-25"],
    ["subscriptions/listen", {}, "2026-07-28"],
    ["resources/subscribe", { uri: "notes://7/text" }, "2026-07-28"],
    ["resources/unsubscribe", undefined, "2026-07-28"],
  ])("of the unknown method %s with %j in %s are a denial", (method, params, version) => {
    expect(asked(method, params, version)).toMatchObject({
      kind: "operations",
      operations: [{ operation: `mcp:${method}` }],
      isMethodUnknown: true,
    });
  });

  it.each([
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "prompts/list",
    "prompts/get",
    "completion/complete",
  ])("of %s without an entry are those of an unknown method", (method) => {
    const params = { uri: "notes://7/text" };
    expect(
      createRequiredOperations({})({ kind: "request", method, params }, undefined),
    ).toMatchObject({
      isMethodUnknown: true,
    });
  });

  it("of an entry without a map key are unknown, but not the method", () => {
    for (const version of [undefined, "2025-11-25", "DRAFT-2026-v1"]) {
      const found = asked("resources/subscribe", { uri: "notes://other" }, version);
      expect(found).toMatchObject({
        operations: [{ operation: "mcp:resources/subscribe" }],
        isMethodUnknown: false,
      });
    }
  });

  it("of an invalid tool name are unknown, even if the policy has an endpoint of that name", () => {
    expect(asked("tools/call", { name: "GET /notes" })).toMatchObject({
      operations: [{ operation: "mcp:tools/call" }],
    });
  });
});

describe("the session store", () => {
  it("deletes the oldest sessions when there are too many", async () => {
    const memory = createSessionStore(2);
    for (const id of ["a", "b", "a", "c"]) memory.set(id, id);
    expect([await memory.get("a"), await memory.get("b"), await memory.get("c")]).toEqual([
      "a",
      undefined,
      "c",
    ]);
  });

  it("keeps sessions that are in use", async () => {
    const memory = createSessionStore(2);
    memory.set("a", "ada");
    memory.set("b", "bob");
    expect(await memory.get("a")).toBe("ada");
    memory.set("c", "cyd");
    expect([await memory.get("a"), await memory.get("b")]).toEqual(["ada", undefined]);
  });

  it("lets no owner evict the sessions of others", async () => {
    const memory = createSessionStore(10, 2);
    memory.set("a", "ada");
    for (const id of ["1", "2", "3"]) memory.set(id, "eve");
    expect([await memory.get("a"), await memory.get("1"), await memory.get("2")]).toEqual([
      "ada",
      undefined,
      "eve",
    ]);
    memory.delete("2");
    memory.delete("unknown");
    memory.set("4", "eve");
    expect([await memory.get("3"), await memory.get("4")]).toEqual(["eve", "eve"]);
  });

  it("gets owners by user and client, otherwise by the token itself", () => {
    const ada = { scope: "", sub: "ada", iss: "i", client_id: "c" };
    expect(ownerOf(ada, "1")).toBe(ownerOf({ ...ada, scope: "more" }, "2"));
    expect(ownerOf(ada, "1")).not.toBe(ownerOf({ ...ada, iss: "j" }, "1"));
    expect(ownerOf({ scope: "" }, "1")).not.toBe(ownerOf({ scope: "" }, "2"));
    // one client may serve many users, so a token without a `sub` is its own owner
    const nameless = { scope: "", client_id: "c" };
    expect(ownerOf(nameless, "1")).toBe(ownerOf(nameless, "1"));
    expect(ownerOf(nameless, "1")).not.toBe(ownerOf(nameless, "2"));
    expect(ownerOf({ ...nameless, jti: "j" }, "1")).toBe(ownerOf({ ...nameless, jti: "j" }, "2"));
    expect(ownerOf({ ...nameless, jti: "j" }, "1")).not.toContain('"1"');
    expect(ownerOf({ ...nameless, jti: "j" }, "1")).not.toBe(
      ownerOf({ ...nameless, jti: "k" }, "1"),
    );
    expect(ownerOf({ scope: "" }, undefined)).not.toBe(ownerOf(undefined, undefined));
  });
});

describe("client detection", () => {
  it.each([
    ["openai-mcp/1.0.0 (ChatGPT)", "tool-result"],
    ["codex_cli_rs/0.50", "tool-result"],
    ["ai-sdk/2.0.99 runtime/node.js/22", "tool-result"],
    ["my-app/1.0 ai-sdk/2.0.99 runtime/node.js/22", "tool-result"],
    ["opencode/1.18.33", "tool-result"],
    ["claude-code/2.1.197 (cli)", "http"],
    ["not-ai-sdk/1", "http"],
    ["my-opencode/1", "http"],
    ["Claude-User", "http"],
    ["node", "http"],
    [undefined, "http"],
  ])("gives the client %s the form %s", (userAgent, mode) => {
    expect(challengeFor("auto", userAgent)).toBe(mode);
    expect(challengeFor("http", userAgent)).toBe("http");
  });
});
