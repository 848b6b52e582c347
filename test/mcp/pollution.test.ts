import type { AuditEvent } from "scope-policy/audit";
import { type McpGateResult, mcpGate, protect, type RequestHandlers } from "scope-policy/mcp";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Handler } from "../../src/mcp/server/handler-gate.js";
import {
  call,
  createTestAuthorizer,
  initialize,
  keepDecisions,
  policy,
  READER,
  surface,
} from "./fixture.js";
import { authInfoOf } from "./in-memory-client.js";
import { type RequestOptions, requestOf } from "./open-gate.js";

// whatever other code has added to `Object.prototype`, the gates decide as in a clean process

/** Names of gate options, of members of results, and of members of objects that modules exchange. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  options: [
    "resources",
    "prompts",
    "methods",
    "challenge",
    "anonymous",
    "handshake",
    "upgradeUrl",
    "maxBodySize",
    "maxBatch",
    "sessions",
    "auditAllowed",
    "eventIdsAreUnguessable",
    "recheckStreams",
    "policy",
    "authorizer",
    "localToken",
    "tasks",
    "securitySchemes",
  ],
  results: [
    "kind",
    "token",
    "denial",
    "answer",
    "outage",
    "isCutShort",
    "isMethodUnknown",
    "decision",
    "allowed",
    "public",
    "message",
    "resultType",
    "task",
    "taskId",
  ],
  parts: [
    "server",
    "resolveScopeChallenge",
    "scopeChallenge",
    "auditDenialsOnly",
    "credentialsFirst",
    "operation",
    "params",
    "arguments",
    "authInfo",
    "parsedBody",
    "protocolVersion",
    "sessionId",
    "credential",
    "error",
    "description",
    "resourceSubscriptions",
    "_registeredResources",
    "_registeredTools",
  ],
  items: ["0", "1"],
};

/** A switch, texts and an object: the types of values that such a member can have. */
const VALUES: readonly unknown[] = [true, "tool-result", {}, `Bearer ${READER}`];

const isPolluted = new Set<string>();

function pollute(name: string, value: unknown): void {
  isPolluted.add(name);
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
}

function clean(): void {
  for (const name of isPolluted) delete (Object.prototype as Record<string, unknown>)[name];
  isPolluted.clear();
}

afterEach(clean);

const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const asking = (method: string, params?: object) => ({ jsonrpc: "2.0", id: 1, method, params });
const MESSAGES: readonly unknown[] = [
  initialize,
  list,
  call("read_note"),
  call("write_note"),
  call("export_notes"),
  call("ping_public"),
  call("unmapped"),
  call("delete_account"),
  { jsonrpc: "2.0", method: "notifications/initialized" },
  asking("notifications/wipe"),
  asking("notes/unknown"),
  asking("tools/call", {}),
  asking("resources/read", { uri: "notes://hidden" }),
  asking("resources/read", { uri: "notes://all" }),
  asking("subscriptions/listen", { notifications: {} }),
  [list],
  { jsonrpc: "2.0", id: 1 },
];

const TOKENS = [undefined, "bad", READER] as const;

/** Runs of a process, which return the responses and audit events of the gates. */
type Run = (pollute: () => void) => Promise<unknown>;

function readEvents(events: readonly AuditEvent[]): unknown {
  return events.map(({ operation, decision, status }) => [operation.name, decision.code, status]);
}

const gates: Run = async (polluted) => {
  const events: AuditEvent[] = [];
  const authorizer = createTestAuthorizer({ audit: keepDecisions(events) });
  polluted();
  const gate = mcpGate(authorizer, surface);
  const answers: unknown[] = [];
  for (const token of TOKENS) {
    const ask = async (content: unknown, asking: RequestOptions = {}) =>
      answers.push(readVerdict(await gate.check(requestOf(content, { token, ...asking }))));
    for (const message of MESSAGES) await ask(message);
    for (const method of ["GET", "DELETE", "PUT"]) await ask("", { method });
    await ask("", { method: "GET", fields: { "last-event-id": "1" } });
    await ask(list, { fields: { "mcp-session-id": "guessed" } });
  }
  return [answers, readEvents(events)];
};

function readVerdict(verdict: McpGateResult): unknown {
  if (verdict.kind === "answer") {
    const { status, headers, body } = verdict.answer;
    return [status, Object.entries(headers), JSON.stringify(body)];
  }
  const { token, protocolVersion } = verdict.passed;
  return ["pass", token?.sub, protocolVersion, typeof verdict.mayContinue, typeof verdict.answered];
}

const tools = ["read_note", "write_note", "purge"].map((name) => ({ name }));

/** A low-level server by its shape, so that the test does not depend on how an SDK handles the same objects. */
const handlers: Run = async (polluted) => {
  const events: AuditEvent[] = [];
  const authorizer = createTestAuthorizer({ audit: keepDecisions(events) });
  const set = new Map<string, Handler>();
  const server = {
    setRequestHandler: (...[method, handler]: [string, Handler]) => void set.set(method, handler),
    assertCanSetRequestHandler: () => undefined,
  };
  const reached: unknown[] = [];
  polluted();
  const mcp = protect(server as RequestHandlers, { policy, authorizer, ...surface });
  const add = (method: string, result: object) =>
    server.setRequestHandler(method, (_, context) => {
      reached.push([method, mcp.token(context)?.sub]);
      return result;
    });
  add("tools/list", { tools });
  add("tools/call", { content: [] });
  add("resources/read", { contents: [] });
  add("resources/list", { resources: [{ uri: "notes://all" }, { uri: "notes://hidden" }] });
  add("notes/unknown", {});
  const answers: unknown[] = [];
  for (const token of TOKENS) {
    const context = () => ({
      sessionId: undefined,
      requestInfo: { headers: { "mcp-protocol-version": "2025-11-25" } },
      authInfo: token === undefined ? undefined : authInfoOf(token),
      requestId: 1,
    });
    for (const message of MESSAGES as readonly { method: string }[]) {
      const handler = set.get(message.method);
      if (handler === undefined) continue;
      try {
        answers.push(JSON.stringify(await handler(message, context())));
      } catch (error) {
        const { code, message: text } = error as Error & { code: unknown };
        answers.push([code, text]);
      }
    }
  }
  try {
    mcp.assertComplete(["read_note"]);
  } catch (error) {
    answers.push(String(error));
  }
  return [answers, reached, readEvents(events)];
};

/** Runs beside polluted objects, and returns the outcome once they are clean again. */
async function outcome(run: Run, polluted: () => void): Promise<string> {
  const seen = await run(polluted).catch((error: unknown) => `failed: ${String(error)}`);
  clean();
  return JSON.stringify(seen, null, 1);
}

const RUNS = { "the gate in front of a server": gates, "the gate in front of a handler": handlers };

describe.each(Object.entries(RUNS))("%s", (_, run) => {
  let expected = "";
  beforeAll(async () => {
    expected = await outcome(run, () => undefined);
  });

  it("denies and allows in a clean process", () => {
    for (const code of ["unauthenticated", "invalid_token", "insufficient_scope"]) {
      expect(expected).toContain(`"${code}"`);
    }
  });

  it.each(Object.values(NAMES).flat())("decides the same if every object has %s", async (name) => {
    for (const value of VALUES) {
      expect(await outcome(run, () => pollute(name, value))).toBe(expected);
    }
  });
});
