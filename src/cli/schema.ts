import { policyJsonSchema } from "../policy/schema.js";
import { type CliCommand, textOption, writeOutput } from "./command.js";

/** The command `schema`: prints the JSON Schema with which an editor completes and checks a policy in JSON. */
export const schema: CliCommand = {
  name: "schema",
  summary: "the JSON Schema of a policy, for editors",
  shape: (command) =>
    command
      .option("--out <file>", "write to a file")
      .addHelpText("after", "\nExample:\n  scope-policy schema --out policy.schema.json\n"),
  run: (_args, options, run) =>
    writeOutput({ kind: "json", data: policyJsonSchema() }, textOption(options, "out"), run),
};
