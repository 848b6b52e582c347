import { describe, expect, it } from "vitest";
import { titled } from "../../titled.js";
import { runIn } from "../run.js";
import { SCHOOL_JSON } from "./school.js";

const runCases = (
  cases: string | readonly object[],
  argv: readonly string[] = [],
  name = "cases.yaml",
) =>
  runIn(
    {
      "policy.json": SCHOOL_JSON,
      [name]:
        typeof cases === "string" ? cases : JSON.stringify({ policy: "./policy.json", cases }),
    },
    ["test", name, ...argv],
  );

interface CaseRow {
  readonly title: string;
  readonly given: object;
  /** What the report names as decided; missing if the case passes. */
  readonly decided?: string;
}

const CASES: readonly CaseRow[] = [
  {
    title: "a token that is a scope text is allowed",
    given: { token: "courses:read", operation: "list_courses", expect: "allowed" },
  },
  {
    title: "claims count",
    given: {
      token: { scope: ["courses:write"], tier: "pro" },
      operation: "update_course",
      expect: "allowed",
    },
  },
  {
    title: "no token is a call without credentials",
    given: { operation: "list_courses", expect: "unauthenticated" },
  },
  {
    title: "the missing scopes are compared as a set",
    given: {
      token: "",
      operation: "list_courses",
      expect: "insufficient_scope",
      missing: " courses:read ",
    },
  },
  {
    title: "a case with other missing scopes fails",
    given: {
      token: "",
      operation: "list_courses",
      expect: "insufficient_scope",
      missing: ["courses:write"],
    },
    decided: "insufficient_scope, missing courses:read",
  },
  {
    title: "a case with one missing scope too many fails",
    given: {
      token: "",
      operation: "list_courses",
      expect: "insufficient_scope",
      missing: "courses:read courses:write",
    },
    decided: "insufficient_scope, missing courses:read",
  },
  {
    title: "a request line finds its endpoint and the values of its path",
    given: { token: "/accounts/a/", operation: "GET /accounts/b", expect: "binding_mismatch" },
  },
  {
    title: "an endpoint without parameters is found by its name",
    given: { token: "courses:read", operation: "GET /courses", expect: "allowed" },
  },
  {
    title: "parameters bind the values of an endpoint that is named",
    given: {
      token: "/accounts/a/",
      operation: "GET /accounts/{accountID}",
      params: { accountID: "a" },
      expect: "allowed",
    },
  },
  {
    title: "parameters choose the branch",
    given: {
      token: "courses:read",
      operation: "plan",
      params: { mode: "dry" },
      expect: "allowed",
    },
  },
  {
    title: "a pattern decides on a tool that it matches",
    given: {
      token: { scope: "courses:read", acr: "mfa", auth_age: 300 },
      operation: "admin_reset",
      expect: "allowed",
    },
  },
  {
    title: "an authentication that is a second too old fails",
    given: {
      token: { scope: "courses:read", acr: "mfa", auth_age: 301 },
      operation: "admin_reset",
      expect: "allowed",
    },
    decided: "insufficient_user_authentication",
  },
  {
    title: "additional detail can be expected",
    given: { token: "courses:read", operation: "status", expect: "allowed", enriched: true },
  },
  {
    title: "an answer without additional detail can be expected",
    given: { operation: "status", expect: "allowed", enriched: false },
  },
  {
    title: "a call that gets more detail than expected fails",
    given: { token: "courses:read", operation: "status", expect: "allowed", enriched: false },
    decided: "allowed, with additional detail",
  },
  {
    title: "a call that gets less detail than expected fails",
    given: { token: "", operation: "status", expect: "allowed", enriched: true },
    decided: "allowed, without additional detail",
  },
  {
    title: "an internal operation is known",
    given: { operation: "wipe", expect: "denied" },
  },
  {
    title: "an unknown operation can be expected",
    given: { operation: "list_course", expect: "unknown_operation" },
  },
  {
    title: "an unknown operation that the policy has fails",
    given: { operation: "ping", expect: "unknown_operation" },
    decided: "allowed",
  },
  {
    title: "an unknown request line can be expected",
    given: { operation: "GET /nothing", expect: "unknown_operation" },
  },
  {
    title: "a denial that is expected as allowed fails with its message",
    given: { operation: "drop_school", expect: "allowed" },
    decided: "denied (denied: Ask us by mail.)",
  },
  {
    title: "an allowed call that is expected as denied fails with its scopes",
    given: { token: "courses:read", operation: "list_courses", expect: "insufficient_scope" },
    decided: "allowed by courses:read",
  },
];

