// Both sides of each limit of the commands that read a source.
import { describe, expect, it } from "vitest";
import { compareRules } from "../../src/cli/drift/compare-rules.js";
import { driftMarkdown } from "../../src/cli/drift/drift-markdown.js";
import type { DriftReport } from "../../src/cli/drift/drift-report.js";
import { driftLines } from "../../src/cli/drift/drift-text.js";
import { findingAt } from "../../src/cli/openapi/collect-files.js";
import { readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { securitiesOf } from "../../src/cli/openapi/security-of.js";
import { nameList, oneLine } from "../../src/cli/openapi/texts.js";
import { redactToken } from "../../src/cli/source/redact.js";
import { reportLines } from "../../src/cli/source/report-text.js";
import { render } from "../../src/cli/terminal/output.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import type { Operation } from "../../src/policy/compiled-policy.js";

const read = (root: object) =>
  readOpenApi({ version: "3.1", source: "api.json", root: { paths: {}, ...root } }, {});

const word = (length: number) => "x".repeat(length);

describe("texts of a document", () => {
  it("are cut after 120 characters of a title, 64 of a version and 500 of a scope", () => {
    const scopes = { a: word(500), b: word(501) };
    const components = {
      securitySchemes: { o: { type: "oauth2", flows: { implicit: { scopes } } } },
    };
    const { definition } = read({ info: { title: word(121), version: word(65) }, components });
    expect(definition).toMatchObject({
      name: `${word(120)} …`,
      version: `${word(64)} …`,
      scopes: { a: word(500), b: `${word(500)} …` },
    });
  });

  it("are read up to 20,000 characters", () => {
    expect(oneLine(`${" ".repeat(19_999)}ab`, 10)).toBe("a");
  });

  it("list 3 names, and count the others", () => {
    expect(nameList(["a", "b", "c"])).toBe("`a`, `b` and `c`");
    expect(nameList(["a", "b", "c", "d"])).toBe("`a`, `b`, `c` and 1 more");
  });

  it("show 200 characters of a member that an extension adds", () => {
    const { report } = read({ "x-scope-policy": { notCovered: [word(300)] } });
    const { message } = report.notes.find(({ subject }) => subject === "notCovered") ?? {};
    // the value is JSON: a bracket, a quote, and 198 characters of the text
    expect(message).toContain(`: \`["${word(198)} …\``);
  });
});

describe("a descriptor", () => {
  const descriptorFor = (schema: object, second: object) => {
    const content = { "application/json": { schema } };
    const other = { $ref: "#/components/schemas/other" };
    const get = { security: [], requestBody: { content }, responses: { 200: other } };
    const components = { schemas: { other: second } };
    return read({ paths: { "/a": { get } }, components }).operations[0]?.descriptor;
  };
  const properties = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, true]));

  it("has every value up to 5,000, and beyond them a digest of the document", () => {
    const few = properties(100);
    expect(descriptorFor(few, { title: "safe" })?.["responses"]).toEqual({
      200: { title: "safe" },
    });
    const many = properties(5_001);
    const [safe, evil] = ["safe", "evil"].map((title) => descriptorFor(many, { title }));
    expect(JSON.stringify(safe?.["responses"])).toMatch(/"sha256:[\w-]{43}"/);
    expect(safe).not.toEqual(evil);
  });

  it("has 200 levels, and below them a digest of the document", () => {
    const nested = (levels: number, title: string): object =>
      levels === 0 ? { title } : { a: nested(levels - 1, title) };
    expect(JSON.stringify(descriptorFor(nested(100, "x"), {}))).not.toContain("sha256:");
    const [safe, evil] = ["safe", "evil"].map((title) => descriptorFor(nested(201, title), {}));
    expect(JSON.stringify(safe)).toMatch(/"a":"sha256:[\w-]{43}"/);
    expect(safe).not.toEqual(evil);
  });
});

describe("a reference", () => {
  const LOCATED = { line: 1 };
  it.each([
    [99_999, LOCATED],
    [100_000, {}],
  ])("is located after %d other words `$ref`", (count, position) => {
    const text = `${"$ref ".repeat(count)}"$ref": "x.json"`;
    const file = { path: "/a.json", name: "a.json", text, value: {}, survey: undefined as never };
    const found = findingAt(file, "x.json", { code: "c", message: "m" });
    expect(found).toMatchObject({ file: "a.json", ...position });
    expect(Object.hasOwn(found, "line")).toBe(position === LOCATED);
  });
});

