// node scripts/reference.mjs [--check]: writes docs/reference and docs/troubleshooting.md from the source and from
// scripts/reference/codes.json, or reports which page is out of date, and which code has no row.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./entries.mjs";
import { codePages } from "./reference/code-pages.mjs";
import { optionPage } from "./reference/option-page.mjs";
import { policyKeyPage } from "./reference/policy-key-page.mjs";

const pages = { ...codePages(), ...policyKeyPage(), ...optionPage() };
const isCheck = process.argv.includes("--check");
mkdirSync(join(root, "docs/reference"), { recursive: true });
const changed = Object.entries(pages).filter(([path, text]) => {
  const file = join(root, path);
  const isSame = existsSync(file) && readFileSync(file, "utf8") === text;
  if (!isSame && !isCheck) writeFileSync(file, text);
  return !isSame;
});
for (const [path] of changed)
  console.log(isCheck ? `${path} is out of date: run \`npm run reference\`` : `wrote ${path}`);
if (isCheck && changed.length > 0) process.exit(1);
console.log(`${Object.keys(pages).length} generated pages are up to date`);
