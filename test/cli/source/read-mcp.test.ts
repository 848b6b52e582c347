import { describe, expect, it } from "vitest";
import type { ToolDescriptor } from "../../../src/cli/source/list-tools.js";
import { type McpOptions, readMcp } from "../../../src/cli/source/read-mcp.js";
import { loadPolicy } from "../../../src/index.js";
import { titled } from "../../titled.js";

const OPTIONS: McpOptions = { source: "mcp:https://a.example/mcp", name: "a", hasToken: true };

const oauth = (...scopes: readonly string[]) => ({ type: "oauth2", scopes });
const NOAUTH = { type: "noauth" };

/** Returns the entry, the outcome and the codes of the notes of one tool. */
function readOne(tool: Omit<ToolDescriptor, "name">, options: Partial<McpOptions> = {}) {
  const contents = readMcp([{ name: "list_courses", ...tool }], { ...OPTIONS, ...options });
  const { definition, report } = contents;
  const policy = loadPolicy(definition);
  const [outcome] = Object.entries(report.counts).find(([, count]) => count === 1) ?? [];
  const notes = report.notes.filter(({ subject }) => subject === "list_courses");
  return {
    entry: policy.definition.tools?.["list_courses"],
    scopes: Object.keys(policy.definition.scopes),
    outcome,
    codes: notes.map(({ code }) => code),
    notes,
  };
}

const DENIED = { deny: "not assigned: choose the scopes of `list_courses`" };

describe("a tool of a server with security schemes", () => {
  interface Row {
    readonly title: string;
    readonly schemes: unknown;
    readonly listMeans?: "and" | "or";
    readonly entry: unknown;
    readonly outcome: string;
    readonly codes?: readonly string[];
  }
  const rows: readonly Row[] = [
    { title: "has the one scope", schemes: [oauth("a:read")], entry: "a:read", outcome: "read" },
    {
      title: "requires all scopes of a scheme",
      schemes: [oauth("a:read", "b:read", "a:read")],
      entry: { allOf: ["a:read", "b:read"] },
      outcome: "read",
    },
    {
      title: "requires one of the scopes of a scheme if the user says so",
      schemes: [oauth("a:read", "b:read")],
      listMeans: "or",
      entry: { anyOf: ["a:read", "b:read"] },
      outcome: "read",
    },
    {
      title: "has each scheme as an alternative",
      schemes: [oauth("a:read"), oauth("b:read", "c:read")],
      entry: { anyOf: ["a:read", { allOf: ["b:read", "c:read"] }] },
      outcome: "read",
    },
    {
      title: "has each scope of each scheme as an alternative if the user says so",
      schemes: [oauth("a:read"), oauth("b:read", "c:read")],
      listMeans: "or",
      entry: { anyOf: ["a:read", "b:read", "c:read"] },
      outcome: "read",
    },
    {
      title: "is public without authentication",
      schemes: [NOAUTH, { type: "oauth2" }],
      entry: { public: true },
      outcome: "read",
    },
    {
      title: "is public and enriched by the scopes of other schemes",
      schemes: [NOAUTH, oauth("a:read")],
      entry: { public: true, enrichedBy: ["a:read"] },
      outcome: "read",
    },
    {
      title: "is denied with OAuth without scopes",
      schemes: [{ type: "oauth2" }],
      entry: DENIED,
      outcome: "left",
      codes: ["no_scopes"],
    },
    {
      title: "is stricter without a scheme of an unknown type",
      schemes: [{ type: "apiKey" }, oauth("a:read")],
      entry: "a:read",
      outcome: "guessed",
      codes: ["unsupported_scheme"],
    },
    {
      title: "is denied with a scope that no policy accepts",
      schemes: [oauth("a:read", "a scope")],
      entry: DENIED,
      outcome: "left",
      codes: ["refused_scope"],
    },
    {
      title: "is denied with a scope that is not a text",
      schemes: [{ type: "oauth2", scopes: [3] }],
      entry: DENIED,
      outcome: "left",
      codes: ["refused_scope"],
    },
    {
      title: "is denied with a placeholder in a scope",
      schemes: [oauth("/accounts/{id}/read")],
      entry: DENIED,
      outcome: "left",
      codes: ["refused_scope"],
    },
    {
      title: "is denied with scopes that are not a list",
      schemes: [{ type: "oauth2", scopes: "a:read" }],
      entry: DENIED,
      outcome: "left",
      codes: ["schemes_syntax"],
    },
    {
      title: "is denied with schemes that are not a list",
      schemes: { type: "noauth" },
      entry: DENIED,
      outcome: "left",
      codes: ["schemes_syntax"],
    },
    {
      title: "is denied with an empty list of schemes",
      schemes: [],
      entry: DENIED,
      outcome: "left",
      codes: ["not_assigned"],
    },
  ];

  it.each(titled(rows))("%s", (_title, { schemes, listMeans, entry, outcome, codes = [] }) => {
    for (const tool of [{ securitySchemes: schemes }, { _meta: { securitySchemes: schemes } }]) {
      expect(readOne(tool, { listMeans })).toMatchObject({ entry, outcome, codes });
    }
  });

  it("is denied if its two lists differ, and has the rule if they are equal", () => {
    const [read, write] = [[oauth("a:read")], [oauth("a:write")]];
    const differs = readOne({ securitySchemes: read, _meta: { securitySchemes: write } });
    expect(differs).toMatchObject({ entry: DENIED, outcome: "left", codes: ["schemes_differ"] });
    expect(differs.scopes).toEqual([]);
    const equal = readOne({ securitySchemes: read, _meta: { securitySchemes: read } });
    expect(equal).toMatchObject({ entry: "a:read", outcome: "read", scopes: ["a:read"] });
  });
});

