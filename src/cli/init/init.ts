import { Option } from "commander";
import type { Policy } from "../../decision/define-policy.js";
import { type CliCommand, type RunContext, textOption } from "../command.js";
import { tryLoad } from "../openapi/load-findings.js";
import { definitionFindingLines, documentFindingLines } from "../source/finding-lines.js";
import { type ReadOptions, readSource } from "../source/read-source.js";
import { reportLines } from "../source/report-text.js";
import type { SourceReport } from "../source/source.js";
import {
  addDocumentFlags,
  addTokenFlag,
  readDocumentFlags,
  readTokenFlag,
} from "../source/source-flags.js";
import { EXIT, type ExitCode } from "../terminal/io.js";
import { render, styled } from "../terminal/output.js";
import { type Examples, examplesOf } from "./examples.js";
import { starterDefinition } from "./starter.js";
import { type TestRunner, testFile, testRunnerOf } from "./test-file.js";
import { refuseExisting, writeNewFiles } from "./write-files.js";

const POLICY_FILE = "policy.json";

/** The JSON Schema of every policy, where the package is installed. */
const SCHEMA = "./node_modules/scope-policy/dist/policy.schema.json";

const HELP = `
Sources:
  https://example.com/mcp, mcp:URL      an MCP server: its list of tools
  openapi.yaml, openapi:FILE or URL     an OpenAPI document 2.0, 3.0, 3.1 or 3.2
  table.json                            tools with their scopes, or scopes with their tools

An operation without scopes is denied until you choose its rule. Existing files are not replaced.

Example:
  scope-policy init --from https://example.com/mcp --token "$TOKEN"
`;

/** The command `init`: writes a policy and its first test, from a source or as a start. */
export const init: CliCommand = {
  name: "init",
  summary: "a policy and its first test, from an MCP server, an OpenAPI document or a table",
  shape: (command) =>
    addDocumentFlags(addTokenFlag(command))
      .option("--from <source>", "a URL of an MCP server, an OpenAPI document, or a table")
      .addOption(new Option("--table <keys>", "the keys of a table").choices(["tools", "scopes"]))
      .option("--name <text>", "the name of the policy")
      .addHelpText("after", HELP),
  run: async (_args, options, run) => {
    const { cwd } = run.screen;
    const runner = testRunnerOf(cwd);
    await refuseExisting(cwd, [POLICY_FILE, runner.file]);
    const draft = await draftOf(options, run);
    if (draft === undefined) return EXIT.findings;
    const { definition, report } = draft;
    const policy = loadOrFindings(definition, run);
    if (policy === undefined) return EXIT.findings;
    const examples = examplesOf(policy);
    const test = testFile(runner, POLICY_FILE, examples);
    const text = render({ kind: "json", data: { $schema: SCHEMA, ...definition } }, false);
    await writeNewFiles(cwd, [{ name: POLICY_FILE, text }, test]);
    return printResult(report, examples, runner, run);
  },
};

/** The definition of a policy, and the report of its source. */
interface Draft {
  readonly definition: Readonly<Record<string, unknown>>;
  readonly report?: SourceReport;
}

/** Returns what the policy begins with. If a document has findings, reports them and returns `undefined`. */
async function draftOf(
  options: Readonly<Record<string, unknown>>,
  { screen, json }: RunContext,
): Promise<Draft | undefined> {
  const from = textOption(options, "from");
  const name = textOption(options, "name");
  if (from === undefined) return { definition: starterDefinition(name ?? "My policy") };
  const table = textOption(options, "table") as ReadOptions["table"];
  const read = await readSource(from, {
    ...readDocumentFlags(options),
    cwd: screen.cwd,
    token: readTokenFlag(options),
    table,
    ...(name !== undefined && { name }),
  });
  if (read.ok) return read.contents;
  if (json) screen.sayJson(read);
  else screen.complain(...documentFindingLines(read.findings));
  return undefined;
}

/** Returns the policy of a definition. If it has findings, reports them and returns `undefined`. */
function loadOrFindings(
  definition: Readonly<Record<string, unknown>>,
  { screen, json }: RunContext,
): Policy | undefined {
  const loaded = tryLoad(definition);
  if (loaded.ok) return loaded.policy;
  const { findings } = loaded;
  if (json) screen.sayJson({ ok: false, findings });
  else screen.complain(...definitionFindingLines(findings), "nothing was written");
  return undefined;
}

function printResult(
  report: SourceReport | undefined,
  examples: Examples,
  runner: TestRunner,
  { screen, json }: RunContext,
): ExitCode {
  const written = [POLICY_FILE, runner.file];
  const next = nextCommands(examples, runner);
  const { notAssigned } = examples;
  if (json) {
    screen.sayJson({
      ok: true,
      written,
      notAssigned,
      next,
      ...(report !== undefined && { report }),
    });
    return EXIT.fine;
  }
  if (report !== undefined) screen.say(...reportLines(report, screen.columns), "");
  screen.say(...written.map((file) => `wrote ${file}`));
  if (notAssigned.length > 0) {
    const [count, verb] =
      notAssigned.length === 1
        ? ["1 operation", "is"]
        : [`${notAssigned.length} operations`, "are"];
    screen.say("", `${count} ${verb} denied until you choose the scopes in ${POLICY_FILE}.`);
  }
  screen.say("", styled("bold", "Next"), ...next.map((command) => `  ${command}`));
  return EXIT.fine;
}

/** Texts that a shell takes as they are inside double quotes, on every system. */
const PLAIN = /^[\w@+=:,./ {}*-]+$/;

/** Returns the three commands that come next: check, one decision or all of them, the test. */
function nextCommands({ allowed }: Examples, runner: TestRunner): readonly string[] {
  const scope = allowed?.scope ?? "";
  const isPlain =
    allowed !== undefined && scope !== "" && PLAIN.test(`${allowed.operation}${scope}`);
  const hasParams = Object.keys(allowed?.params ?? {}).length > 0;
  return [
    `npx scope-policy check ${POLICY_FILE}`,
    isPlain && !hasParams
      ? `npx scope-policy explain ${POLICY_FILE} "${allowed.operation}" --scope "${scope}"`
      : `npx scope-policy matrix ${POLICY_FILE}`,
    runner.command,
  ];
}
