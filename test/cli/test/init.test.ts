import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { policy as localisation } from "../../../examples/localisation/policy.js";
import { policy as loopwise } from "../../../examples/loopwise/policy.js";
import { policy as moov } from "../../../examples/moov/policy.js";
import { policy as movementors } from "../../../examples/movementors/policy.js";
import { createCoverage } from "../../../src/analysis/coverage.js";
import { draftCasesOf } from "../../../src/cli/test/draft-cases.js";
import { percentOf } from "../../../src/cli/test/test-report.js";
import { compiledPolicyOf } from "../../../src/policy/compiled-policies.js";
import { drawPolicy } from "../../model/arbitrary-policy.js";
import type { Draw } from "../../model/draw.js";
import { law } from "../../model/law.js";
import { titled } from "../../titled.js";
import { folderOf, run } from "../run.js";
import { SCHOOL, SCHOOL_JSON } from "./school.js";

describe("test --init", () => {
  it("writes cases that pass and exercise all of the policy", async () => {
    const cwd = folderOf({ "policies/school.json": SCHOOL_JSON });
    const written = await run(["test", "--init", "policies/school.json"], { cwd });
    expect(written).toMatchObject({ code: 0, err: "" });
    expect(written.out).toMatch(/^wrote policies\/school\.cases\.yaml: \d+ cases to review\n/);
    const text = readFileSync(join(cwd, "policies/school.cases.yaml"), "utf8");
    expect(text).toMatchSnapshot();
    const tested = await run(["test", "policies/school.cases.yaml", "--min", "100"], { cwd });
    expect(tested).toMatchObject({ code: 0, err: "" });
    expect(tested.out).toContain("Coverage of policies/school.json: 100 %");
  });

  it("writes the file that is named, with the path from it to the policy", async () => {
    const cwd = folderOf({ "a/policy.json": SCHOOL_JSON, "b/none": "" });
    const argv = ["test", "--init", "a/policy.json", "b/all.yaml", "--json"];
    const { code, out } = await run(argv, { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, written: "b/all.yaml", cases: 45 });
    const data: unknown = parse(readFileSync(join(cwd, "b/all.yaml"), "utf8"));
    expect(data).toMatchObject({ policy: "../a/policy.json" });
    expect(await run(["test", "b/all.yaml"], { cwd })).toMatchObject({ code: 0 });
  });

  it("replaces no file", async () => {
    const cwd = folderOf({ "policy.json": SCHOOL_JSON, "policy.cases.yaml": "mine" });
    const { code, err } = await run(["test", "--init", "policy.json"], { cwd });
    expect(code).toBe(2);
    expect(err).toContain("`policy.cases.yaml` exists already and is not replaced");
    expect(readFileSync(join(cwd, "policy.cases.yaml"), "utf8")).toBe("mine");
  });

  it("needs a policy without findings", async () => {
    const wrong = JSON.stringify({ name: "A", version: "1", scopes: {}, tools: { a: "b" } });
    const { code, err } = await run(["test", "--init", "a.json"], {
      cwd: folderOf({ "a.json": wrong }),
    });
    expect(code).toBe(1);
    expect(err).toContain("unknown_scope");
  });
});

const POLICIES = [
  { title: "the school", policy: loadPolicy(SCHOOL) },
  { title: "Loopwise", policy: loopwise },
  { title: "Moov", policy: moov },
  { title: "Movementors", policy: movementors },
  { title: "Localisation", policy: localisation },
];

/** Returns the coverage of a policy by its own draft. */
function coveredByDraft(policy: (typeof POLICIES)[number]["policy"]) {
  const coverage = createCoverage(compiledPolicyOf(policy), () => 1_000_000);
  const drafts = draftCasesOf(policy);
  for (const { token, operation, params, expect: code } of drafts) {
    const { auth_age: age, ...claims } =
      typeof token === "string" ? { scope: token, auth_age: undefined } : (token ?? { scope: "" });
    const timed = age === undefined ? claims : { ...claims, auth_time: 1_000_000 - age };
    const decision = coverage.decide(token === undefined ? undefined : timed, operation, params);
    expect(decision.code).toBe(code);
  }
  return { policy: "p", parts: coverage.parts() };
}

describe("the cases for a policy", () => {
  it.each(titled(POLICIES))("exercise all of %s", (_title, { policy }) => {
    const covered = coveredByDraft(policy);
    expect(covered.parts.filter(({ isExercised }) => !isExercised)).toEqual([]);
    expect(percentOf(covered)).toBe(100);
  });

  it("are decided in the same way again, for any policy, and allow each operation that they can", () => {
    law(
      (draw: Draw) => drawPolicy(draw),
      (definition) => percentOf(coveredByDraft(loadPolicy(definition))) === 100,
      20,
      100,
    );
  }, 300_000);
});
