import { createCoverage } from "../../analysis/coverage.js";
import type { Decision } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import { createReport, type Report } from "../../policy/report.js";
import type { DocumentFinding } from "../openapi/document.js";
import { type BoundCase, bindCase } from "./bind-case.js";
import { type CaseFile, locate, type TestCase } from "./case-file.js";
import type { CaseResult, TestReport } from "./test-report.js";

/** The report of all cases, or what is wrong with them. */
export type RunCases =
  | { readonly ok: true; readonly report: Omit<TestReport, "min"> }
  | { readonly ok: false; readonly findings: readonly DocumentFinding[] };

/** A case with a policy, ready to be decided. */
interface ReadyCase {
  readonly file: string;
  readonly test: TestCase;
  readonly policy: string;
  readonly bound: BoundCase;
}

/**
 * Decides the cases of all files, each with each policy of its file. Decides nothing if one of them names what its policy does not have.
 *
 * @param policies - the policies by the paths that the files have
 * @param now - the time of all calls, in seconds since 1970
 */
export function runCases(
  files: readonly CaseFile[],
  policies: ReadonlyMap<string, Policy>,
  now: number,
): RunCases {
  const read = files.map((file) => bindFile(file, policies, now));
  const findings = read.flatMap((one) => one.findings);
  if (findings.length > 0) return { ok: false, findings };
  const coverage = new Map(
    [...policies].map(([file, policy]) => [
      file,
      createCoverage(compiledPolicyOf(policy), () => now),
    ]),
  );
  const results = read
    .flatMap(({ ready }) => ready)
    .map(({ file, test, policy, bound }): CaseResult => {
      const { token, name, params } = bound;
      const { decide } = coverage.get(policy) as ReturnType<typeof createCoverage>;
      const decision = decide(token, name, params);
      return { file, test, policy, decision, isPassed: isExpected(test, decision) };
    });
  const covered = [...coverage].map(([policy, { parts }]) => ({ policy, parts: parts() }));
  return { ok: true, report: { results, coverage: covered } };
}

function bindFile(
  { file, cases, policies: named, positionOf }: CaseFile,
  policies: ReadonlyMap<string, Policy>,
  now: number,
): { readonly ready: readonly ReadyCase[]; readonly findings: readonly DocumentFinding[] } {
  const report: Report = createReport();
  const ready = named.flatMap((name) => {
    const policy = policies.get(name) as Policy;
    const compiled = compiledPolicyOf(policy);
    return cases.map((test) => ({
      file,
      test,
      policy: name,
      bound: bindCase(test, policy, compiled, now, report),
    }));
  });
  return { ready, findings: locate(file, report, positionOf) };
}

function isExpected({ expect, missing, enriched }: TestCase, decision: Decision): boolean {
  if (decision.code !== expect) return false;
  if (decision.code === "allowed") return enriched === undefined || enriched === decision.enriched;
  if (missing === undefined || decision.code !== "insufficient_scope") return true;
  const expected = new Set(missing);
  return (
    expected.size === decision.missing.length && decision.missing.every((one) => expected.has(one))
  );
}
