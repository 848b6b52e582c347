import { Option } from "commander";
import { diffPolicies, type PolicyDiff } from "../../analysis/diff-policies.js";
import type { Policy } from "../../decision/define-policy.js";
import { type CliCommand, policyOrFindings, type RunContext, textOption } from "../command.js";
import { EXIT, UsageError } from "../terminal/io.js";
import { diffMarkdown } from "./diff-markdown.js";
import type { DiffReport } from "./diff-report.js";
import { diffLines } from "./diff-text.js";
import { readGrants } from "./read-grants.js";

/** Whether a difference fails the command, by the value of `--fail-on`. */
const FAILS: Readonly<Record<string, (diff: PolicyDiff) => boolean>> = {
  none: () => false,
  widening: ({ operations, unproved }) =>
    unproved.length > 0 ||
    operations.some(
      ({ change, witness }) =>
        change === "wider" ||
        change === "different" ||
        (change === "added" && witness !== undefined),
    ),
  narrowing: ({ operations, unproved, grants }) =>
    unproved.length > 0 ||
    (grants?.losing ?? 0) > 0 ||
    operations.some(
      ({ change, witness }) =>
        change === "narrower" ||
        change === "different" ||
        (change === "removed" && witness !== undefined),
    ),
  any: ({ operations, scopes, unproved }) =>
    unproved.length + scopes.length > 0 || operations.some(({ change }) => change !== "equal"),
};

const EXAMPLE = `
Example:
  scope-policy diff main/policy.ts policy.ts --fail-on widening
  scope-policy diff old.json new.json --grants grants.ndjson --format markdown
`;

/** The command `diff BEFORE AFTER`: what a change of a policy does to operations, scopes and existing grants. */
export const diff: CliCommand = {
  name: "diff",
  summary: "what a change of a policy allows and denies, and whom it affects",
  shape: (command) =>
    command
      .argument("<before>", "the policy before the change")
      .argument("<after>", "the policy after the change")
      .option("--grants <file>", "existing grants: a JSON list, or one JSON object in each line")
      .addOption(
        new Option("--fail-on <change>", "the changes for which the exit code is 1")
          .choices(Object.keys(FAILS))
          .default("none"),
      )
      .addOption(
        new Option("--format <format>", "format of the result").choices(["text", "markdown"]),
      )
      .addHelpText("after", EXAMPLE),
  run: async ([beforeFile, afterFile], options, run) => {
    if (run.json && options["format"] !== undefined) {
      throw new UsageError("--json cannot be combined with --format");
    }
    const grantsFile = textOption(options, "grants");
    const before = await policyOrFindings(String(beforeFile), run);
    if (before === undefined) return EXIT.findings;
    const after = await policyOrFindings(String(afterFile), run);
    if (after === undefined) return EXIT.findings;
    const given = grantsFile && { grants: await readGrants(grantsFile, run.screen.cwd) };
    run.screen.showProgress(`comparing ${String(beforeFile)} and ${String(afterFile)}`);
    const result = diffPolicies(before, after, given || {});
    const isFailed = FAILS[String(options["failOn"])]?.(result) === true;
    const report: DiffReport = {
      before: reported(beforeFile, before),
      after: reported(afterFile, after),
      diff: result,
    };
    printReport(report, isFailed, textOption(options, "format"), run);
    return isFailed ? EXIT.findings : EXIT.fine;
  },
};

function reported(file: unknown, { version }: Policy) {
  return { file: String(file), version };
}

function printReport(
  report: DiffReport,
  isFailed: boolean,
  format: string | undefined,
  { screen, json }: RunContext,
): void {
  if (json) screen.sayJson(diffJson(report, isFailed));
  else if (format === "markdown") screen.write({ kind: "document", text: diffMarkdown(report) });
  else screen.say(...diffLines(report));
}

/** Returns a report as data. `null` stands for no credentials, which JSON would leave out. */
function diffJson({ before, after, diff: { operations, ...rest } }: DiffReport, isFailed: boolean) {
  const shown = <Shown extends { readonly token: unknown }>(witness: Shown | undefined) =>
    witness && { ...witness, token: witness.token ?? null };
  return {
    ok: !isFailed,
    before,
    after,
    operations: operations.map(({ witness, narrowing, ...one }) => ({
      ...one,
      ...(witness && { witness: shown(witness) }),
      ...(narrowing && { narrowing: shown(narrowing) }),
    })),
    ...rest,
  };
}