describe("a case", () => {
  it.each(titled(CASES))("%s", async (_title, { given, decided }) => {
    const { code, out, err } = await runCases([given]);
    expect(err).toBe("");
    if (decided === undefined) {
      expect(out).toMatch(/^1 of 1 case passes\n/);
      expect(code).toBe(0);
    } else {
      expect(out).toMatch(/^FAIL {2}cases\.yaml:1 {2}/);
      expect(out).toContain(`\n      decided   ${decided}`);
      expect(out).toContain("\n0 of 1 case passes\n");
      expect(code).toBe(1);
    }
  });
});

const HEAD = "policy: ./policy.json\ncases:\n";

interface FaultRow {
  readonly title: string;
  readonly text: string;
  readonly name?: string;
  readonly says: string;
}

const FAULTS: readonly FaultRow[] = [
  {
    title: "an unknown key has its line and a suggestion",
    text: `${HEAD}  - operation: ping\n    expct: allowed\n    expect: allowed\n`,
    says: "cases.yaml:4:5  error  unknown key `expct`; did you mean `expect`?  unknown_key",
  },
  {
    title: "an unknown key of the file has its line",
    text: `case: 1\n${HEAD}  - { operation: ping, expect: allowed }\n`,
    says: "cases.yaml:1:1  error  unknown key `case`; did you mean `cases`?",
  },
  {
    title: "an unknown claim has a suggestion",
    text: `${HEAD}  - operation: ping\n    expect: allowed\n    token:\n      scope: a\n      teir: pro\n`,
    says: "cases.yaml:7:7  error  unknown key `teir`; did you mean `tier`?",
  },
  {
    title: "a misspelt code has a suggestion",
    text: `${HEAD}  - operation: ping\n    expect: alowed\n`,
    says: "cases.yaml:4:5  error  `expect`: unknown code `alowed`; did you mean `allowed`?",
  },
  {
    title: "a code that is nothing like one gets the list",
    text: `${HEAD}  - { operation: ping, expect: 200 }\n`,
    says: "`expect`: expected one of unknown_operation, denied, invalid_params,",
  },
  {
    title: "an unknown operation has a suggestion",
    text: `${HEAD}  - operation: list_course\n    expect: allowed\n`,
    says: "cases.yaml:3:5  error  School has no operation `list_course`: the policy has no tool with this name; did you mean `list_courses`?",
  },
  {
    title: "a request line that no endpoint matches is unknown",
    text: `${HEAD}  - operation: GET /course\n    expect: allowed\n`,
    says: "no endpoint of the policy matches this request; did you mean `GET /courses`?",
  },
  {
    title: "a misspelt parameter has a suggestion",
    text: `${HEAD}  - operation: read_account\n    expect: invalid_params\n    params: { acountID: a }\n`,
    says: "cases.yaml:5:15  error  the operation has no parameter `acountID`; did you mean `accountID`?",
  },
  {
    title: "an undeclared tier is an error",
    text: `${HEAD}  - { operation: ping, expect: allowed, token: { scope: a, tier: por } }\n`,
    says: "unknown tier `por`; the policy declares `free`, `pro`",
  },
  {
    title: "claims without a scope are an error",
    text: `${HEAD}  - { operation: ping, expect: allowed, token: { tier: pro } }\n`,
    says: '`scope` is missing: write `scope: ""` for a token without scopes',
  },
  {
    title: "a time in a text is an error",
    text: `${HEAD}  - { operation: ping, expect: allowed, token: { scope: a, exp: "1" } }\n`,
    says: "`exp`: expected a number",
  },
  {
    title: "an age and a time of authentication are an error",
    text: `${HEAD}  - { operation: ping, expect: allowed, token: { scope: a, auth_age: 1, auth_time: 2 } }\n`,
    says: "write `auth_age` or `auth_time`, not both",
  },
  {
    title: "an empty token is an error, because it is not clear whether there is one",
    text: `${HEAD}  - operation: ping\n    expect: allowed\n    token:\n`,
    says: "leave it out for a call without a token",
  },
  {
    title: "missing scopes belong to one code",
    text: `${HEAD}  - { operation: ping, expect: allowed, missing: a }\n`,
    says: "`missing` belongs to the code `insufficient_scope` only",
  },
  {
    title: "additional detail belongs to one code",
    text: `${HEAD}  - { operation: ping, expect: denied, enriched: true }\n`,
    says: "cases.yaml:3:40  error  `enriched` belongs to the code `allowed` only",
  },
  {
    title: "a case without an operation is an error at the case",
    text: `${HEAD}  - expect: allowed\n`,
    says: "cases.yaml:3:5  error  `operation` is missing",
  },
  {
    title: "a case that is a text is an error",
    text: `${HEAD}  - ping\n`,
    says: "cases.yaml:3:5  error  expected a map with name, token, operation, params, expect, missing",
  },
  {
    title: "a file without cases is an error",
    text: "policy: ./policy.json\ncases: []\n",
    says: "cases.yaml:2:1  error  `cases`: expected at least one item",
  },
  {
    title: "a file without the key of cases is an error",
    text: "policy: ./policy.json\n",
    says: "cases.yaml:1:1  error  `cases` is missing",
  },
  {
    title: "cases that are not a list are an error",
    text: "policy: ./policy.json\ncases: { a: 1 }\n",
    says: "`cases`: expected a list",
  },
  {
    title: "a file that names no policy is an error",
    text: "policy: []\ncases: [{ operation: ping, expect: allowed }]\n",
    says: "cases.yaml:1:1  error  `policy`: expected a file, or a list of files",
  },
  {
    title: "an empty file is an error",
    text: "",
    says: "cases.yaml  error  the document is empty",
  },
  {
    title: "a file that is a list is an error",
    text: "- a\n",
    says: "cases.yaml:1:1  error  expected a map with policy, cases",
  },
  {
    title: "a duplicate key in YAML has its line",
    text: `${HEAD}  - operation: ping\n    expect: allowed\n    expect: denied\n`,
    says: "cases.yaml:5:5  error  the key `expect` occurs twice  duplicate_key",
  },
  {
    title: "a duplicate key in JSON has its line",
    text: '{"policy": "./policy.json",\n "cases": [{"operation": "ping",\n  "operation": "ping"}]}',
    name: "cases.json",
    says: "cases.json:3:3  error  the key `operation` occurs twice  duplicate_key",
  },
  {
    title: "a syntax error in JSON has its line",
    text: '{"policy": "./policy.json",\n "cases": [}',
    name: "cases.json",
    says: "cases.json:2:12  error  invalid JSON:",
  },
  {
    title: "a finding in JSON that is indented with tabs has its line",
    text: '{\n\t"policy": "./policy.json",\n\t"cases": [\n\t\t{ "operation": "pin", "expect": "allowed" }\n\t]\n}',
    name: "cases.json",
    says: "cases.json:4:5  error  School has no operation `pin`",
  },
  {
    title: "a file that is not UTF-8 is an error",
    text: `${HEAD}  - operation: "\0"\n`,
    says: "a NUL character",
  },
];

