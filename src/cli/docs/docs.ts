import { type CliCommand, policyOrFindings, textOption, writeOutput } from "../command.js";
import { EXIT } from "../terminal/io.js";
import { renderDocs } from "./docs-markdown.js";

/** The command `docs FILE`: writes a scope reference for client developers. */
export const docs: CliCommand = {
  name: "docs",
  summary: "a scope reference in Markdown",
  shape: (command) =>
    command
      .argument("<file>", "a policy")
      .option("--out <file>", "write to a file")
      .addHelpText("after", "\nExample:\n  scope-policy docs policy.json --out SCOPES.md\n"),
  run: async ([file], options, run) => {
    const out = textOption(options, "out");
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    const markdown = renderDocs(policy);
    if (!run.json || out !== undefined) {
      return writeOutput({ kind: "document", text: markdown }, out, run, String(file));
    }
    const { name, version } = policy;
    return writeOutput({ kind: "json", data: { name, version, markdown } }, undefined, run);
  },
};
