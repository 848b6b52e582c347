import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCaseFile } from "../../../src/cli/test/case-file.js";
import { folderOf, ROOT, run } from "../run.js";

const PAGE = readFileSync(join(ROOT, "docs/policy-tests.md"), "utf8");

/** Returns the blocks of the page in a language. */
function blocks(language: string): readonly string[] {
  const found = PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return [...found].map(([, text = ""]) => text);
}

describe("the page about tests of a policy", () => {
  const [policy = ""] = blocks("json");
  const [written = "", members = ""] = blocks("yaml");
  const [init = "", passed = "", failed = "", fault = "", coverage = ""] = blocks("text");

  it("prints what a new user sees: init, the cases, a run, and a change that fails", async () => {
    const cwd = folderOf({});
    expect(await run(["init"], { cwd })).toMatchObject({ code: 0 });
    const text = readFileSync(join(cwd, "policy.json"), "utf8");
    const { $schema, ...definition } = JSON.parse(text) as Record<string, unknown>;
    expect($schema).toEqual(expect.any(String));
    expect(definition).toEqual(JSON.parse(policy));
    const made = await run(["test", "--init", "policy.json", "cases.yaml"], { cwd });
    expect(made).toEqual({ code: 0, out: init, err: "" });
    expect(readFileSync(join(cwd, "cases.yaml"), "utf8")).toBe(written);
    expect(await run(["test", "cases.yaml"], { cwd })).toEqual({ code: 0, out: passed, err: "" });
    const changed = text.replace('"write_note": "notes:write"', '"write_note": "notes:read"');
    const files = { "policy.json": changed, "cases.yaml": written };
    const { code, out } = await run(["test", "cases.yaml"], { cwd: folderOf(files) });
    expect(code).toBe(1);
    expect(out).toContain(failed);
  });

  it("shows cases of the right shape", async () => {
    const read = await readCaseFile("cases.yaml", folderOf({ "cases.yaml": members }));
    expect(read).toMatchObject({ ok: true, cases: { policies: ["policy.json"] } });
  });

  it("prints a fault and the coverage as the command does", async () => {
    const scopes = { "courses:read": {}, "courses:write": { tier: "pro" } };
    const tools = { list_courses: "courses:read", update_course: "courses:write" };
    const school = { name: "School", version: "1", tiers: ["free", "pro"], scopes, tools };
    const files = { "policy.json": JSON.stringify(school) };
    const cwd = folderOf(files);
    await run(["test", "--init", "policy.json", "cases.yaml"], { cwd });
    const cases = readFileSync(join(cwd, "cases.yaml"), "utf8");
    const fewer = cases.slice(0, cases.lastIndexOf("  - name:"));
    const short = folderOf({ ...files, "cases.yaml": fewer });
    expect((await run(["test", "cases.yaml"], { cwd: short })).out).toContain(coverage);
    const wrong =
      "policy: policy.json\ncases:\n  - operation: list_courses\n\n    expect: alowed\n";
    const { code, err } = await run(["test", "cases.yaml"], {
      cwd: folderOf({ ...files, "cases.yaml": wrong }),
    });
    expect({ code, err }).toEqual({ code: 2, err: fault });
  });
});
