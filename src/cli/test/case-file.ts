import { dirname, join, relative, resolve } from "node:path";
import type { DecisionCode } from "../../decision/decision.js";
import { isObject } from "../../grammar/is-object.js";
import { createReport, MORE_FINDINGS, type Path, type Report } from "../../policy/report.js";
import type { DocumentFinding } from "../openapi/document.js";
import { createBudget, type Fault, LIMITS } from "../openapi/limits.js";
import { decodeText, parseText } from "../openapi/parse-text.js";
import { readWithin } from "../openapi/read-within.js";
import type { Places, Position } from "../openapi/yaml-value.js";
import { parseFindingPath } from "../policy-file/finding-path.js";
import { locateFindings } from "../policy-file/locate-findings.js";
import { UsageError } from "../terminal/io.js";
import { CASE_MEMBERS, CLAIMS, checkMembers, FILE_MEMBERS } from "./case-members.js";

/** A call with the decision that is expected. */
export interface TestCase {
  readonly name: string;
  /** The place in the file. */
  readonly path: Path;
  /** The line in the file, counted from 1. */
  readonly line: number;
  /** The claims of the token; `undefined` for a call without credentials. */
  readonly token: Readonly<Record<string, unknown>> | undefined;
  /** A tool, an endpoint by its name, or a request line. */
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly expect: DecisionCode;
  /** The scopes that are expected to be missing; `undefined` if any may be. */
  readonly missing: readonly string[] | undefined;
  /** Whether additional detail is expected; `undefined` if either is fine. */
  readonly enriched: boolean | undefined;
}

/** A file of cases. */
export interface CaseFile {
  /** The file, as the user wrote it. */
  readonly file: string;
  /** The policies, as paths from the current folder. */
  readonly policies: readonly string[];
  readonly cases: readonly TestCase[];
  /** Returns the position of a place in the file. */
  readonly positionOf: (path: Path) => Position;
}

/** The cases of a file, or what is wrong with it. */
export type ReadCases =
  | { readonly ok: true; readonly cases: CaseFile }
  | { readonly ok: false; readonly findings: readonly DocumentFinding[] };

/**
 * Reads a file of cases in YAML or JSON.
 *
 * @throws {@link UsageError} for a file that cannot be read
 */
export async function readCaseFile(file: string, cwd: string): Promise<ReadCases> {
  const read = await readWithin(undefined, resolve(cwd, file), LIMITS.bytes);
  if (!read.ok) throw new UsageError(`cannot read \`${file}\`: ${read.fault.message}`);
  const places: Places = new WeakMap();
  const text = decodeText(read.value);
  const parsed = text.ok ? parseText(file, text.value, createBudget(), places) : text;
  if (!parsed.ok) return refused(file, parsed.fault, text.ok ? text.value : "");
  const root = parsed.value;
  const report = createReport();
  checkFile(root, report);
  const positionOf = (path: Path) => positionIn(root, path, places);
  const findings = locate(file, report, positionOf);
  if (findings.length > 0) return { ok: false, findings };
  const { policy, cases } = root as WrittenFile;
  return {
    ok: true,
    cases: {
      file,
      policies: [policy].flat().map((name) => fromFolder(join(dirname(file), name), name, cwd)),
      cases: withOwnNames(
        cases.map((written, index) => caseOf(written, ["cases", index], positionOf)),
      ),
      positionOf,
    },
  };
}

function refused(file: string, fault: Fault, text: string): ReadCases {
  const { code, message } = fault;
  // `JSON.parse` names no position in a short text
  const [found] =
    code === "json_syntax" ? locateFindings(text, "json", [{ code, message, path: "" }]) : [];
  return { ok: false, findings: [{ ...fault, ...found?.start, file }] };
}

/** Returns the path of a policy from the current folder. A path that is absolute stays as it is. */
function fromFolder(joined: string, written: string, cwd: string): string {
  return resolve(written) === written ? written : relative(cwd, resolve(cwd, joined));
}

/** Returns what a report found, each with its position. */
export function locate(
  file: string,
  report: Report,
  positionOf: CaseFile["positionOf"],
): readonly DocumentFinding[] {
  return report.close().map(({ code, path, message, suggestion }) => {
    const meant = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
    const position = code === MORE_FINDINGS ? {} : positionOf(parseFindingPath(path));
    return { code, message: `${message}${meant}`, file, ...position };
  });
}

/** Returns the position of a place, or of the nearest place around it that is written in the file. */
function positionIn(root: unknown, path: Path, places: Places): Position {
  let position = { line: 1, column: 1 };
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) break;
    position = places.get(value)?.get(step) ?? position;
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : null;
  }
  return position;
}

/** A file that {@link checkFile} found nothing in. */
interface WrittenFile {
  readonly policy: string | readonly string[];
  readonly cases: readonly WrittenCase[];
}

interface WrittenCase {
  readonly name?: string;
  readonly token?: string | Readonly<Record<string, unknown>>;
  readonly operation: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expect: DecisionCode;
  readonly missing?: string | readonly string[];
  readonly enriched?: boolean;
}

/** The members that say more about one code. */
const OF_ONE_CODE = [
  { name: "missing", of: "insufficient_scope", code: "missing_scope" },
  { name: "enriched", of: "allowed", code: "enriched" },
] as const;

function checkFile(root: unknown, report: Report): void {
  const { cases } = checkMembers(root, FILE_MEMBERS, [], report);
  if (!Array.isArray(cases)) return;
  for (const [index, written] of cases.entries()) {
    const path = ["cases", index];
    const members = checkMembers(written, CASE_MEMBERS, path, report);
    const { token, expect } = members;
    if (isObject(token)) checkToken(token, [...path, "token"], report);
    for (const { name, of, code } of OF_ONE_CODE) {
      if (members[name] === undefined || expect === of) continue;
      report.add(code, [...path, name], `\`${name}\` belongs to the code \`${of}\` only`);
    }
  }
}

function checkToken(token: unknown, path: Path, report: Report): void {
  const claims = checkMembers(token, CLAIMS, path, report);
  if (claims["auth_age"] === undefined || claims["auth_time"] === undefined) return;
  report.add("claim", [...path, "auth_age"], "write `auth_age` or `auth_time`, not both");
}

function caseOf(written: WrittenCase, path: Path, positionOf: CaseFile["positionOf"]): TestCase {
  const { name, token, operation, params = {}, expect, missing, enriched } = written;
  return {
    name: name ?? `${operation}: ${expect}`,
    path,
    line: positionOf(path).line,
    token: typeof token === "string" ? { scope: token } : token,
    operation,
    params,
    expect,
    missing: typeof missing === "string" ? tokensOf(missing) : missing,
    enriched,
  };
}

/** Returns cases with a number after a name that occurs before: programs that read reports tell cases apart by their names. */
function withOwnNames(cases: readonly TestCase[]): readonly TestCase[] {
  const counts = new Map<string, number>();
  return cases.map((test) => {
    const count = (counts.get(test.name) ?? 0) + 1;
    counts.set(test.name, count);
    return count === 1 ? test : { ...test, name: `${test.name} (${count})` };
  });
}

function tokensOf(scope: string): readonly string[] {
  return scope.split(" ").filter((token) => token !== "");
}
