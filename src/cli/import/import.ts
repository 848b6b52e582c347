import { Argument } from "commander";
import {
  type CliCommand,
  isOneOf,
  type RunContext,
  textOption,
  writeTextFile,
} from "../command.js";
import { definitionFindingLines, documentFindingLines } from "../source/finding-lines.js";
import { readDocument } from "../source/read-source.js";
import { reportLines } from "../source/report-text.js";
import type { SourceContents } from "../source/source.js";
import { addDocumentFlags, readDocumentFlags } from "../source/source-flags.js";
import { EXIT, type ExitCode, UsageError } from "../terminal/io.js";

/** The command `import openapi FILE`: prints the policy that a document describes, and a report of what became of each operation. */
export const importCommand: CliCommand = {
  name: "import",
  summary: "the policy that an OpenAPI document describes, with a report of each operation",
  shape: (command) =>
    addDocumentFlags(
      command
        .addArgument(new Argument("<format>", "the kind of document").choices(["openapi"]))
        .argument(
          "<file>",
          "an OpenAPI document 2.0, 3.0, 3.1 or 3.2: .json, .yaml, .yml, or a URL",
        ),
    )
      .option("--name <text>", "the name of the policy, instead of the title of the document")
      .option("--out <file>", "write the policy to a file, which is replaced if it exists")
      .addHelpText("after", HELP),
  run: async ([, file], options, run) => {
    const { screen, json } = run;
    const [name, out] = [textOption(options, "name"), textOption(options, "out")];
    const read = await readDocument(String(file), {
      ...readDocumentFlags(options),
      cwd: screen.cwd,
      ...(name !== undefined && { name }),
    });
    if (read.ok) {
      const { contents, files = [] } = read;
      if (out !== undefined && (await isOneOf(files, out, screen.cwd)))
        throw new UsageError(`--out \`${out}\` is a file of the document: choose another file`);
      return printContents(contents, out, run);
    }
    if (json) screen.sayJson(read);
    else screen.complain(...documentFindingLines(read.findings));
    return EXIT.findings;
  },
};

const HELP = `
The policy goes to standard output, the report to standard error. An operation without a usable rule is denied.

Example:
  scope-policy import openapi openapi.yaml --list-means and --out policy.json
`;

/** Prints the policy and the report. With findings, nothing is written. */
async function printContents(
  { definition: policy, report, findings = [] }: SourceContents,
  out: string | undefined,
  { screen, json }: RunContext,
): Promise<ExitCode> {
  const isFine = findings.length === 0;
  if (out !== undefined && isFine)
    await writeTextFile({ kind: "json", data: policy }, out, screen.cwd);
  if (json) screen.sayJson({ ok: isFine, policy, report, ...(!isFine && { findings }) });
  else if (out === undefined) screen.sayJson(policy);
  else if (isFine) screen.say(`wrote ${out}`);
  else screen.complain(`did not write ${out}: the policy has findings`, "");
  if (!json) {
    screen.complain(...reportLines(report, screen.columns));
    if (!isFine) screen.complain("", ...definitionFindingLines(findings));
  }
  return isFine ? EXIT.fine : EXIT.findings;
}
