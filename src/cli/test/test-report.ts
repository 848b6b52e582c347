import type { CoveredPart } from "../../analysis/coverage.js";
import type { Decision } from "../../decision/decision.js";
import { whenText } from "../describe-rule.js";
import type { TestCase } from "./case-file.js";

/** The result of one case with one policy. */
export interface CaseResult {
  /** The file of the case, as the user wrote it. */
  readonly file: string;
  readonly test: TestCase;
  /** The file of the policy. */
  readonly policy: string;
  readonly decision: Decision;
  readonly isPassed: boolean;
}

/** The parts of one policy that all cases together exercise. */
export interface PolicyCoverage {
  /** The file of the policy. */
  readonly policy: string;
  readonly parts: readonly CoveredPart[];
}

/** The results of all cases. */
export interface TestReport {
  readonly results: readonly CaseResult[];
  readonly coverage: readonly PolicyCoverage[];
  /** The percentage of each policy that must be exercised; `undefined` without a minimum. */
  readonly min: number | undefined;
}

/** Returns whether all cases pass and each policy is exercised enough. */
export function isPassed({ results, coverage, min }: TestReport): boolean {
  return results.every((result) => result.isPassed) && coverage.every((one) => isEnough(one, min));
}

/** Returns whether the cases exercise enough of a policy. */
export function isEnough({ parts }: PolicyCoverage, min = 0): boolean {
  const { exercised, total } = countOf(parts);
  return exercised * 100 >= min * total;
}

/** Numbers of parts. */
export interface PartCount {
  readonly exercised: number;
  readonly total: number;
}

function countOf(parts: readonly CoveredPart[]): PartCount {
  return {
    exercised: parts.filter(({ isExercised }) => isExercised).length,
    total: parts.length,
  };
}

/** Returns the percentage of a policy that is exercised, rounded down to one digit: 100 means all. */
export function percentOf({ parts }: PolicyCoverage): number {
  const { exercised, total } = countOf(parts);
  return total === 0 ? 100 : Math.floor((exercised * 1_000) / total) / 10;
}

/** The groups of parts that are not conditions. */
const GROUPS: ReadonlyMap<CoveredPart["kind"], string> = new Map([
  ["operation", "operations"],
  ["alternative", "alternatives"],
  ["enrichment", "alternatives"],
]);

/** Returns the numbers of operations, of their alternatives with those of `enrichedBy`, and of everything else, which are conditions. */
export function groupsOf({ parts }: PolicyCoverage) {
  const groupOf = ({ kind }: CoveredPart) => GROUPS.get(kind) ?? "conditions";
  const countGroup = (group: string) => countOf(parts.filter((part) => groupOf(part) === group));
  return {
    operations: countGroup("operations"),
    alternatives: countGroup("alternatives"),
    conditions: countGroup("conditions"),
  };
}

/** Returns the coverage of a policy in one line. */
export function coverageText(coverage: PolicyCoverage): string {
  const groups = Object.entries(groupsOf(coverage)).map(
    ([noun, { exercised, total }]) => `${exercised} of ${total} ${noun}`,
  );
  return `${percentOf(coverage)} % (${groups.join(", ")})`;
}

/** A part that no case exercises, in words. */
export interface MissingPart {
  /** The operation or the pattern. */
  readonly operation: string;
  readonly text: string;
}

/** Returns the parts that no case exercises. What a part contains is left out if the part itself is not exercised. */
export function missingParts({ parts }: PolicyCoverage): readonly MissingPart[] {
  const missing = parts.filter(({ isExercised }) => !isExercised);
  const whole = new Set(missing.filter(({ kind }) => HOLDERS.has(kind)).map(holderKey));
  return missing
    .filter((part) => {
      const { kind, operation } = part;
      if (kind === "operation") return true;
      if (whole.has(holderKey({ operation, when: undefined }))) return false;
      return kind === "branch" || !whole.has(holderKey(part));
    })
    .map((part) => ({ operation: part.operation, text: textOf(part) }));
}

const HOLDERS: ReadonlySet<CoveredPart["kind"]> = new Set(["operation", "branch"]);

function holderKey({ operation, when }: Pick<CoveredPart, "operation" | "when">): string {
  return JSON.stringify([operation, when && whenText(when)]);
}

