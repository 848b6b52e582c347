import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import {
  createTestAuthorizer,
  initialize,
  modern,
  READER,
  surface,
  tokenOf,
  WRITER,
} from "./fixture.js";
import { EVERY_METHOD, OBJECT_ROWS, type ObjectRow } from "./object-rows.js";
import { denialCodeOf, openGate, openHandlerGate } from "./open-gate.js";
import { methodsOfSdks, type NamedMember, namingMembers } from "./sdk-members.js";

/** Returns the members of the SDKs that no row covers. */
function withoutRow(rows: readonly ObjectRow[]): readonly NamedMember[] {
  const isCovered = ({ method, path }: NamedMember) =>
    EVERY_METHOD.some((row) => row.path === path) ||
    rows.some((row) => row.method === method && (row.path === path || row.path === "*"));
  return namingMembers().filter((member) => !isCovered(member));
}

/** Returns the code of the error for a denied message. */
const deniedCodeOf = (method: string) =>
  /^(?:resources\/(?:read|subscribe|unsubscribe)|prompts\/get)$/.test(method) ? -32_602 : -32_010;

const by = (decidedBy: ObjectRow["by"]) => OBJECT_ROWS.filter((row) => row.by === decidedBy);

const memberOf = ({ method, path }: { readonly method: string; readonly path: string }) =>
  `\`${path}\` of ${method}`;

describe("the table of objects", () => {
  it("has a row for each member of a method of either SDK that may name an object", () => {
    expect(withoutRow(OBJECT_ROWS)).toEqual([]);
  });

  it.each(titled(OBJECT_ROWS, memberOf))("would lack %s without its row", (_title, row) => {
    const missing = withoutRow(OBJECT_ROWS.filter((other) => other !== row));
    expect(missing.map(({ method }) => method)).toContain(row.method);
  });

  it("has no row for a member that neither SDK has", () => {
    const members = namingMembers();
    const stale = OBJECT_ROWS.filter(
      ({ method, path }) =>
        !members.some((one) => one.method === method && (path === "*" || one.path === path)),
    );
    expect(stale).toEqual([]);
  });

  it("gives a reason where nothing decides", () => {
    const silent = [...EVERY_METHOD, ...OBJECT_ROWS].filter(
      (row) => (row.by === "none" || row.by === "unknown") && row.why === undefined,
    );
    expect(silent).toEqual([]);
  });
});

/** Returns a message as a client of its version sends it. */
function encodeFor(method: string, params: object, isModern: boolean) {
  const message = { jsonrpc: "2.0", id: 1, method, params: params as never } as const;
  if (!isModern) return { body: JSON.stringify(message), fields: {} };
  const { body, headers } = modern(message);
  const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return { body, fields };
}

describe("an object of a map", () => {
  const probes = by("map").flatMap(({ method, path, probe }) =>
    probe === undefined ? [] : [{ method, path, ...probe }],
  );

  it("has a probe in each row", () => {
    expect(probes).toHaveLength(by("map").length);
  });

  it.each(titled(probes, memberOf))(
    "decides between two messages in front of a server that differ in %s",
    async (_title, { method, own, foreign, token }) => {
      const { ask, events } = openGate();
      const isModern = method === "subscriptions/listen";
      const answers = [own, foreign].map(async (params) => {
        const { body, fields } = encodeFor(method, params, isModern);
        return ask(body, { token, fields });
      });
      const [first, second] = await Promise.all(answers);
      expect(first).toBeUndefined();
      expect(denialCodeOf(second)).toMatch(
        /^(?:insufficient_scope|binding_mismatch|unknown_operation)$/,
      );
      expect(events.map(({ decision }) => decision.allowed)).toContain(false);
    },
  );

  it.each(titled(probes, memberOf))(
    "decides between two messages in front of a handler that differ in %s",
    async (_title, { method, own, foreign, token }) => {
      const { call } = openHandlerGate();
      expect(await call({ method, params: own }, { token })).toMatchObject({ ran: true });
      const refused = call({ method, params: foreign }, { token });
      if (method === "tools/call") expect(await refused).toMatchObject({ isError: true });
      else await expect(refused).rejects.toMatchObject({ code: deniedCodeOf(method) });
    },
  );
});

