// docs/troubleshooting.md has an entry for every code of the source, and none for a code that does not exist.
import { DECISION_CODES, loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { codeGroups, troubleshootingEntries } from "../../scripts/reference/codes.mjs";

const groups = codeGroups();
const entries = troubleshootingEntries();
const codesIn = (title: string) => groups.find((group) => group.title === title)?.codes ?? [];

describe.each(groups)("the section on $title", ({ title, section = title, codes }) => {
  const written = entries.filter((entry) => entry.section === section);

  it("has an entry for each code, and no other", () => {
    expect(written.map(({ code }) => code).sort()).toEqual([...codes].sort());
  });

  it("has a symptom, a cause and a fix in each entry of its own", () => {
    const own = written.filter(({ anchor }) => anchor !== "");
    for (const { symptom, cause, fix } of own) {
      for (const text of [symptom, cause, fix]) expect(text).toMatch(/^\S.*\.$/s);
    }
    expect(written.length).toBe(codes.length);
  });
});

describe("the codes of the source", () => {
  it("are those of a decision", () => {
    expect(codesIn("Decisions").slice(0, DECISION_CODES.length)).toEqual(DECISION_CODES);
  });

  it("have no section in the document without a group", () => {
    const sections = new Set(groups.map(({ title, section = title }) => section));
    expect([...new Set(entries.map(({ section }) => section))].sort()).toEqual(
      [...sections].sort(),
    );
  });

  it.each([
    [{}, "missing_key"],
    [{ scopes: { "a b": "" } }, "scope_syntax"],
    [{ tools: { t: { anyOf: [], tierr: "x" } } }, "empty_list"],
    [{ tools: { t: "b" }, scopes: { a: "" } }, "unknown_scope"],
    [{ scopes: { a: { implies: ["a"] } } }, "implication_cycle"],
    [{ endpoints: { "FETCH /x": { public: true } } }, "endpoint_method"],
  ])("have each finding of %j", (parts, expected) => {
    const findings = findingsOf({ name: "P", version: 1, ...parts });
    expect(findings).toContain(expected);
    for (const code of findings) expect(codesIn("Findings about a policy")).toContain(code);
  });
});

function findingsOf(definition: unknown): readonly string[] {
  try {
    loadPolicy(definition);
    return [];
  } catch (error) {
    return error instanceof PolicyError ? error.findings.map(({ code }) => code) : [];
  }
}
