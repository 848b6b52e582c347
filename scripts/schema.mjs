// Writes dist/policy.schema.json, the JSON Schema of a policy, from the built package.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./entries.mjs";

const { policyJsonSchema } = /** @type {typeof import("../src/index.js")} */ (
  await import(join(root, "dist/index.js"))
);
writeFileSync(
  join(root, "dist/policy.schema.json"),
  `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
);
