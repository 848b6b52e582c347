import { UsageError } from "../terminal/io.js";
import { prose } from "../terminal/visible.js";
import { CLAIM_FORMS, type ClaimForm } from "./cedar-claim.js";
import type { CedarContext } from "./cedar-condition.js";
import { createGrantReader } from "./cedar-grants.js";
import { cedarLimits, whyUnsayable } from "./cedar-limits.js";
import { malformedClaimPolicy, policiesOfOperation } from "./cedar-operation.js";
import { cedarSchema } from "./cedar-schema.js";
import type { Exporter } from "./exporter.js";

/**
 * The exporter to Cedar: a schema and the policies that decide each tool and endpoint as the policy does. What Cedar cannot decide has no
 * permit, so Cedar denies it.
 */
export const cedarExporter: Exporter = {
  name: "cedar",
  knowsCaller: false,
  options: [
    {
      flags: "--scope-claim <form>",
      description:
        "how requests contain the scope of a token: text (default), or set for Amazon Verified Permissions",
    },
  ],
  run: ({ compiled }, { given }) => {
    const form = readForm(given["scopeClaim"]);
    const context: CedarContext = { compiled, form, grantOf: createGrantReader(compiled, form) };
    const { name, version } = compiled.definition;
    const title = `// ${prose(name)}, version ${prose(version)}. Exported by scope-policy: change the policy, not this file.\n\n`;
    return {
      files: [
        { name: "schema.cedarschema", text: title + cedarSchema(context) },
        { name: "policies.cedar", text: title + cedarPolicies(context) },
      ],
      cannotSay: cedarLimits(context),
    };
  },
};

/** Returns the form of the scope claim that an option selects. */
function readForm(given: unknown): ClaimForm {
  const name = typeof given === "string" ? given : "text";
  const form = Object.entries(CLAIM_FORMS).find(([key]) => key === name)?.[1];
  if (form !== undefined) return form;
  throw new UsageError(`--scope-claim \`${name}\`: expected text or set`);
}

/** Returns the policies of Cedar for the operations that it can decide. */
function cedarPolicies(context: CedarContext): string {
  const { compiled, form } = context;
  const operations = [...compiled.operations.values()];
  // without an action, Cedar denies every call, and warns of each policy that it could never apply
  if (operations.length === 0) return "";
  // the library rejects a token with a placeholder; patterns find any placeholder in a text, and a set can be asked for known ones
  const templates = form.takesValues ? [...compiled.templates.keys()].flatMap(form.has) : [];
  return [
    malformedClaimPolicy([...form.malformed, ...templates]),
    ...operations
      .filter((operation) => whyUnsayable(operation, form) === undefined)
      .map((operation) => policiesOfOperation(operation, context)),
  ].join("\n");
}
