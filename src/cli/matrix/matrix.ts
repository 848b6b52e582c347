import { Option } from "commander";
import type { Policy } from "../../decision/define-policy.js";
import { type CliCommand, policyOrFindings, textOption, writeOutput } from "../command.js";
import { EXIT, UsageError } from "../terminal/io.js";
import type { Output } from "../terminal/output.js";
import { renderMatrixHtml } from "./matrix-html.js";
import { matrixOf } from "./matrix-model.js";
import { matrixJson, matrixMarkdown, matrixTable } from "./matrix-text.js";

type Format = "table" | "markdown" | "html" | "json";

/** The renderers, by format. */
const FORMATS: Readonly<Record<Format, (policy: Policy, columns: number) => Output>> = {
  table: (policy, columns) => ({ kind: "lines", lines: matrixTable(matrixOf(policy), columns) }),
  markdown: (policy) => ({ kind: "document", text: matrixMarkdown(matrixOf(policy)) }),
  html: (policy) => ({ kind: "document", text: renderMatrixHtml(policy) }),
  json: (policy) => ({ kind: "json", data: matrixJson(matrixOf(policy)) }),
};

/** The command `matrix FILE`: writes a table of tools and endpoints by scopes. */
export const matrix: CliCommand = {
  name: "matrix",
  summary: "a table of tools and endpoints by scopes, with conditions and denials",
  shape: (command) =>
    command
      .argument("<file>", "a policy")
      .addOption(
        new Option("--format <format>", "output format (default: table)").choices(
          Object.keys(FORMATS),
        ),
      )
      .option("--out <file>", "write to a file")
      .addHelpText(
        "after",
        "\nExample:\n  scope-policy matrix policy.json --format html --out matrix.html\n",
      ),
  run: async ([file], options, run) => {
    const out = textOption(options, "out");
    const asked = textOption(options, "format");
    if (run.json && asked !== undefined && asked !== "json" && out === undefined) {
      throw new UsageError(
        `--json cannot be combined with --format ${asked} unless --out names a file`,
      );
    }
    const format = (asked ?? (run.json ? "json" : "table")) as Format;
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    return writeOutput(FORMATS[format](policy, run.screen.columns), out, run, String(file));
  },
};
