import { marked } from "marked";
import { describe, expect, it } from "vitest";
import { titled } from "../../titled.js";
import { runIn } from "../run.js";
import { readXml, type XmlElement } from "./read-xml.js";
import { SCHOOL_JSON } from "./school.js";

const CASES = `policy: ./policy.json
cases:
  - { name: readers read, token: courses:read, operation: list_courses, expect: allowed }
  - { operation: list_courses, expect: allowed }
  - { operation: list_courses, expect: allowed }
  - name: "# & <b>\\u202E|\\nnext\\\\ \\""
    token: ""
    operation: list_courses
    expect: insufficient_scope
    missing: root
`;

const reportOf = async (...argv: readonly string[]) => {
  const files = { "policy.json": SCHOOL_JSON, "cases.yaml": CASES };
  const { code, out, err } = await runIn(files, ["test", "cases.yaml", ...argv]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  return out;
};

describe("the report as text", () => {
  it("names what fails, and what no case exercises", async () => {
    expect(await reportOf()).toMatchSnapshot();
  });

  it("says that the coverage is below the minimum", async () => {
    expect(await reportOf("--min", "99.5")).toContain("\nerror: below the minimum of 99.5 %\n");
  });
});

describe("the report in the Test Anything Protocol", () => {
  it("has a point for each case and for the minimum", async () => {
    expect(await reportOf("--format", "tap", "--min", "50")).toMatchSnapshot();
  });

  it("has as many points as its plan", async () => {
    const lines = (await reportOf("--format", "tap")).split("\n");
    expect(lines.slice(0, 2)).toEqual(["TAP version 14", "1..4"]);
    const points = lines.flatMap((line) => /^(?:not )?ok (\d+) - /.exec(line)?.[1] ?? []);
    expect(points).toEqual(["1", "2", "3", "4"]);
    // an unescaped `#` would start a directive such as TODO, which makes a failure count as passed
    expect(lines.filter((line) => /^(?:not )?ok.*(?<!\\)#/.test(line))).toEqual([]);
  });
});

describe("the report as JUnit XML", () => {
  it("is what CI systems read: suites, cases with name, class and file, and failures", async () => {
    const root = readXml(await reportOf("--format", "junit", "--min", "50"));
    const { name, attributes, children: suites } = root;
    expect({ name, ...attributes }).toMatchObject({ name: "scope-policy test", tests: "5" });
    expect(attributes).toMatchObject({ failures: "4", errors: "0" });
    expect(suites.map((suite) => [suite.name, suite.attributes["name"]])).toEqual([
      ["testsuite", "cases.yaml"],
      ["testsuite", "coverage"],
    ]);
    const cases = suites.flatMap((suite) => suite.children);
    expect(cases.map((one) => one.name)).toEqual(Array(5).fill("testcase"));
    const identities = cases.map(
      (one) => `${one.attributes["classname"]} ${one.attributes["name"]}`,
    );
    expect(new Set(identities).size).toBe(5);
    expect(cases[0]).toMatchObject({
      attributes: { name: "readers read", classname: "policy.json", file: "cases.yaml", line: "3" },
      children: [],
    });
    expect(cases[2]?.attributes["name"]).toBe("list_courses: allowed (2)");
    expect(cases[3]?.attributes["name"]).toBe('# & <b>\\u{202e}| next\\ "');
    const failure = cases[3]?.children[0] as XmlElement;
    const message =
      "expected insufficient_scope, missing root, decided insufficient_scope, missing courses:read";
    expect(failure).toMatchObject({ name: "failure", text: message, attributes: { message } });
    expect(cases[4]?.children[0]?.text).toMatch(/^expected at least 50 %, decided \d/);
  });
});

describe("the report as Markdown", () => {
  it("has a table of failures, and tables of what no case exercises", async () => {
    const text = await reportOf("--format", "markdown");
    expect(text).toMatchSnapshot();
    expect(await marked(text)).not.toContain("<b>");
  });

  it("stays small enough for a comment", async () => {
    const tools = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`tool_${index}`, "a"]),
    );
    const policy = JSON.stringify({ name: "Big", version: "1", scopes: { a: {} }, tools });
    const cases =
      "policy: policy.json\ncases:\n  - { operation: tool_1, expect: unauthenticated }\n";
    const { code, out } = await runIn({ "policy.json": policy, "cases.yaml": cases }, [
      ...["test", "cases.yaml", "--format", "markdown"],
    ]);
    expect(code).toBe(0);
    // the rows have at most 50,000 characters
    expect(out.length).toBeGreaterThan(50_000);
    expect(out.length).toBeLessThan(60_000);
    expect(out).toMatch(/\n\d+ more: `--json` lists all\.\n$/);
    const people = await runIn({ "policy.json": policy, "cases.yaml": cases }, [
      ...["test", "cases.yaml"],
    ]);
    // 50 of the 2,999 tools that no case calls, and the two demands of the one that is called
    expect(people.out).toMatch(/\n {2}and 2951 more: --json lists all\n$/);
  });
});

describe("the report as data", () => {
  it("has all cases, and all that no case exercises", async () => {
    const data: unknown = JSON.parse(await reportOf("--json", "--min", "10"));
    expect(data).toMatchObject({
      ok: false,
      min: 10,
      cases: [
        { ok: true, file: "cases.yaml", line: 3, name: "readers read", policy: "policy.json" },
        {
          ok: false,
          operation: "list_courses",
          expected: { code: "allowed" },
          decision: { code: "unauthenticated" },
        },
        { ok: false, name: "list_courses: allowed (2)" },
        { ok: false, expected: { code: "insufficient_scope", missing: ["root"] } },
      ],
    });
    const { coverage } = data as { coverage: readonly { readonly missing: readonly object[] }[] };
    expect(coverage).toMatchObject([
      { policy: "policy.json", operations: { exercised: 1 }, alternatives: { exercised: 1 } },
    ]);
    expect(coverage[0]?.missing).toContainEqual({
      operation: "plan",
      when: "otherwise",
      kind: "branch",
      detail: "",
    });
  });
});

const INVALID: readonly {
  readonly title: string;
  readonly argv: readonly string[];
  readonly says: string;
}[] = [
  {
    title: "a minimum that is not a number",
    argv: ["a.yaml", "--min", "all"],
    says: "--min `all`",
  },
  { title: "a minimum above 100", argv: ["a.yaml", "--min", "101"], says: "expected a percentage" },
  { title: "an unknown format", argv: ["a.yaml", "--format", "xml"], says: "text, tap, junit" },
  {
    title: "a format with --json",
    argv: ["a.yaml", "--json", "--format", "tap"],
    says: "--json cannot be combined with --format",
  },
  {
    title: "two files with --init",
    argv: ["a.yaml", "b.yaml", "--init", "p.json"],
    says: "name one at most",
  },
  {
    title: "a minimum with --init",
    argv: ["--init", "p.json", "--min", "1"],
    says: "--init cannot be combined with --min",
  },
];

describe("the options", () => {
  it.each(titled(INVALID))("cannot be %s", async (_title, { argv, says }) => {
    const { code, out, err } = await runIn({}, ["test", ...argv]);
    expect(code).toBe(2);
    expect(out + err).toContain(says);
  });
});
