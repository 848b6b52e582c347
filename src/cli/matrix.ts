import { Option } from "commander";
import { type CliCommand, deliver, policyOrFindings, textOption } from "./command.js";
import { EXIT, forTerminal, UsageError } from "./io.js";
import { renderMatrixHtml } from "./matrix-html.js";
import { matrixOf } from "./matrix-model.js";
import { matrixJson, matrixMarkdown, matrixTable } from "./matrix-text.js";

const FORMATS = ["table", "markdown", "html", "json"];

/** `matrix FILE`: tools and endpoints by scopes. */
export const matrix: CliCommand = {
  name: "matrix",
  summary: "tools and endpoints by scopes, with gates and denials",
  shape: (command) =>
    command
      .argument("<file>", "a policy")
      .addOption(
        new Option("--format <format>", "how it is written (default: table)").choices(FORMATS),
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
        `--json and --format ${asked} exclude each other, unless --out names a file`,
      );
    }
    const format = asked ?? (run.json ? "json" : "table");
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    if (format === "html") return deliver(renderMatrixHtml(policy), out, run);
    const model = matrixOf(policy);
    if (format === "json")
      return deliver(`${JSON.stringify(matrixJson(model), undefined, 2)}\n`, out, run);
    if (format === "markdown") return deliver(matrixMarkdown(model), out, run);
    // a file is no terminal: it is given no colours
    const colours = out === undefined && run.io.colours;
    const text = matrixTable(model, { ...run.io, colours });
    return deliver(forTerminal(text, colours), out, run);
  },
};
