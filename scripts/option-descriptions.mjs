// Writes src/policy/option-descriptions.ts, the descriptions of the options of a policy, from the docblocks of
// src/policy/definition.ts. A test compares the two.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { docblockLines } from "./docblock.mjs";
import { root } from "./entries.mjs";

const SOURCE = "src/policy/definition.ts";
const TARGET = join(root, "src/policy/option-descriptions.ts");

/** The types that an author of a policy meets. */
const TYPES = new Set([
  "AcceptedFinding",
  "AuditOptions",
  "BoundaryOptions",
  "BranchOptions",
  "BundleDefinition",
  "CaseOptions",
  "CommonOptions",
  "OperationOptions",
  "PolicyDefinition",
  "PolicyTexts",
  "RequirementOptions",
  "ScopeOptions",
  "ScopeTexts",
]);

/** @param {ts.PropertySignature} property @returns {string} its docblock as one line */
function docblockOf(property) {
  const lines = docblockLines(property);
  if (lines === undefined) throw new Error(`${SOURCE}: ${property.name.getText()} has no docblock`);
  return lines.trim().replace(/\s+/g, " ");
}

/**
 * Returns the docblocks of the options of a policy, by type and option.
 *
 * @returns {Record<string, Record<string, string>>}
 */
export function optionDocblocks() {
  const text = readFileSync(join(root, SOURCE), "utf8");
  const file = ts.createSourceFile(SOURCE, text, ts.ScriptTarget.Latest, true);
  const tables = file.statements.flatMap((statement) => {
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    if (!isType || !TYPES.has(statement.name.text)) return [];
    /** @type {Record<string, string>} */
    const table = {};
    /** @type {[string, Record<string, string>]} */
    const row = [statement.name.text, table];
    /** @param {ts.Node} node */
    const visit = (node) => {
      if (ts.isPropertySignature(node)) table[node.name.getText()] = docblockOf(node);
      else ts.forEachChild(node, visit);
    };
    visit(statement);
    return [row];
  });
  return Object.fromEntries(tables);
}

if (process.argv[1]?.endsWith("option-descriptions.mjs")) {
  writeFileSync(
    TARGET,
    `// Generated from the docblocks of definition.ts by \`node scripts/option-descriptions.mjs\`: change them there.

/** Descriptions of the options of a policy, by type and option, for the JSON Schema. */
export const OPTION_DESCRIPTIONS = ${JSON.stringify(optionDocblocks())} as const;
`,
  );
  spawnSync(join(root, "node_modules/.bin/biome"), ["format", "--write", TARGET], {
    stdio: "inherit",
  });
}