describe("a tool without security schemes", () => {
  it("is denied, with what its name and its hints suggest as a note only", () => {
    const suggestions = [
      ["list_courses", {}, "courses:read"],
      ["getCourse", {}, "courses:read"],
      ["github.update-issue", {}, "issue:write"],
      ["courses_delete", {}, "courses:write"],
      ["sum_up", { annotations: { readOnlyHint: true } }, "sum_up:read"],
      ["sum_up_again", {}, undefined],
      ["list", {}, undefined],
    ] as const;
    const tools = suggestions.map(([name, more]) => ({ name, ...more }));
    const { definition, report, operations } = readMcp(tools, OPTIONS);
    expect(definition["scopes"]).toEqual({});
    expect(operations.map(({ rule }) => rule)).toEqual(tools.map(() => undefined));
    const notes = report.notes.filter(({ code }) => code === "not_assigned");
    expect(notes.map(({ subject, message }) => [subject, /`(.*)`/.exec(message)?.[1]])).toEqual(
      suggestions.map(([name, , scope]) => [name, scope]),
    );
    expect(report.counts).toEqual({ read: 0, merged: 0, guessed: 0, left: 7 });
  });

  it("has its title and its description as one visible line each", () => {
    const read = readOne({
      annotations: { title: "The\u202e courses\n" },
      description: `Lists\n\n\tall\u0000 courses. ${"x".repeat(1_000)} and more`,
    });
    expect(read.entry).toEqual({
      ...DENIED,
      title: "The courses",
      description: "Lists all courses …",
    });
    expect(
      readOne({ title: "Courses", description: 7, annotations: { title: "No" } }).entry,
    ).toEqual({ ...DENIED, title: "Courses" });
    expect(readOne({ title: "\u200b" }).entry).toEqual(DENIED);
  });

  it("has a title of at most 100 and a description of at most 500 characters", () => {
    const [title, description] = ["x".repeat(101), "y".repeat(501)];
    expect(readOne({ title, description }).entry).toEqual({
      ...DENIED,
      title: `${"x".repeat(100)} …`,
      description: `${"y".repeat(500)} …`,
    });
  });
});

describe("names of tools", () => {
  it("that no policy accepts are left out, with a note", () => {
    const names = ["a b", "list_*", "really?", "..", "", "__proto__", "x".repeat(129)];
    const tools = names.map((name) => ({ name, securitySchemes: [oauth("a:read")] }));
    const { definition, report, operations, unplaced } = readMcp(tools, OPTIONS);
    expect(definition).toEqual({ name: "a", version: "1", scopes: {}, tools: {} });
    expect(operations).toEqual([]);
    expect(unplaced).toEqual(names.map((name) => ({ name, descriptor: {} })));
    expect(report.counts.left).toBe(names.length);
    expect(report.notes.slice(1).map(({ subject, code }) => [subject, code])).toEqual(
      names.map((name) => [name, "tool_name"]),
    );
    expect(loadPolicy(definition).toolNames).toEqual([]);
  });

  it("that a server lists twice are denied, and each tool counts", () => {
    const tool = { name: "list_courses", title: "One", securitySchemes: [oauth("a:read")] };
    const other = { ...tool, title: "Two", securitySchemes: [NOAUTH] };
    const { definition, report, operations } = readMcp([tool, other], OPTIONS);
    expect(definition["tools"]).toEqual({ list_courses: DENIED });
    expect(operations.map(({ descriptor }) => descriptor)).toEqual([
      { title: "One" },
      { title: "Two" },
    ]);
    expect(report.counts).toEqual({ read: 0, merged: 0, guessed: 0, left: 2 });
    expect(report.notes[1]).toMatchObject({
      code: "duplicate_tool",
      message: "the server lists 2 tools of this name",
    });
  });

  it("that objects inherit are names like any other", () => {
    const names = ["constructor", "toString"];
    const { definition } = readMcp(
      names.map((name) => ({ name, securitySchemes: [oauth("a:read")] })),
      OPTIONS,
    );
    expect(Object.keys(definition["tools"] as object)).toEqual(names);
    const policy = loadPolicy(JSON.stringify(definition));
    for (const name of names) {
      expect(policy.decideUntrusted({ scope: "a:read" }, name).code).toBe("allowed");
      expect(policy.decideUntrusted({ scope: "b" }, name).code).toBe("insufficient_scope");
    }
  });
});

describe("the contents of a server", () => {
  it("have the members of each tool of which a fingerprint is made", () => {
    const described = {
      title: "Courses",
      description: "Lists courses",
      inputSchema: { type: "object" },
      outputSchema: { type: "object" },
      annotations: { readOnlyHint: true },
    };
    const { operations } = readMcp(
      [{ name: "list_courses", ...described, _meta: { a: 1 }, icons: [] }],
      OPTIONS,
    );
    expect(operations).toEqual([
      {
        kind: "tool",
        name: "list_courses",
        rule: undefined,
        title: "Courses",
        description: "Lists courses",
        descriptor: described,
      },
    ]);
  });

  it.each([
    [true, "these are the tools that the server lists for this token"],
    [
      false,
      "these are the tools that the server lists without a token; with --token it can list more",
    ],
  ])("say for whom the tools were listed (with a token: %s)", (hasToken, message) => {
    const { report } = readMcp([], { ...OPTIONS, hasToken });
    expect(report.notes).toEqual([{ subject: OPTIONS.source, code: "listed_for_caller", message }]);
  });
});