describe("a fault of a file", () => {
  it.each(titled(FAULTS))("%s", async (_title, { text, name, says }) => {
    const { code, out, err } = await runCases(text, [], name);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(says);
  });

  it("is data with --json, and those of all files come together", async () => {
    const bad = `${HEAD}  - { operation: pin, expect: allowed }\n`;
    const worse = `${HEAD}  - { operation: ping, expect: alowed }\n`;
    const files = { "policy.json": SCHOOL_JSON, "a.yaml": worse, "b.yaml": worse, "c.yaml": bad };
    const shape = await runIn(files, ["test", "a.yaml", "b.yaml", "c.yaml", "--json"]);
    expect({ code: shape.code, err: shape.err }).toEqual({ code: 2, err: "" });
    const { findings } = JSON.parse(shape.out) as { findings: readonly object[] };
    expect(findings).toMatchObject([
      { code: "invalid_value", file: "a.yaml", line: 3 },
      { code: "invalid_value", file: "b.yaml", line: 3 },
    ]);
    const names = await runIn(files, ["test", "c.yaml", "--json"]);
    expect(names.code).toBe(2);
    expect(JSON.parse(names.out)).toMatchObject({
      ok: false,
      findings: [{ code: "unknown_operation", file: "c.yaml", line: 3, column: 7 }],
    });
  });
});

