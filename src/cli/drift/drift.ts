import { dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import { groupBy } from "../../grammar/entry-of.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { policyOrFindings, type RunContext, textOption } from "../command.js";
import { plainWords } from "../describe-rule.js";
import { tryLoad } from "../openapi/load-findings.js";
import type { SourceContents, SourceOperation } from "../source/source.js";
import {
  addDocumentFlags,
  addTokenFlag,
  readDocumentFlags,
  readTokenFlag,
} from "../source/source-flags.js";
import { EXIT, type ExitCode, UsageError } from "../terminal/io.js";
import { compareWithSource, type Drift, hasDrift } from "./compare.js";
import { driftMarkdown } from "./drift-markdown.js";
import type { DriftReport } from "./drift-report.js";
import { type DriftSource, readDriftSource, sourceName } from "./drift-source.js";
import { driftLines } from "./drift-text.js";
import { fingerprintsOf } from "./fingerprint.js";
import { fingerprintFileFor, readFingerprints, writeFingerprints } from "./fingerprint-file.js";

type Options = Readonly<Record<string, unknown>>;

/** Adds the options with which `check` compares a policy with a source. */
export function addDriftOptions(command: Command): Command {
  command
    .option("--against <source>", "compare with a document, or with the tools of a live MCP server")
    .option("--fingerprints <file>", "the file of the fingerprints (default: beside the policy)")
    .option("--update", "keep the fingerprints of the source, after a review")
    .addOption(
      new Option("--format <format>", "format of the comparison").choices(["text", "markdown"]),
    );
  return addDocumentFlags(addTokenFlag(command));
}

/** The options that have a meaning only with `--against`, by their names. */
const DEPENDENT: Readonly<Record<string, string>> = {
  token: "--token",
  fingerprints: "--fingerprints",
  update: "--update",
  format: "--format",
  listMeans: "--list-means",
  noScopeWord: "--no-scope-word",
  basePath: "--base-path",
  addImplies: "--add-implies",
  root: "--root",
};

/**
 * Compares one policy with the source that `--against` names. Returns `undefined` without this option.
 *
 * @throws {@link UsageError} for options that do not fit, and for a source or fingerprints that cannot be read
 */
export async function checkDrift(
  files: readonly string[],
  options: Options,
  run: RunContext,
): Promise<ExitCode | undefined> {
  const against = textOption(options, "against");
  if (against === undefined) {
    const [lost] = Object.entries(DEPENDENT).filter(([name]) => options[name] !== undefined);
    if (lost === undefined) return undefined;
    throw new UsageError(`${lost[1]} requires --against`);
  }
  const [file = "", ...others] = files;
  if (others.length > 0) throw new UsageError("--against compares one policy: name one file");
  if (run.json && options["format"] !== undefined) {
    throw new UsageError("--json cannot be combined with --format");
  }
  const policy = await policyOrFindings(file, run);
  if (policy === undefined) return EXIT.findings;
  const report = await reportOn(file, compiledPolicyOf(policy), against, options, run);
  printReport(report, textOption(options, "format"), run);
  return report.isDrift ? EXIT.drift : EXIT.fine;
}

async function reportOn(
  file: string,
  policy: CompiledPolicy,
  against: string,
  options: Options,
  { screen: { cwd } }: RunContext,
): Promise<DriftReport> {
  const asked = textOption(options, "fingerprints");
  const isUpdate = options["update"] === true;
  const source = await readDriftSource(against, {
    ...readDocumentFlags(options),
    cwd,
    token: readTokenFlag(options),
  });
  const { kind, contents } = source;
  const { operations, unnameable } = operationsOf(source);
  const fingerprintFile = asked ?? fingerprintFileFor(file);
  const name = sourceName(source, dirname(resolve(cwd, fingerprintFile)), cwd);
  const place = { file: fingerprintFile, cwd, source: name.kept, kind };
  const kept = await readFingerprints(place);
  if (kept === undefined && asked !== undefined && !isUpdate) {
    throw new UsageError(`\`${asked}\` does not exist: --update writes it`);
  }
  const given = kind === "endpoint" ? givenPolicy(contents) : undefined;
  const drift = compareWithSource({ policy, kind, operations, unnameable, given, kept });
  if (isUpdate) await writeFingerprints(place, fingerprintsOf(operations));
  return {
    file,
    source: name.shown,
    kind,
    count: operations.length,
    withoutRule: kind === "endpoint" ? namesWithoutRule(operations) : [],
    repeated: kind === "tool" ? repeatedNames(operations) : [],
    drift,
    isDrift: isUpdate ? hasDrift(withoutReviewed(drift)) : hasDrift(drift),
    fingerprints: {
      file: place.file,
      state: isUpdate ? "written" : kept === undefined ? "missing" : "kept",
    },
  };
}

/** Returns the operations of a source that a policy can have, in the policy that follows from the source or not, and all others. */
function operationsOf({ kind, contents: { operations, unplaced = [] } }: DriftSource) {
  const others = unplaced.map(({ key, descriptor }): readonly SourceOperation[] =>
    key === undefined ? [] : [{ kind, name: key, rule: undefined, descriptor }],
  );
  return {
    operations: [...operations.filter((one) => one.kind === kind), ...others.flat()],
    unnameable: unplaced.filter(({ key }) => key === undefined),
  };
}

function namesWithoutRule(operations: readonly SourceOperation[]): readonly string[] {
  return operations.filter(({ rule }) => rule === undefined).map(({ name }) => name);
}

function repeatedNames(operations: readonly SourceOperation[]): readonly string[] {
  const groups = [...groupBy(operations, ({ name }) => name)];
  return groups.filter(([, { length }]) => length > 1).map(([name]) => name);
}

/** Returns the policy that follows from a document, with which its rules are compared. */
function givenPolicy({ definition, report }: SourceContents): CompiledPolicy {
  const loaded = tryLoad(definition);
  if (loaded.ok) return compiledPolicyOf(loaded.policy);
  const [first] = loaded.findings.map(({ path, message }) => `${path}: ${message}`);
  throw new UsageError(`the rules of ${report.source} are not a policy: ${first}`);
}

/** Returns the drift that an update of the fingerprints does not settle. */
function withoutReviewed(drift: Drift): Drift {
  return { ...drift, changed: drift.changed.filter(({ rule }) => rule !== undefined) };
}

function printReport(
  report: DriftReport,
  format: string | undefined,
  { screen, json }: RunContext,
): void {
  if (json) screen.sayJson(driftJson(report));
  else if (format === "markdown") screen.write({ kind: "document", text: driftMarkdown(report) });
  else screen.say(...driftLines(report));
}

function driftJson({ isDrift, drift, ...report }: DriftReport): object {
  return {
    ok: !isDrift,
    ...report,
    gone: drift.gone,
    unmapped: drift.unmapped,
    changed: drift.changed.map(({ rule, ...one }) => ({
      ...one,
      rule: rule ? { policy: plainWords(rule.policy), source: plainWords(rule.source) } : null,
    })),
    renamed: drift.renamed,
  };
}
