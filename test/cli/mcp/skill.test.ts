import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { folderOf, ROOT, run } from "../run.js";

const PATH = "docs/skills/scope-policy/SKILL.md";
const text = readFileSync(join(ROOT, PATH), "utf8");
const policyText = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
/** The command lines of the text, without what stands for a value of the reader. */
const commands = [...text.matchAll(/`npx scope-policy ([a-z][^`]*)`/g)].map(
  ([, line = ""]) => line,
);

describe("the skill", () => {
  it("has the front matter of Agent Skills, with the name of its folder", () => {
    const [, matter = ""] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
    const members = new Map(
      matter.split("\n").map((line) => line.split(/: (.*)/, 2) as [string, string]),
    );
    expect([...members.keys()]).toEqual(["name", "description"]);
    expect(members.get("name")).toBe(PATH.split("/").at(-2));
    expect(members.get("name")).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(members.get("description")?.length).toBeLessThanOrEqual(1_024);
  });

  it("is short enough to be read as a whole", () => {
    expect(text.split("\n").length).toBeLessThan(500);
  });

  it("has a policy without findings or warnings", async () => {
    expect(loadPolicy(policyText).name).toBe("School");
    const cwd = folderOf({ "policy.json": policyText });
    expect(await run(["check", "policy.json"], { cwd })).toMatchObject({ code: 0, err: "" });
  });

  it("names the command of each step", () => {
    const named = commands.map((line) => line.split(" ")[0]);
    for (const name of ["init", "check", "lint", "explain", "plan", "test", "diff"])
      expect(named).toContain(name);
  });

  it("names commands that run on its policy", async () => {
    expect(commands.length).toBeGreaterThan(3);
    const cwd = folderOf({ "policy.json": policyText, "before.json": policyText });
    for (const line of commands.filter((line) => !line.includes("SOURCE"))) {
      const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? "",
      );
      const { code, out } = await run(argv, { cwd });
      // a denial is an answer too
      expect([0, 3]).toContain(code);
      expect(out).not.toBe("");
    }
    const help = await run(["init", "--help"]);
    expect(help.out).toContain("--from");
  });
});
