import { marked } from "marked";
import { loadPolicy, type PolicyDefinition } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { runIn } from "./run.js";

const BEFORE: PolicyDefinition = {
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "courses:read": "Read courses",
    "courses:write": { implies: ["courses:read"] },
    "students:read": { tier: "pro" },
    "old:read": {},
    "/accounts/{accountID}/": {},
  },
  tools: {
    list_courses: "courses:read",
    update_course: "courses:write",
    list_students: "students:read",
    read_account: "/accounts/{accountID}/",
    ping: { public: true, enrichedBy: "courses:read" },
    pay: { scope: "courses:write", maxAge: 300 },
    drop_school: { deny: "no" },
  },
  endpoints: { "GET /v1/courses/:id": "courses:read", "GET /v1/notes/:id": "courses:read" },
};
const AFTER: PolicyDefinition = {
  ...BEFORE,
  version: "2",
  scopes: {
    "courses:read": "Read courses",
    "courses:write": { implies: ["courses:read"], replaces: ["old:read"] },
    "students:read": { tier: "free" },
    "new:read": { description: "New", required: true },
    "/accounts/{accountID}/": {},
  },
  tools: {
    list_courses: { anyOf: ["courses:read", "new:read"] },
    update_course: { allOf: ["courses:write", "new:read"] },
    list_students: "students:read",
    read_account: "courses:read",
    ping: { public: true, enrichedBy: "new:read" },
    pay: { scope: "courses:write", maxAge: 900, acr: "mfa" },
    "new_*": "new:read",
  },
  endpoints: { "GET /v1/courses/:course": "courses:read", "GET /v1/notes/:note": "new:read" },
};
const GRANTS = [
  { user: "u1", client: "c1", scope: "courses:write", policyVersion: "1" },
  { user: "u2", client: "c1", scope: "courses:write", policyVersion: "1" },
  { user: "u3", client: "c2", scope: "/accounts/a1/", policyVersion: "2" },
  { user: "u4", client: "c2", scope: ["students:read"], tier: "free", policyVersion: "2" },
  { scope: "old:read", account_type: "mentor", policyVersion: "1" },
  { scope: "", policyVersion: "2", entitlements: ["x"], first_party: true },
];
const FILES = {
  "before.json": JSON.stringify(BEFORE),
  "after.json": JSON.stringify(AFTER),
  "same.json": JSON.stringify({ ...BEFORE, tools: { ...BEFORE.tools, ping: "courses:read" } }),
  "more.json": JSON.stringify({ ...BEFORE, tools: { ...BEFORE.tools, ping: { public: true } } }),
  "text.json": JSON.stringify({ ...BEFORE, bundles: { reader: ["courses:read"] } }),
  "denied.json": JSON.stringify({ ...BEFORE, tools: { ...BEFORE.tools, more: { deny: "no" } } }),
  "added.json": JSON.stringify({ ...BEFORE, tools: { ...BEFORE.tools, more: "courses:read" } }),
  "wrong.json": JSON.stringify({ ...BEFORE, tools: { a: "b" } }),
  "grants.json": JSON.stringify(GRANTS),
  "grants.ndjson": `${GRANTS.map((grant) => JSON.stringify(grant)).join("\n")}\n`,
  "windows.ndjson": `\uFEFF${GRANTS.map((grant) => JSON.stringify(grant)).join("\r\n")}\r\n`,
  "no-grants.ndjson": '{"scope":"a"}\n{"scope":',
  "wrong-grants.json": '[{"scop":"a"}]',
};
const diff = (...argv: readonly string[]) => runIn(FILES, ["diff", ...argv]);

