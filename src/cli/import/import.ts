import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Argument, Option } from "commander";
import { type CliCommand, type RunContext, textOption } from "../command.js";
import type { DocumentFinding } from "../openapi/document.js";
import { type ImportOptions, readOpenApi } from "../openapi/import-openapi.js";
import { loadOpenApi } from "../openapi/load-document.js";
import { reportLines } from "../source/report-text.js";
import type { SourceContents } from "../source/source.js";
import { EXIT, type ExitCode, UsageError } from "../terminal/io.js";
import { type Line, render, styled } from "../terminal/output.js";

/** The command `import openapi FILE`: prints the policy that a document describes, and a report of what became of each operation. */
export const importCommand: CliCommand = {
  name: "import",
  summary: "the policy that an OpenAPI document describes, with a report of each operation",
  shape: (command) =>
    command
      .addArgument(new Argument("<format>", "the kind of document").choices(["openapi"]))
      .argument("<file>", "an OpenAPI document 2.0, 3.0, 3.1 or 3.2: .json, .yaml, .yml, or a URL")
      .addOption(
        new Option("--list-means <word>", "what several scopes in one list mean").choices([
          "and",
          "or",
        ]),
      )
      .option(
        "--no-scope-word <word>",
        "an entry of scope lists that is not a scope; repeatable",
        collect,
      )
      .option("--base-path <path>", "the path before each path, instead of that of the servers")
      .option("--add-implies", "let a scope such as `X` imply `X.read` beside it in a list")
      .option("--name <text>", "the name of the policy, instead of the title of the document")
      .option("--out <file>", "write the policy to a file")
      .addHelpText("after", HELP),
  run: async ([, file], options, run) => {
    const loaded = await loadOpenApi(String(file), run.screen.cwd);
    if (!loaded.ok) return printFindings(String(file), loaded.findings, run);
    const contents = readOpenApi(loaded.document, importOptions(options));
    return printContents(contents, textOption(options, "out"), run);
  },
};

const HELP = `
The policy goes to standard output, the report to standard error. An operation without a usable rule is denied.

Example:
  scope-policy import openapi openapi.yaml --list-means and --out policy.json
`;

function collect(value: string, earlier: unknown): readonly string[] {
  // commander gives an option that begins with \`--no-\` the value \`true\` at first
  return Array.isArray(earlier) ? [...(earlier as readonly string[]), value] : [value];
}

function importOptions(options: Readonly<Record<string, unknown>>): ImportOptions {
  const listMeans = options["listMeans"] as ImportOptions["listMeans"];
  const words = options["scopeWord"];
  const [basePath, name] = [textOption(options, "basePath"), textOption(options, "name")];
  return {
    ...(listMeans !== undefined && { listMeans }),
    ...(Array.isArray(words) && { noScopeWords: words as readonly string[] }),
    ...(basePath !== undefined && { basePath }),
    ...(options["addImplies"] === true && { addImplies: true }),
    ...(name !== undefined && { name }),
  };
}

/** Prints why a document cannot be used. */
function printFindings(
  source: string,
  findings: readonly DocumentFinding[],
  { screen, json }: RunContext,
): ExitCode {
  if (json) screen.sayJson({ ok: false, source, findings });
  else screen.complain(...findings.map(findingLine));
  return EXIT.findings;
}

function findingLine({ file, line, column, message, code }: DocumentFinding): Line {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  return [
    styled("bold", place),
    "  ",
    styled("red", "error"),
    `  ${message}  `,
    styled("dim", code),
  ];
}

async function printContents(
  { definition: policy, report, findings = [] }: SourceContents,
  out: string | undefined,
  { screen, json }: RunContext,
): Promise<ExitCode> {
  const isFine = findings.length === 0;
  if (out !== undefined) await writePolicy(resolve(screen.cwd, out), out, policy);
  if (json) screen.sayJson({ ok: isFine, policy, report, ...(!isFine && { findings }) });
  else if (out === undefined) screen.sayJson(policy);
  else screen.say(`wrote ${out}`);
  if (!json) {
    screen.complain(...reportLines(report, screen.columns));
    for (const { path, message, code } of findings) {
      screen.complain("", [styled("red", "error"), `  ${path}: ${message}  `, styled("dim", code)]);
    }
  }
  return isFine ? EXIT.fine : EXIT.findings;
}

async function writePolicy(path: string, out: string, policy: object): Promise<void> {
  try {
    await writeFile(path, render({ kind: "json", data: policy }, false));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot write \`${out}\`: ${reason}`, { cause: error });
  }
}
