import { describe, expect, it } from "vitest";
import { doFieldsAgree, isPlainJson, protocolVersionOf, readFields } from "../../src/mcp/fields.js";
import type { McpHttpRequest } from "../../src/mcp/http.js";
import type { Message } from "../../src/mcp/message.js";

const requestWith = (fields: Readonly<Record<string, readonly string[]>>): McpHttpRequest => ({
  method: "POST",
  target: "/mcp",
  field: (name) => fields[name] ?? [],
  read: async () => "unreadable",
});

describe("header fields", () => {
  it.each([
    ["application/json", true],
    ["Application/JSON; charset=UTF-8", true],
    ['application/json;charset="utf-8"', true],
    ["application/json;", false],
    ["application/json; charset=utf-16", false],
    ["application/jsonx", false],
    ["application/json, text/plain", false],
    ["text/plain", false],
    ["", false],
  ])("`Content-Type: %s` is plain JSON: %s", (type, expected) => {
    expect(isPlainJson(requestWith({ "content-type": [type] }))).toBe(expected);
  });

  it("a body that is packed, or of two types, is not read", () => {
    const type = "application/json";
    expect(isPlainJson(requestWith({ "content-type": [type], "content-encoding": ["gzip"] }))).toBe(
      false,
    );
    expect(isPlainJson(requestWith({ "content-type": [type, type] }))).toBe(false);
    expect(isPlainJson(requestWith({}))).toBe(false);
  });

  it.each([
    [" 2025-11-25\t", "2025-11-25"],
    ["v999.0.0", "v999.0.0"],
    ["DRAFT-2026-v1", "DRAFT-2026-v1"],
    ["2025-11-25,2026-07-28", undefined],
    ["2025-11-25, 2026-07-28", undefined],
    ["2025\u00e9", undefined],
    ["", undefined],
  ])("`MCP-Protocol-Version: %s` is %s", (value, version) => {
    expect(readFields(requestWith({ "mcp-protocol-version": [value] }))?.version).toBe(version);
  });

  it("stand once", () => {
    expect(readFields(requestWith({ "mcp-session-id": ["a", "b"] }))).toBeUndefined();
  });

  const NONE = { version: undefined, method: undefined, name: undefined, session: undefined };
  const toolCall = (name: unknown, meta?: object): Message => ({
    kind: "request",
    id: 1,
    method: "tools/call",
    params: { name, ...(meta && { _meta: meta }) },
  });
  const claiming = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
  const all = { version: "2026-07-28", method: "tools/call", name: "a", session: undefined };

  it.each<[string, object, Message[], boolean]>([
    ["nothing said", NONE, [toolCall("a")], true],
    ["everything said", all, [toolCall("a", claiming)], true],
    ["another method", { ...all, method: "ping" }, [toolCall("a")], false],
    ["another name", { ...all, name: "b" }, [toolCall("a")], false],
    ["a name in other case", { ...all, name: "A" }, [toolCall("a")], false],
    ["another version", { ...all, version: "2025-11-25" }, [toolCall("a", claiming)], false],
    ["no version", { ...all, version: undefined }, [toolCall("a", claiming)], false],
    ["no method", { ...all, method: undefined }, [toolCall("a")], false],
    ["no name", { ...all, name: undefined }, [toolCall("a")], false],
    ["a name for nothing", { ...all, name: "a" }, [toolCall(7)], false],
    ["an encoded name", { ...all, name: "=?base64?w6k=?=" }, [toolCall("é")], true],
    ["a name that is encoded badly", { ...all, name: "=?base64?w6k?=" }, [toolCall("é")], false],
    ["a name that is no text", { ...all, name: "=?base64?/w==?=" }, [toolCall("\uFFFD")], false],
    [
      "a notification",
      { ...all, method: undefined, name: undefined },
      [{ kind: "notification", method: "notifications/initialized", params: undefined }],
      true,
    ],
    [
      "a name where none is repeated",
      { ...all, method: "tools/list" },
      [{ kind: "request", id: 1, method: "tools/list", params: undefined }],
      true,
    ],
    ["a response", NONE, [{ kind: "response" }], true],
    ["a version that has no order", { version: "v999.0.0" }, [toolCall("a")], true],
    ["another version that has none", { version: "v999.0.0" }, [toolCall("a", claiming)], false],
    [
      "routing of several",
      { ...NONE, method: "tools/call" },
      [toolCall("a"), toolCall("b")],
      false,
    ],
    ["several", NONE, [toolCall("a"), toolCall("b")], true],
  ])("with %s agree with the body: %#", (_, fields, messages, expected) => {
    expect(doFieldsAgree({ ...NONE, ...fields }, messages)).toBe(expected);
  });

  it.each<[string | undefined, object | undefined, string]>([
    ["2025-06-18", { _meta: claiming }, "2025-06-18"],
    [undefined, { _meta: claiming }, "2026-07-28"],
    [undefined, { protocolVersion: "2024-11-05" }, "2024-11-05"],
    [undefined, { protocolVersion: "latest" }, "2025-03-26"],
    [undefined, undefined, "2025-03-26"],
  ])("%s and %j speak %s", (version, params, spoken) => {
    const message = { kind: "notification", method: "a", params } as Message;
    expect(protocolVersionOf({ ...NONE, version }, [message])).toBe(spoken);
    expect(protocolVersionOf({ ...NONE, version: "2025-06-18" }, [])).toBe("2025-06-18");
  });
});