describe("diff", () => {
  it("prints operations, scopes, grants and the step of the version", async () => {
    const { code, out, err } = await diff("before.json", "after.json", "--grants", "grants.json");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatchSnapshot();
  });

  it("reads grants that a program on Windows wrote", async () => {
    const [unix, windows] = await Promise.all(
      ["grants.ndjson", "windows.ndjson"].map((grants) =>
        diff("before.json", "after.json", "--grants", grants),
      ),
    );
    expect(windows).toEqual(unix);
  });

  it("prints Markdown for a pull request", async () => {
    const argv = ["before.json", "after.json", "--grants", "grants.ndjson", "--format", "markdown"];
    const { code, out } = await diff(...argv);
    expect(code).toBe(0);
    expect(out).toMatchSnapshot();
    expect(marked.lexer(out).map(({ type }) => type)).toContain("table");
  });

  it("prints data, with null for no credentials", async () => {
    const { out } = await diff("before.json", "more.json", "--json");
    const { operations, ...rest } = JSON.parse(out) as {
      readonly operations: readonly { readonly name: string; readonly change: string }[];
    };
    expect(rest).toEqual({
      ok: true,
      before: { file: "before.json", version: "1" },
      after: { file: "more.json", version: "1" },
      scopes: [],
      unproved: [],
      semver: "major",
    });
    expect(operations.find(({ name }) => name === "ping")?.change).toBe("narrower");
    const wider = await diff("same.json", "more.json", "--json");
    const found = JSON.parse(wider.out) as typeof rest & { operations: readonly object[] };
    expect(found.operations).toContainEqual(
      expect.objectContaining({
        name: "ping",
        change: "wider",
        witness: { call: "ping", token: null, before: "unauthenticated", after: "allowed" },
      }),
    );
  });

  it("prints that nothing changed, and that the version is the same if something did", async () => {
    expect((await diff("before.json", "before.json")).out).toBe(
      "before.json and before.json: 9 equal\n\nversion: a patch step, from 1 to 1\n",
    );
    expect((await diff("before.json", "text.json")).out).toContain(
      "from 1 to 1: the same version, so consent pages do not ask again",
    );
  });

  it("reads a file of grants of at most 16 MiB", async () => {
    const resultWith = (length: number) =>
      runIn(
        {
          "same.json": FILES["same.json"],
          "grants.json": JSON.stringify([{ scope: "courses:read" }]).padEnd(length),
        },
        ["diff", "same.json", "same.json", "--grants", "grants.json"],
      );
    const most = 16 * 1024 * 1024;
    expect(await resultWith(most)).toMatchObject({ code: 0, err: "" });
    const { code, out, err } = await resultWith(most + 1);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("cannot read `grants.json`: it is larger than 16 MiB");
  });

  const failures: readonly {
    readonly title: string;
    readonly argv: readonly string[];
    readonly code: number;
  }[] = [
    { title: "nothing by default", argv: ["before.json", "after.json"], code: 0 },
    { title: "a widening", argv: ["same.json", "before.json", "--fail-on", "widening"], code: 1 },
    { title: "no widening", argv: ["before.json", "more.json", "--fail-on", "widening"], code: 0 },
    { title: "a narrowing", argv: ["before.json", "more.json", "--fail-on", "narrowing"], code: 1 },
    {
      title: "no narrowing",
      argv: ["before.json", "text.json", "--fail-on", "narrowing"],
      code: 0,
    },
    { title: "any difference", argv: ["before.json", "text.json", "--fail-on", "any"], code: 1 },
    { title: "no difference", argv: ["before.json", "before.json", "--fail-on", "any"], code: 0 },
    {
      title: "an added operation that denies every call",
      argv: ["text.json", "denied.json", "--fail-on", "widening"],
      code: 0,
    },
    {
      title: "an added operation that some token can call",
      argv: ["text.json", "added.json", "--fail-on", "widening"],
      code: 1,
    },
    {
      title: "a removed operation that denied every call",
      argv: ["denied.json", "text.json", "--fail-on", "narrowing"],
      code: 0,
    },
    {
      title: "a removed operation that some token could call",
      argv: ["added.json", "text.json", "--fail-on", "narrowing"],
      code: 1,
    },
    { title: "a policy with findings", argv: ["wrong.json", "after.json"], code: 1 },
    { title: "a second policy with findings", argv: ["before.json", "wrong.json"], code: 1 },
  ];

  it.each(titled(failures))("fails for %s with the right code", async (_title, { argv, code }) => {
    expect((await diff(...argv)).code).toBe(code);
    const { out } = await diff(...argv, "--json");
    expect((JSON.parse(out) as { readonly ok: boolean }).ok).toBe(code === 0);
  });

  const faults: readonly {
    readonly title: string;
    readonly argv: readonly string[];
    readonly says: string;
  }[] = [
    {
      title: "a line that is not JSON",
      argv: ["before.json", "after.json", "--grants", "no-grants.ndjson"],
      says: "cannot read `no-grants.ndjson`, line 2:",
    },
    {
      title: "a grant with a misspelt member",
      argv: ["before.json", "after.json", "--grants", "wrong-grants.json"],
      says: "`wrong-grants.json` is not a list of grants: grant 1: `scope`: is missing",
    },
    {
      title: "a file of grants that does not exist",
      argv: ["before.json", "after.json", "--grants", "none.json"],
      says: "cannot read `none.json`: it does not exist",
    },
    {
      title: "a format beside --json",
      argv: ["before.json", "after.json", "--json", "--format", "text"],
      says: "--json cannot be combined with --format",
    },
  ];

  it.each(titled(faults))("reports %s", async (_title, { argv, says }) => {
    const { code, out, err } = await diff(...argv);
    expect(code).toBe(2);
    expect(out + err).toContain(says);
  });

  // words of two letters, so that the search stops before it finds many names
  const words = Array.from({ length: 16 }, (_, at) => {
    const bits = at.toString(2).padStart(4, "0").repeat(2);
    return `*${bits.replaceAll("0", "a").replaceAll("1", "b")}*`;
  });
  const denials = Object.fromEntries(words.map((word) => [word, { deny: "no" }]));

  it("names what is not proved", { timeout: 300_000 }, async () => {
    const paths = Array.from({ length: 20 }, (_, at) => `GET /l${at}/l${at}/l${at}`);
    const endpoints = Object.fromEntries([...paths, "GET /:a/:b/:c"].map((key) => [key, "s"]));
    const big = { name: "Big", version: "1", scopes: { s: {} }, tools: denials, endpoints };
    const files = { "big.json": JSON.stringify(big) };
    const { code, out } = await runIn(files, [
      "diff",
      "big.json",
      "big.json",
      "--fail-on",
      "widening",
    ]);
    expect(code).toBe(1);
    expect(out).toContain("GET /:a/:b/:c  not proved: the search stopped at its limit");
    expect(out).toContain("tools that only patterns match  too many patterns match");
  });

  it.each(["widening", "narrowing"])(
    "fails for names that are not compared, although no operation is different, with --fail-on %s",
    { timeout: 300_000 },
    async (change) => {
      const globs = { name: "Globs", version: "1", scopes: {}, tools: denials };
      const argv = ["diff", "globs.json", "globs.json", "--fail-on", change];
      const { code, out } = await runIn({ "globs.json": JSON.stringify(globs) }, argv);
      expect(code).toBe(1);
      expect(out).toContain("version: a major step");
      expect(out).not.toMatch(/^ {2}different/m);
    },
  );

  it("MAX_LISTED and MAX_LENGTH: counts names beyond 5, and rows beyond 18,000 characters", async () => {
    const of = (count: number) => {
      const names = Array.from({ length: count }, (_, at) => `tool_${at}_${"x".repeat(80)}`);
      const tools = Object.fromEntries(names.map((name) => [name, "s"]));
      return { name: "Many", version: "1", scopes: { s: {} }, tools };
    };
    loadPolicy(of(1));
    const files = {
      "none.json": JSON.stringify(of(0)),
      "six.json": JSON.stringify(of(6)),
      "many.json": JSON.stringify(of(150)),
      "grants.json": '[{"scope":"s"}]',
    };
    const six = await runIn(files, ["diff", "none.json", "six.json", "--grants", "grants.json"]);
    expect(six.out).toContain(" and 1 more");
    const markdown = ["--format", "markdown"];
    const many = await runIn(files, ["diff", "none.json", "many.json", ...markdown]);
    expect(many.out).toMatch(/\n\d+ more: `--json` lists all\.\n/);
    expect(many.out.length).toBeLessThan(20_000);
  });
});