/** What no case does, by the kind of the part. */
const TEXTS: Readonly<Record<CoveredPart["kind"], (part: CoveredPart) => string>> = {
  operation: () => "no case calls it",
  branch: () => "no case takes this branch",
  denial: () => "no case is denied for its reason",
  params: () => "no case is denied for a missing or invalid parameter",
  alternative: () => "no case is allowed",
  token: () => "no case is denied for a missing token",
  enrichment: () => "no case is allowed with additional detail",
  plain: () => "no case is allowed without additional detail",
  authentication: () => "no case is denied for how or when the user authenticated",
  scope: () => "no case is denied for a missing scope alone",
  binding: () => "no case is denied for a scope with another value alone",
  reserved: () => "no case is denied for a third-party client alone",
  account_type: ({ detail }) => `no case is denied for the account type (${detail}) alone`,
  tier: ({ detail }) => `no case is denied for a tier below ${detail} alone`,
  entitlement: ({ detail }) => `no case is denied for the missing entitlement ${detail} alone`,
  boundary: ({ detail }) => `no case is denied for a value outside (${detail}) alone`,
};

function textOf(part: CoveredPart): string {
  const { when, alternative } = part;
  const branch = when === undefined ? [] : [whenText(when) || "otherwise"];
  const scopes = alternative ? [`with ${alternative}`] : [];
  const at = [...branch, ...scopes].map((text) => `${text}: `).join("");
  return `${at}${TEXTS[part.kind](part)}`;
}

/** Returns what a case expects, in words. */
export function expectedText({ test: { expect, missing, enriched } }: CaseResult): string {
  if (enriched !== undefined) return `${expect}, ${detailText(enriched)}`;
  return missing === undefined ? expect : `${expect}, missing ${missing.join(" ") || "nothing"}`;
}

function detailText(isEnriched: boolean): string {
  return isEnriched ? "with additional detail" : "without additional detail";
}

/** Returns what was decided, in words. */
export function decidedText({ decision, test }: CaseResult): string {
  switch (decision.code) {
    case "allowed":
      if (test.enriched !== undefined) return `allowed, ${detailText(decision.enriched)}`;
      return decision.scopes.length === 0 ? "allowed" : `allowed by ${decision.scopes.join(" ")}`;
    case "insufficient_scope":
      return `insufficient_scope, missing ${decision.missing.join(" ")}`;
    default:
      return `${decision.code} (${decision.message})`;
  }
}

/** Returns where a case is: `cases.yaml:12`. */
export function placeOf({ file, test }: CaseResult): string {
  return `${file}:${test.line}`;
}

/** Returns how many cases pass: `11 of 12 cases pass`. */
export function passedText({ results }: TestReport): string {
  const passed = results.filter((result) => result.isPassed).length;
  const noun = results.length === 1 ? "case passes" : "cases pass";
  return `${passed} of ${results.length} ${noun}`;
}

/** One check of a report: a case with a policy, or the minimum of a policy. */
export interface Check {
  /** The file of cases; `coverage` for a minimum. */
  readonly suite: string;
  readonly line: number | undefined;
  /** The file and the line, or `coverage`. */
  readonly place: string;
  readonly title: string;
  readonly policy: string;
  /** Missing if the check passes. */
  readonly failure: { readonly expected: string; readonly decided: string } | undefined;
}

/** Returns all checks of a report, for formats that know nothing else. */
export function checksOf({ results, coverage, min }: TestReport): readonly Check[] {
  const cases = results.map((result): Check => {
    const { file, test, policy } = result;
    return {
      suite: file,
      line: test.line,
      place: placeOf(result),
      title: test.name,
      policy,
      failure: result.isPassed
        ? undefined
        : { expected: expectedText(result), decided: decidedText(result) },
    };
  });
  if (min === undefined) return cases;
  const minimums = coverage.map((one): Check => {
    const expected = `at least ${min} %`;
    return {
      suite: "coverage",
      line: undefined,
      place: "coverage",
      title: `${one.policy} is exercised`,
      policy: one.policy,
      failure: isEnough(one, min) ? undefined : { expected, decided: coverageText(one) },
    };
  });
  return [...cases, ...minimums];
}
