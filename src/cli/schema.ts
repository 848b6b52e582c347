import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { jsonSchemaOf, policyJsonSchema } from "../policy/json-schema.js";
import { type CliCommand, policyOrFindings, textOption, writeOutput } from "./command.js";
import { EXIT } from "./terminal/io.js";

/**
 * The command `schema [FILE]`: prints the JSON Schema with which an editor completes and checks a policy in JSON. With a
 * policy, it lists the names that this policy declares.
 */
export const schema: CliCommand = {
  name: "schema",
  summary: "the JSON Schema of a policy, for editors; of one policy, with its names",
  shape: (command) =>
    command
      .argument("[file]", "a policy, whose scopes, tiers and account types the schema lists")
      .option("--out <file>", "write to a file")
      .addHelpText(
        "after",
        "\nExample:\n  scope-policy schema policy.json --out policy.schema.json\n",
      ),
  run: async ([file], options, run) => {
    const out = textOption(options, "out");
    if (file === undefined)
      return writeOutput({ kind: "json", data: policyJsonSchema() }, out, run);
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    const data = jsonSchemaOf(compiledPolicyOf(policy));
    return writeOutput({ kind: "json", data }, out, run, String(file));
  },
};
