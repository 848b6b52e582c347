// Writes the generated pages of docs/reference. With `--check` it writes nothing and fails if a page is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createJiti } from "jiti";
import { root, sourceAliases } from "./entries.mjs";
import { codesPage } from "./reference/codes.mjs";
import { optionsPage } from "./reference/options.mjs";
import { policyKeysPage } from "./reference/policy-keys.mjs";

const { loadPolicy, PolicyError, policyJsonSchema } =
  /** @type {typeof import("../src/index.js")} */ (
    await createJiti(import.meta.url, { alias: sourceAliases }).import(join(root, "src/index.ts"))
  );

/** @param {unknown} definition */
function findingsOf(definition) {
  try {
    loadPolicy(definition);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.findings;
    throw error;
  }
}

const pages = {
  "docs/reference/policy-keys.md": policyKeysPage(policyJsonSchema(), findingsOf),
  "docs/reference/codes.md": codesPage(),
  "docs/reference/options.md": optionsPage(),
};

for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    console.error(`${path} is out of date: npm run reference`);
    process.exitCode = 1;
  }
}