describe("the servers on both sides of a `$ref`", () => {
  it("are joined up to 20", () => {
    const serversOf = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, index) => ({ url: `/${prefix}${index}` }));
    const messageFor = (count: number) =>
      read({
        "x-item": { servers: serversOf(10, "b"), get: { security: [] } },
        paths: { "/p": { $ref: "#/x-item", servers: serversOf(count, "a") } },
      }).report.notes.find(({ code }) => code === "several_base_paths")?.message;
    expect(messageFor(9)).toContain("`/a2` and 16 more");
    expect(messageFor(10)).toContain("`/a2` and 17 more");
    expect(messageFor(11)).toContain("`/a2` and 17 more");
  });
});

describe("the branches of an operation", () => {
  it("are combined to 5,000 alternatives, and denied beyond them", () => {
    const securityFor = (count: number) => {
      const names = (prefix: string) =>
        Array.from({ length: count }, (_, index) => `${prefix}${index}`);
      const [left, right] = [names("a"), names("b")];
      const scopes = Object.fromEntries([...left, ...right].map((name) => [name, "A scope"]));
      const cases = [{ when: { id: "1" }, anyOf: left }];
      const endpoints = {
        "GET /a/{id}": { cases, otherwise: { anyOf: right }, weakOtherwise: true },
      };
      return securitiesOf({ name: "P", version: "1", scopes, endpoints })?.get("GET /a/{id}");
    };
    expect(securityFor(70)).toHaveLength(4_900);
    expect(securityFor(71)).toEqual([{ denied: [] }]);
  });
});

describe("reports", () => {
  it("show 3 notes of a code, and 400 characters of each text", () => {
    const counts = { read: 0, merged: 0, guessed: 0, left: 4 };
    const note = { outcome: "left" as const, subject: "s", code: "odd", message: word(401) };
    const notes = [note, note, note, note];
    const text = render(
      { kind: "lines", lines: reportLines({ source: "a", counts, notes }, 500) },
      false,
    );
    expect(text).toContain("odd  4 times");
    expect(text).toContain("and 1 more");
    expect(text).toContain(`: ${word(400)} …`);
  });

  const report = (parts: Partial<DriftReport>): DriftReport => ({
    ...{
      file: "p.json",
      source: "s.json",
      kind: "endpoint",
      count: 9,
      withoutRule: [],
      repeated: [],
    },
    drift: { gone: [], unmapped: [], changed: [], renamed: [] },
    ...{ isDrift: false, fingerprints: { file: "f.json", state: "kept" } },
    ...parts,
  });
  const linesOf = (given: DriftReport) =>
    render({ kind: "lines", lines: driftLines(given) }, false);

  it("name 3 endpoints without a rule, each with 128 characters", () => {
    const text = linesOf(report({ withoutRule: [word(129), "b", "c", "d"] }));
    expect(text).toContain(`\`${word(128)}…\`, \`b\`, \`c\` and 1 more`);
  });

  it("name 5 alternatives of a rule", () => {
    const text = (count: number) => {
      const anyOf = Array.from({ length: count }, (_, index) => `s${index}`);
      const scopes = Object.fromEntries([...anyOf, "other"].map((name) => [name, "A scope"]));
      const endpoints = { "GET /a": { anyOf }, "GET /b": "other" };
      const policy = compiledPolicyOf(loadPolicy({ name: "P", version: "1", scopes, endpoints }));
      const [own, given] = policy.operations.values();
      const difference = compareRules(policy, own as Operation, given as Operation);
      return JSON.stringify(difference?.policy);
    };
    expect(text(5)).not.toContain("more");
    expect(text(6)).toContain("1 more");
  });

  it("have rows of at most 50,000 characters in Markdown", () => {
    const unmapped = Array.from({ length: 2_000 }, (_, index) => ({
      name: `GET /${index}`,
      isInternal: false,
      isUnnameable: false,
    }));
    const drift = { gone: [], unmapped, changed: [], renamed: [] };
    expect(driftMarkdown(report({ drift, isDrift: true })).length).toBeLessThan(65_536);
  });
});

describe("the token in data of a server", () => {
  it.each([
    ["1234567", "a 1234567"],
    ["12345678", "a (the token)"],
  ])("is replaced from 8 characters on: %s", (token, expected) => {
    const data = { text: `a ${token}` };
    redactToken(data, token);
    expect(data.text).toBe(expected);
  });
});
