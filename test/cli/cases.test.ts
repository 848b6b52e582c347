import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { runIn } from "./run.js";

const POLICY = JSON.stringify({
  name: "Database",
  version: "3",
  tiers: ["free", "pro"],
  scopes: {
    read: "Read rows",
    write: { description: "Change rows", implies: ["read"] },
    "/a/{id}/read": "Read one",
  },
  tools: {
    run_query: {
      title: "Run a query",
      cases: [
        { when: { mode: ["explain", "plan"], dry: true }, scope: "read", tier: "pro" },
        { when: { mode: "drop" }, deny: "Never." },
      ],
      otherwise: { deny: "Choose a mode." },
    },
    typed: {
      cases: [
        { when: { value: true }, scope: "read" },
        { when: { value: [1, null] }, scope: "write" },
        { when: { both: 1 }, scope: "read" },
        { when: { both: "1" }, scope: "write" },
      ],
      otherwise: { allOf: ["write", "/a/{id}/read"] },
      weakOtherwise: true,
    },
    "list_*": {
      cases: [{ when: { all: true }, scope: "write" }],
      otherwise: "read",
      weakOtherwise: true,
    },
  },
  endpoints: {
    "GET /v1/:kind": { cases: [{ when: { kind: "logs" }, scope: "read" }], otherwise: "write" },
  },
});

const ask = (...argv: string[]) => {
  const [command = "", ...rest] = argv;
  return runIn({ "p.json": POLICY }, [command, "p.json", ...rest]);
};

interface Row {
  readonly title: string;
  readonly argv: readonly string[];
  readonly code: 0 | 3;
  readonly says: readonly string[];
}

const value = (text: string) => ["typed", "--scope", "read", "--param", `value=${text}`];

const ROWS: readonly Row[] = [
  {
    title: "names the branch, and the condition of it that is not met",
    argv: ["run_query", "--scope", "read", "--param", "mode=plan", "--param", "dry=true"],
    code: 3,
    says: [
      "NO: run_query requires the pro tier",
      'The branch of this call is: mode: "explain" or "plan", dry: true.',
    ],
  },
  {
    title: "reports a denied case of this call alone",
    argv: ["run_query", "--scope", "read", "--param", "mode=drop"],
    code: 3,
    says: ["NO: this call of run_query is never allowed.", "Never.", 'mode: "drop".'],
  },
  {
    title: "reports a denied `otherwise`",
    argv: ["run_query", "--scope", "read"],
    code: 3,
    says: ["Choose a mode.", "The branch of this call is: otherwise."],
  },
  {
    title: "reads `true` as the boolean that a case compares",
    argv: value("true"),
    code: 0,
    says: ["value: true."],
  },
  {
    title: "reads `1` as the number that a case compares",
    argv: value("1"),
    code: 3,
    says: ["value: 1 or null.", "Missing: write"],
  },
  {
    title: "reads `null` as the null that a case compares",
    argv: value("null"),
    code: 3,
    says: ["value: 1 or null."],
  },
  {
    title: "reads another value as text",
    argv: [...value("1.0"), "--param", "id=x"],
    code: 3,
    says: ["otherwise.", "/a/x/read"],
  },
  {
    title: "reads a value as text if a case compares the text too",
    argv: ["typed", "--scope", "read", "--param", "both=1"],
    code: 3,
    says: ['both: "1".', "Missing: write"],
  },
  {
    title: "names the branch of a pattern",
    argv: ["list_x", "--scope", "read", "--param", "all=true"],
    code: 3,
    says: ["all: true.", "list_*"],
  },
  {
    title: "names the branch of a request",
    argv: ["GET /v1/logs", "--scope", "read"],
    code: 0,
    says: ['kind: "logs".'],
  },
  {
    title: "names `otherwise` of a request",
    argv: ["GET /v1/rows", "--scope", "read"],
    code: 3,
    says: ["otherwise.", "Missing: write"],
  },
];

describe("explain for an operation with cases", () => {
  it.each(titled(ROWS))("%s", async (_, { argv, code, says }) => {
    const ran = await ask("explain", ...argv);
    expect(ran.code).toBe(code);
    for (const text of says) expect(ran.out).toContain(text);
  });

  it("has the branches in JSON, and no branches for other operations", async () => {
    const { out } = await ask(
      "explain",
      "list_x",
      "--scope",
      "read",
      "--param",
      "all=true",
      "--json",
    );
    expect(JSON.parse(out)).toMatchObject({ operation: { branches: ["all: true"] } });
  });
});

describe("the matrix of a policy with cases", () => {
  const BRANCHES = [
    'run_query (mode: "explain" or "plan", dry: true)',
    'run_query (mode: "drop")',
    "run_query (otherwise)",
    "list_* (all: true)",
    "list_* (otherwise)",
  ];

  it("has a row for each branch, and counts each operation once", async () => {
    const { out } = await ask("matrix", "--format", "markdown");
    for (const branch of BRANCHES) expect(out).toContain(`| \`${branch}\` |`);
    expect(out).toContain('| `GET /v1/:kind (kind: "logs")` | `read` |  | all | via |');
    expect(out).toContain('| `run_query (mode: "drop")` | never: Never. |');
    expect((await ask("matrix")).out).toContain("Tools: 3, by 3 scopes");
  });

  it("has the conditions of branches as text in HTML", async () => {
    const { out } = await ask("matrix", "--format", "html");
    expect(out).toContain("mode: &quot;explain&quot; or &quot;plan&quot;, dry: true");
    expect(out).toContain("otherwise");
  });
});

describe("the docs of a policy with cases", () => {
  it("list the requirement of each branch", async () => {
    const { out } = await ask("docs");
    expect(out).toContain(
      '| `run_query (mode: "explain" or "plan", dry: true)` | `read` | pro tier |',
    );
    expect(out).toContain("| `typed (otherwise)` | `write` and `/a/{id}/read` |");
    expect(out).toContain('| GET | `/v1/:kind (kind: "logs")` | `read` |');
    expect(out).toContain('| `run_query (mode: "drop")` | Never. |');
  });
});

describe("check of a policy with cases", () => {
  it("reports a finding at its place in the file", async () => {
    const weak = POLICY.replaceAll(',"weakOtherwise":true', "");
    const ran = await runIn({ "p.json": weak }, ["check", "p.json"]);
    expect(ran.code).not.toBe(0);
    expect(ran.out + ran.err).toContain('tools["list_*"].otherwise');
    expect(ran.out + ran.err).toContain("weakOtherwise: true");
  });
});
