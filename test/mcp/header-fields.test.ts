import { describe, expect, it } from "vitest";
import {
  headersMatchBody,
  isPlainJson,
  protocolVersionOf,
  readProtocolHeaders,
} from "../../src/mcp/http/header-fields.js";
import type { McpHttpRequest } from "../../src/mcp/http/http-types.js";
import type { Message } from "../../src/mcp/shared/message.js";

const requestWith = (fields: Readonly<Record<string, readonly string[]>>): McpHttpRequest => ({
  method: "POST",
  target: "/mcp",
  field: (name) => fields[name] ?? [],
  read: async () => "unreadable",
});

describe("protocol headers", () => {
  it.each([
    ["application/json", true],
    ["Application/JSON; charset=UTF-8", true],
    ['application/json;charset="utf-8"', true],
    ["application/json;", false],
    ["application/json; charset=utf-16", false],
    ["application/jsonx", false],
    ["application/json, text/plain", false],
    ["text/plain, application/json", false],
    ["text/plain", false],
    ["", false],
  ])("count as plain JSON with `Content-Type: %s`: %s", (type, expected) => {
    expect(isPlainJson(requestWith({ "content-type": [type] }))).toBe(expected);
  });

  it("do not count as plain JSON with an encoding or two types", () => {
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
  ])("have for `MCP-Protocol-Version: %s` the version %s", (value, version) => {
    expect(readProtocolHeaders(requestWith({ "mcp-protocol-version": [value] }))?.version).toBe(
      version,
    );
  });

  it.each(["mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"])(
    "are unreadable if %s is repeated",
    (name) => {
      expect(readProtocolHeaders(requestWith({ [name]: ["a"] }))).toBeDefined();
      expect(readProtocolHeaders(requestWith({ [name]: ["a", "b"] }))).toBeUndefined();
    },
  );

  const NONE = { version: undefined, method: undefined, name: undefined, session: undefined };
  const toolCall = (name: unknown, meta?: object): Message => ({
    kind: "request",
    id: 1,
    method: "tools/call",
    params: { name, ...(meta && { _meta: meta }) },
  });
  const versionMeta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
  const all = { version: "2026-07-28", method: "tools/call", name: "a", session: undefined };

  it.each<[string, object, Message[], boolean]>([
    ["no headers", NONE, [toolCall("a")], true],
    ["all headers", all, [toolCall("a", versionMeta)], true],
    ["another method", { ...all, method: "ping" }, [toolCall("a")], false],
    ["another name", { ...all, name: "b" }, [toolCall("a")], false],
    ["a name in other case", { ...all, name: "A" }, [toolCall("a")], false],
    ["another version", { ...all, version: "2025-11-25" }, [toolCall("a", versionMeta)], false],
    ["no version", { ...all, version: undefined }, [toolCall("a", versionMeta)], false],
    ["no method", { ...all, method: undefined }, [toolCall("a")], false],
    ["no name", { ...all, name: undefined }, [toolCall("a")], false],
    ["a name for nothing", { ...all, name: "a" }, [toolCall(7)], false],
    ["an encoded name", { ...all, name: "=?base64?w6k=?=" }, [toolCall("é")], true],
    ["a name with invalid Base64", { ...all, name: "=?base64?w6k?=" }, [toolCall("é")], false],
    [
      "a name that is not valid UTF-8",
      { ...all, name: "=?base64?/w==?=" },
      [toolCall("\uFFFD")],
      false,
    ],
    [
      "a notification",
      { ...all, method: undefined, name: undefined },
      [{ kind: "notification", method: "notifications/initialized", params: undefined }],
      true,
    ],
    [
      "a name for a method without one",
      { ...all, method: "tools/list" },
      [{ kind: "request", id: 1, method: "tools/list", params: undefined }],
      true,
    ],
    ["a response", NONE, [{ kind: "response" }], true],
    ["a version that is not a date", { version: "v999.0.0" }, [toolCall("a")], true],
    [
      "a differing version that is not a date",
      { version: "v999.0.0" },
      [toolCall("a", versionMeta)],
      false,
    ],
    [
      "a method header for a batch",
      { ...NONE, method: "tools/call" },
      [toolCall("a"), toolCall("b")],
      false,
    ],
    ["a batch without headers", NONE, [toolCall("a"), toolCall("b")], true],
    ["a name header for a batch", { ...NONE, name: "a" }, [toolCall("a"), toolCall("b")], false],
  ])("are compared with the body: %s", (_, fields, messages, expected) => {
    expect(headersMatchBody({ ...NONE, ...fields }, messages)).toBe(expected);
  });

  it.each<[string | undefined, object | undefined, string]>([
    ["2025-06-18", { _meta: versionMeta }, "2025-06-18"],
    [undefined, { _meta: versionMeta }, "2026-07-28"],
    [undefined, { protocolVersion: "2024-11-05" }, "2024-11-05"],
    [undefined, { protocolVersion: "latest" }, "2025-03-26"],
    [undefined, undefined, "2025-03-26"],
  ])("and parameters give the version: %s and %j give %s", (version, params, spoken) => {
    const message = { kind: "notification", method: "a", params } as Message;
    expect(protocolVersionOf({ ...NONE, version }, [message])).toBe(spoken);
    expect(protocolVersionOf({ ...NONE, version: "2025-06-18" }, [])).toBe("2025-06-18");
  });
});
