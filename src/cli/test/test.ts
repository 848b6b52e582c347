import { Option } from "commander";
import type { Policy } from "../../decision/define-policy.js";
import { type CliCommand, policyOrFindings, type RunContext, textOption } from "../command.js";
import type { DocumentFinding } from "../openapi/document.js";
import { documentFindingLines } from "../source/finding-lines.js";
import { EXIT, type ExitCode, UsageError } from "../terminal/io.js";
import type { Output } from "../terminal/output.js";
import { type CaseFile, readCaseFile } from "./case-file.js";
import { initCases } from "./init-cases.js";
import { reportJson } from "./report-json.js";
import { reportJunit } from "./report-junit.js";
import { reportMarkdown } from "./report-markdown.js";
import { reportTap } from "./report-tap.js";
import { reportLines } from "./report-text.js";
import { runCases } from "./run-cases.js";
import { isPassed, type TestReport } from "./test-report.js";

const HELP = `
A file of cases, in YAML or JSON:
  policy: ./policy.json
  cases:
    - token: courses:read
      operation: list_courses
      expect: allowed

Exit code: 0 all cases pass, 1 a case fails or the coverage is below the minimum.

Example:
  scope-policy test --init policy.json cases.yaml
  scope-policy test cases.yaml --min 90
`;

/** The formats of a report, and how each is written. */
const FORMATS: Readonly<Record<string, (report: TestReport) => Output>> = {
  text: (report) => ({ kind: "lines", lines: reportLines(report) }),
  tap: (report) => ({ kind: "document", text: reportTap(report) }),
  junit: (report) => ({ kind: "document", text: reportJunit(report) }),
  markdown: (report) => ({ kind: "document", text: reportMarkdown(report) }),
};

/** The command `test FILE...`: decides the cases of files, compares the decisions, and lists what no case exercises. */
export const test: CliCommand = {
  name: "test",
  summary: "decide the cases of files, and list what no case exercises",
  shape: (command) =>
    command
      .argument("[file...]", "files of cases: .yaml or .json")
      .option("--min <percent>", "the percentage of each policy that the cases must exercise")
      .addOption(new Option("--format <format>", "format").choices(Object.keys(FORMATS)))
      .option("--init <policy>", "write cases for a policy into a new file, to review them")
      .addHelpText("after", HELP),
  run: async ([files], options, run) => {
    const names = files as readonly string[];
    const policyFile = textOption(options, "init");
    if (policyFile !== undefined) {
      checkInit(names, options);
      return initCases(policyFile, names[0], run);
    }
    if (names.length === 0) throw new UsageError("missing required argument 'file'");
    const min = readMin(textOption(options, "min"));
    const format = textOption(options, "format");
    if (run.json && format !== undefined) {
      throw new UsageError("--json cannot be combined with --format");
    }
    const read = await readFiles(names, run);
    if (!read.ok) return reportFindings(read.findings, run);
    const policies = await loadPolicies(read.files, run);
    if (policies === undefined) return EXIT.findings;
    const count = read.files.reduce((sum, { cases }) => sum + cases.length, 0);
    run.screen.showProgress(`deciding ${count} ${count === 1 ? "case" : "cases"}`);
    const now = Math.floor(Date.now() / 1_000);
    const result = runCases(read.files, policies, now);
    if (!result.ok) return reportFindings(result.findings, run);
    const report = { ...result.report, min };
    if (run.json) run.screen.sayJson(reportJson(report));
    else run.screen.write((FORMATS[format ?? "text"] as (typeof FORMATS)[string])(report));
    return isPassed(report) ? EXIT.fine : EXIT.findings;
  },
};

function checkInit(names: readonly string[], options: Readonly<Record<string, unknown>>): void {
  if (names.length > 1) throw new UsageError("--init writes one file: name one at most");
  const [lost] = ["min", "format"].filter((name) => options[name] !== undefined);
  if (lost !== undefined) throw new UsageError(`--init cannot be combined with --${lost}`);
}

function readMin(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const min = Number(text);
  if (/^\d{1,3}(?:\.\d+)?$/.test(text) && min <= 100) return min;
  throw new UsageError(`--min \`${text}\`: expected a percentage from 0 to 100`);
}

type ReadFiles =
  | { readonly ok: true; readonly files: readonly CaseFile[] }
  | { readonly ok: false; readonly findings: readonly DocumentFinding[] };

async function readFiles(names: readonly string[], { screen }: RunContext): Promise<ReadFiles> {
  const files: CaseFile[] = [];
  const findings: DocumentFinding[] = [];
  for (const name of names) {
    screen.showProgress(`reading ${name}`);
    const read = await readCaseFile(name, screen.cwd);
    if (read.ok) files.push(read.cases);
    else findings.push(...read.findings);
  }
  return findings.length === 0 ? { ok: true, files } : { ok: false, findings };
}

/** Loads the policies that files name. If one has findings, reports them and returns `undefined`. */
async function loadPolicies(
  files: readonly CaseFile[],
  run: RunContext,
): Promise<ReadonlyMap<string, Policy> | undefined> {
  const loaded = new Map<string, Policy>();
  for (const name of new Set(files.flatMap(({ policies }) => policies))) {
    run.screen.showProgress(`loading ${name}`);
    const policy = await policyOrFindings(name, run);
    if (policy === undefined) return undefined;
    loaded.set(name, policy);
  }
  return loaded;
}

function reportFindings(
  findings: readonly DocumentFinding[],
  { screen, json }: RunContext,
): ExitCode {
  if (json) screen.sayJson({ ok: false, findings });
  else screen.complain(...documentFindingLines(findings));
  return EXIT.usage;
}
