import { describe, expect, it } from "vitest";
import { readTable, type TableOptions } from "../../../src/cli/source/read-table.js";
import { UsageError } from "../../../src/cli/terminal/io.js";
import { loadPolicy } from "../../../src/index.js";

const read = (table: unknown, options: Partial<TableOptions> = {}) =>
  readTable(typeof table === "string" ? table : JSON.stringify(table), {
    source: "table.json",
    name: "table",
    ...options,
  });

const toolsOf = (table: unknown, options?: Partial<TableOptions>) =>
  loadPolicy(read(table, options).definition).definition.tools;

const deny = (name: string) => ({ deny: `not assigned: choose the scopes of \`${name}\`` });

describe("a table of tools with their scopes", () => {
  it("has each tool with its scope, and denies those without one", () => {
    const table = {
      list_courses: ["courses:read"],
      get_course: "courses:read",
      drop: null,
      drop_all: [],
      drop_more: "",
    };
    const { definition, report, operations } = read(table);
    expect(definition).toEqual({
      name: "table",
      version: "1",
      scopes: { "courses:read": "" },
      tools: {
        list_courses: "courses:read",
        get_course: "courses:read",
        drop: deny("drop"),
        drop_all: deny("drop_all"),
        drop_more: deny("drop_more"),
      },
    });
    expect(report.counts).toEqual({ read: 2, merged: 0, guessed: 0, left: 3 });
    expect(report.notes.map(({ subject, code }) => [subject, code])).toEqual([
      ["table.json", "table_direction"],
      ["drop", "not_assigned"],
      ["drop_all", "not_assigned"],
      ["drop_more", "not_assigned"],
    ]);
    expect(operations[0]?.descriptor).toEqual({});
  });

  it("reads several scopes as the user says, as a list or as a text", () => {
    for (const scopes of [["a:read", "b:read", "a:read"], "a:read b:read"]) {
      expect(toolsOf({ one: scopes }, { listMeans: "and" })).toEqual({
        one: { allOf: ["a:read", "b:read"] },
      });
      expect(toolsOf({ one: scopes }, { listMeans: "or" })).toEqual({
        one: { anyOf: ["a:read", "b:read"] },
      });
    }
  });

  it("leaves out names that no policy accepts", () => {
    const { definition, report } = read({ "list_*": "a:read" }, { keys: "tools" });
    expect(definition["tools"]).toEqual({});
    expect(report.counts.left).toBe(1);
    expect(report.notes).toMatchObject([{ subject: "list_*", code: "tool_name" }]);
  });
});

describe("a table of scopes with their tools", () => {
  it("has each tool with the scopes that open it, and declares scopes that open none", () => {
    const table = { "courses:read": ["list_courses", "get_course"], "courses:write": null };
    expect(read(table).definition).toEqual({
      name: "table",
      version: "1",
      scopes: { "courses:read": "", "courses:write": "" },
      tools: { list_courses: "courses:read", get_course: "courses:read" },
    });
  });

  it("reads several scopes of one tool as the user says", () => {
    const table = { "a:read": ["one"], "b:read": ["one"] };
    expect(toolsOf(table, { listMeans: "or" })).toEqual({ one: { anyOf: ["a:read", "b:read"] } });
  });
});

describe("the side of the tools", () => {
  it("follows the option where names fit both sides", () => {
    expect(toolsOf({ a: "b" }, { keys: "tools" })).toEqual({ a: "b" });
    expect(toolsOf({ a: "b" }, { keys: "scopes" })).toEqual({ b: "a" });
  });
});

describe("a table that cannot be read ends in one line", () => {
  const UNCLEAR =
    "`table.json`: it is not clear which names are tools: give --table tools for tools with their scopes, or --table scopes for scopes with their tools";
  const SHAPE =
    "`table.json`: expected an object of tools with their scopes, or of scopes with their tools";
  it.each<[string, unknown, Partial<TableOptions>, string | RegExp]>([
    ["names that fit both sides", { a: "b" }, {}, UNCLEAR],
    ["names that fit no side", { "a:b": "c:d" }, {}, UNCLEAR],
    ["nothing in it", {}, {}, UNCLEAR],
    ["a list", [], {}, SHAPE],
    ["a text", '"a"', {}, SHAPE],
    ["no JSON", "{", {}, /^`table\.json`: the text is not JSON: /],
    [
      "a repeated key",
      '{"a":"x:y","a":"z:y"}',
      {},
      "`table.json` at a: this key is written twice: the first would be lost",
    ],
    ["a number", { a: 1 }, {}, "`table.json` at a: expected a list of names, a name or null"],
    [
      "an object",
      { tools: { a: "b" } },
      {},
      "`table.json` at tools: expected a list of names, a name or null",
    ],
    ["a number in a list", { a: ["x:y", 1] }, {}, "`table.json` at a[1]: expected a name"],
    ["an empty name in a list", { a: ["x:y", ""] }, {}, "`table.json` at a[1]: expected a name"],
    [
      "a text that is not a scope",
      { a: ["x:y", "ä"] },
      {},
      "`table.json` at a[1]: expected a scope",
    ],
    [
      "a key that is not a scope",
      { ä: ["one"] },
      {},
      '`table.json` at ["ä"]: expected a scope as the key',
    ],
    [
      "several scopes without their meaning",
      { a: "x:y x:z", b: "x:y x:z", c: "x:y" },
      {},
      "`table.json`: several scopes are listed for `a` and `b`: give --list-means and, if all are required, or --list-means or, if one is enough",
    ],
  ])("%s", (_title, table, options, message) => {
    const act = () => read(table, options);
    expect(act).toThrow(UsageError);
    expect(act).toThrow(message);
  });
});
