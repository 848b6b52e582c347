// The gate of the Model Context Protocol: its reader of bodies, headers and messages.

import fc from "fast-check";
import { errorOf, type ProtocolFault } from "../../../src/mcp/shared/protocol-errors.js";
import { ACCOUNT, EXPIRED, OWNER, PRO, READER, WRITER } from "../../mcp/fixture.js";
import { HOSTILE_MESSAGES } from "../../mcp/hostile-messages.js";
import { denialCodeOf, openGate, requestOf } from "../../mcp/open-gate.js";
import { MCP_BODIES, MCP_TEXTS, NAMES } from "./corpus.js";
import { editedTexts, editedTrees } from "./edits.js";
import { check, checkHidden, type Target } from "./target.js";

interface Sent {
  readonly text: string | Uint8Array;
  readonly token: string | undefined;
  readonly method: string;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}

const TOOLS = [
  ...["write_note", "read_note", "account_notes", "export_notes", "studio_notes", "purge"],
  ...["delete_account", "secret_tool", "ping_public", "whoami", "list_things"],
];
const call = (method: string, params: unknown, id: unknown = 1) => ({
  jsonrpc: "2.0",
  id,
  method,
  params,
});
const CALLS = fc.oneof(
  fc
    .oneof({ arbitrary: fc.constantFrom(...TOOLS), weight: 3 }, fc.constantFrom(...NAMES))
    .map((name) => call("tools/call", { name, arguments: {} })),
  fc
    .constantFrom("a", "b", 7, "a/b")
    .map((accountID) => call("tools/call", { name: "account_notes", arguments: { accountID } })),
  fc
    .constantFrom("notes://all", "notes://a/notes", "notes://b/notes", "notes://x")
    .map((uri) => call("resources/read", { uri })),
  fc.constantFrom("summary", "plan", "x").map((name) => call("prompts/get", { name })),
  fc
    .constantFrom(
      "initialize",
      "ping",
      "tools/list",
      "resources/list",
      "prompts/list",
      "subscriptions/listen",
      "no/such",
      "logging/setLevel",
    )
    .map((method) => call(method, {})),
  fc.constant({ jsonrpc: "2.0", method: "notifications/initialized" }),
  fc.constantFrom<object>(
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", id: 1, error: {} },
  ),
);
const BODIES = fc.oneof(
  { arbitrary: CALLS, weight: 6 },
  { arbitrary: fc.array(CALLS, { maxLength: 3 }), weight: 2 },
  { arbitrary: fc.constantFrom(...MCP_BODIES), weight: 2 },
);
const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const TEXTS: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { arbitrary: BODIES.map((body) => JSON.stringify(body)), weight: 8 },
  { arbitrary: editedTrees(BODIES).map((body) => JSON.stringify(body) ?? ""), weight: 6 },
  { arbitrary: BODIES.chain((body) => editedTexts([JSON.stringify(body)])), weight: 2 },
  {
    arbitrary: editedTexts([...MCP_TEXTS, ...HOSTILE_MESSAGES.map(({ body }) => body)], 2),
    weight: 3,
  },
  { arbitrary: fc.constantFrom(deep(128), deep(129), deep(40_000)), weight: 1 },
  { arbitrary: fc.uint8Array({ maxLength: 40 }), weight: 1 },
  {
    arbitrary: fc
      .constantFrom(70_000, 5_000_000)
      .map((length) => JSON.stringify(call("ping", { a: "x".repeat(length) }))),
    weight: 1,
  },
);

const VERSIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28", "1", ""];
const FIELDS = fc.oneof(
  { arbitrary: fc.constant({}), weight: 8 },
  {
    arbitrary: fc.constantFrom(...VERSIONS).map((version) => ({ "mcp-protocol-version": version })),
    weight: 3,
  },
  {
    arbitrary: fc.constantFrom<Sent["fields"]>(
      { "content-type": "text/plain" },
      { "content-type": ["application/json", "text/plain"] },
      { "content-type": "application/json; charset=utf-16" },
      { "content-encoding": "gzip" },
      { "last-event-id": "1" },
      { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "read_note" },
      { "mcp-protocol-version": ["2025-06-18", "2025-03-26"] },
      { "mcp-session-id": "a b" },
      { "content-length": "70000" },
    ),
    weight: 1,
  },
);

const SENT: fc.Arbitrary<Sent> = fc.record({
  text: TEXTS,
  token: fc.constantFrom(
    READER,
    READER,
    WRITER,
    PRO,
    OWNER,
    ACCOUNT,
    EXPIRED,
    undefined,
    "outage",
    "opaque-token-of-nobody",
  ),
  method: fc.oneof(
    { arbitrary: fc.constant("POST"), weight: 20 },
    { arbitrary: fc.constantFrom("GET", "DELETE", "HEAD", "PUT", "post", "OPTIONS"), weight: 1 },
  ),
  fields: FIELDS,
});

/** Plain calls of the tools of the policy: each denial of a decision needs one of them and its token. */
const PLAIN: fc.Arbitrary<Sent> = fc.record({
  text: fc
    .tuple(fc.constantFrom(...TOOLS), fc.constantFrom({}, { accountID: "a" }, { accountID: "b" }))
    .map(([name, parameters]) =>
      JSON.stringify(call("tools/call", { name, arguments: parameters })),
    ),
  token: fc.constantFrom(READER, WRITER, PRO, OWNER, ACCOUNT),
  method: fc.constant("POST"),
  fields: fc.constantFrom<Sent["fields"]>({}, {}, {}, { "mcp-session-id": "unknown" }),
});

const FAULTS: readonly ProtocolFault[] = [
  ...(["json", "message", "params", "batch", "fields", "event_id"] as const),
  ...(["media_type", "too_large", "method", "unknown_method", "session"] as const),
];
const DENIALS = [
  ...["unknown_operation", "denied", "invalid_params", "unauthenticated", "invalid_token"],
  ...["insufficient_scope", "binding_mismatch", "account_type_required", "upgrade_required"],
  ...["reserved_scope", "temporarily_unavailable"],
];
const STATUSES = [200, 400, 401, 403, 404, 405, 413, 415, 503];

const { gate } = openGate();

/** Returns the fault that a response names; `undefined` if it names a denial. */
function faultOf(body: unknown): ProtocolFault | undefined {
  const { error } = body as { readonly error?: { readonly message?: string } };
  return FAULTS.find((fault) => errorOf(fault).message === error?.message);
}

export const MCP: Target<Sent> = {
  outcomes: [
    "passed on",
    ...FAULTS.map((fault) => `fault: ${fault}`),
    ...DENIALS.map((code) => `denial: ${code}`),
  ],
  inputs: fc.oneof({ arbitrary: SENT, weight: 4 }, { arbitrary: PLAIN, weight: 1 }),
  async run({ text, token, method, fields }) {
    const asked = requestOf(typeof text === "string" ? text || " " : "", { token, method, fields });
    const request =
      typeof text === "string"
        ? asked
        : {
            ...asked,
            read: (most: number) =>
              Promise.resolve(text.length > most ? ("too_large" as const) : text),
          };
    const verdict = await gate.check(request);
    if (verdict.kind === "pass") return "passed on";
    const { answer } = verdict;
    if (token !== undefined) checkHidden(answer, token, "the response");
    check(STATUSES.includes(answer.status), `a known status, not ${answer.status}`);
    const body = Array.isArray(answer.body) ? (answer.body as unknown[])[0] : answer.body;
    const fault = faultOf(body);
    if (fault !== undefined) return `fault: ${fault}`;
    return `denial: ${String(denialCodeOf({ ...answer, body }))}`;
  },
};