describe("an object of a session", () => {
  it.each(titled(by("session"), memberOf))(
    "is accepted only in its session: %s",
    async (_, row) => {
      const { check, ask } = openGate();
      const opened = await check(initialize, { token: READER });
      if (opened.kind !== "pass") throw new Error("the handshake is refused");
      await opened.answered?.(200, "session-1");
      const message = { jsonrpc: "2.0", method: row.method, params: { [row.path]: "1" } };
      const fields = { "mcp-session-id": "session-1" };
      expect(await ask(message, { token: READER, fields })).toBeUndefined();
      const eve = tokenOf({ sub: "eve", scope: "mcp:tools notes:read" });
      expect(await ask(message, { token: eve, fields })).toMatchObject({ status: 404 });
      expect(await ask(message, { fields })).toMatchObject({ status: 401 });
    },
  );
});

describe("a task", () => {
  const methods = {
    "tasks/get": "read_note",
    "tasks/result": "read_note",
    "tasks/cancel": "read_note",
    "tasks/list": "read_note",
  } as const;
  const eve = tokenOf({
    sub: "eve",
    scope: "mcp:tools notes:read notes:write /accounts/a/notes.read",
  });
  const related = { "io.modelcontextprotocol/related-task": { taskId: "t-1" } };

  /** Creates a handler gate with a task `t-1` of the reader. */
  const withTask = async () => {
    const { call } = openHandlerGate({ ...surface, methods }, createTestAuthorizer());
    const create = { method: "tools/call", params: { name: "read_note", task: {} } };
    await call(create, { token: READER, handler: () => ({ task: { taskId: "t-1" } }) });
    return call;
  };

  it.each(titled(by("task"), memberOf))("belongs to its creator in %s", async (_, { method }) => {
    const call = await withTask();
    const message = { method, params: { taskId: "t-1" } };
    expect(await call(message, { token: READER })).toEqual({ ran: true });
    // a step-up is another token of the same user through the same client
    expect(await call(message, { token: WRITER })).toEqual({ ran: true });
    await expect(call(message, { token: eve })).rejects.toMatchObject({ code: -32_010 });
    const unknown = { method, params: { taskId: "t-2" } };
    await expect(call(unknown, { token: READER })).rejects.toMatchObject({ code: -32_010 });
  });

  it("is removed only from the list of tasks, not from other results", async () => {
    const { call } = openHandlerGate({
      ...surface,
      methods: { ...methods, "notes/plan": "read_note" },
    });
    const result = { tasks: [{ taskId: "t-2" }, "a note"] };
    const handler = () => result;
    expect(await call({ method: "notes/plan" }, { token: READER, handler })).toEqual(result);
    expect(await call({ method: "tasks/list" }, { token: READER, handler })).toEqual({ tasks: [] });
  });

  const isNowhere = (method: string) =>
    method.startsWith("notifications/") ||
    ["sampling/createMessage", "elicitation/create", "roots/list"].includes(method);

  it.each([...methodsOfSdks()])(
    "related to a %s is accessible only to its creator",
    async (method) => {
      const call = await withTask();
      // the other parameters are valid, so that only the task can be denied
      const probe = OBJECT_ROWS.find((row) => row.method === method)?.probe;
      const message = { method, params: { taskId: "t-1", ...probe?.own } };
      const outcome = (token: string) =>
        call(message, { token, meta: related }).then(
          (result) => ((result as { isError?: true }).isError === true ? "refused" : "ran"),
          (error: { code: number }) => error.code,
        );
      const refused = method === "tools/call" ? "refused" : deniedCodeOf(method);
      expect([await outcome(probe?.token ?? READER), await outcome(eve)]).toEqual(
        isNowhere(method) ? [-32_601, -32_601] : ["ran", refused],
      );
    },
  );
});

describe("a method that neither the table nor the options name", () => {
  it.each(titled(by("unknown"), memberOf))("is not found: %s", async (_title, { method }) => {
    const { ask, events } = openGate();
    const message = { jsonrpc: "2.0", id: 1, method, params: { name: "read_note" } };
    expect(await ask(message, { token: WRITER })).toMatchObject({
      status: 200,
      body: { error: { code: -32_601 } },
    });
    expect(events.map(({ operation }) => operation.name)).toEqual([`mcp:${method}`]);
  });
});
