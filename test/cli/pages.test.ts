import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, ROOT, run } from "./run.js";

/** Returns the code blocks of a page in a language. */
function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return [...found].map(([, block = ""]) => block);
}

/** Returns the imports and the call of `definePolicy` of an example, as a module that exports the policy. */
function moduleOf(example: string): string {
  const end = example.indexOf("\n});\n") + "\n});\n".length;
  return example.slice(0, end).replace("const policy", "export const policy");
}

describe("a terminal prints what this page shows", () => {
  it("docs/plan-scopes.md", async () => {
    const moduleWith = (name: string) =>
      moduleOf(blocksOf("plan-scopes.md", "ts").find((block) => block.includes(name)) ?? "");
    const [school, payments] = [moduleWith("leastPrivilege"), moduleWith("tokenPlan")];
    const [steps = ""] = blocksOf("plan-scopes.md", "json");
    const [plan = "", tokens = ""] = blocksOf("plan-scopes.md", "text");
    const cwd = folderOf({ "school.ts": school, "payments.ts": payments, "steps.json": steps });
    const names = ["list_courses", "update_course", "run_job"];
    expect(await run(["plan", "school.ts", ...names], { cwd })).toEqual({
      code: 3,
      out: plan,
      err: "",
    });
    expect(await run(["plan", "payments.ts", "--tokens", "steps.json"], { cwd })).toEqual({
      code: 0,
      out: tokens,
      err: "",
    });
  });

  it("docs/lint.md", async () => {
    const [policy = ""] = blocksOf("lint.md", "json");
    const [findings] = blocksOf("lint.md", "text");
    const cwd = folderOf({ "policy.json": policy });
    expect(await run(["lint", "policy.json"], { cwd })).toEqual({
      code: 1,
      out: findings,
      err: "",
    });
  });

  it("docs/policy-changes.md", async () => {
    const [before = ""] = blocksOf("policy-changes.md", "json");
    const [diff, grants = "", affected = ""] = blocksOf("policy-changes.md", "text");
    const after = before
      .replace('"1"', '"2"')
      .replace('"list_courses": "courses:read"', '"list_courses": "courses:write"');
    const cwd = folderOf({ "before.json": before, "policy.json": after, "grants.ndjson": grants });
    const argv = ["diff", "before.json", "policy.json"];
    expect(await run(argv, { cwd })).toEqual({ code: 0, out: diff, err: "" });
    const { out } = await run([...argv, "--grants", "grants.ndjson"], { cwd });
    expect(out).toContain(affected);
  });
});