describe("the progress", () => {
  const ERASE = "\r\u001B[K";
  const files = {
    "policy.json": SCHOOL_JSON,
    [`${"long ".repeat(20)}.yaml`]: `${HEAD}  - { operation: ping, expect: allowed }\n`,
    "missing.yaml": `policy: none.json\ncases:\n  - { operation: ping, expect: allowed }\n`,
  };
  const [, name] = Object.keys(files) as [string, string];

  it("is one line of a terminal at a time, which the report replaces", async () => {
    const { code, out, err } = await runIn(files, ["test", name], { showsProgress: true });
    expect({ code, out: out.slice(0, 19) }).toEqual({ code: 0, out: "1 of 1 case passes\n" });
    expect(err.split(ERASE)).toEqual([
      "",
      expect.stringMatching(/^reading long .{1,60} …$/),
      "loading policy.json",
      "deciding 1 case",
      "",
    ]);
  });

  it("is erased before an error", async () => {
    const run = { showsProgress: true };
    const { err } = await runIn(files, ["test", "missing.yaml"], run);
    expect(err.split(ERASE).at(-1)).toMatch(/^error: cannot read `none.json`/);
  });

  it("is not written to a file", async () => {
    expect(await runIn(files, ["test", name])).toMatchObject({ code: 0, err: "" });
  });
});

describe("the files", () => {
  it("run with each policy of their list, found from the folder of the file", async () => {
    const strict = JSON.stringify({
      name: "Strict",
      version: "1",
      scopes: { a: {} },
      tools: { ping: "a" },
    });
    const cases =
      "policy: [../policy.json, strict.json]\ncases:\n  - { operation: ping, expect: allowed }\n";
    const { code, out } = await runIn(
      { "policy.json": SCHOOL_JSON, "sub/strict.json": strict, "sub/cases.yml": cases },
      ["test", "sub/cases.yml"],
    );
    expect(code).toBe(1);
    expect(out).toContain(
      "FAIL  sub/cases.yml:3  ping: allowed\n      policy    sub/strict.json\n",
    );
    expect(out).toContain("\n1 of 2 cases pass\n");
    expect(out).toContain("\nCoverage of policy.json: ");
    expect(out).toContain("\nCoverage of sub/strict.json: 33.3 %");
  });

  it("are errors if there are none, or if one cannot be read", async () => {
    expect(await runIn({}, ["test"])).toMatchObject({
      code: 2,
      err: "error: missing required argument 'file'\n",
    });
    expect(await runIn({}, ["test", "none.yaml"])).toMatchObject({
      code: 2,
      err: "error: cannot read `none.yaml`: it does not exist\n",
    });
  });

  it("need policies without findings", async () => {
    const wrong = JSON.stringify({ name: "A", version: "1", scopes: {}, tools: { a: "b" } });
    const cases = "policy: wrong.json\ncases:\n  - { operation: ping, expect: allowed }\n";
    const { code, err } = await runIn({ "wrong.json": wrong, "a.yaml": cases }, ["test", "a.yaml"]);
    expect(code).toBe(1);
    expect(err).toContain("unknown_scope");
  });
});
