// A CommonJS project in TypeScript: the compiler options of the guide, compiled and run.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { compile, recipe, run } from "./kit.mjs";

const PROGRAM = `
import { definePolicy } from "scope-policy";
const policy = definePolicy({
  name: "School", version: "1", scopes: { "school:read": {} }, tools: { get_settings: "school:read" },
});
console.log(policy.decide({ scope: "school:read" }, "get_settings").code);
`;
writeFileSync("package.json", JSON.stringify({ private: true, type: "commonjs" }));
for (const module of ["node20", "nodenext"]) {
  const { status, output } = compile(
    { "program.ts": PROGRAM },
    { module, noEmit: false, outDir: "out" },
  );
  assert.equal(status, 0, `${module}\n${output}`);
  assert.equal(run(process.execPath, ["out/program.js"]).output.trim(), "allowed", module);
}

// the recipe names one of these options, because CommonJS alone does not find the package
const text = recipe("projects.md", /CommonJS/i);
assert.match(text, /"module": "(node20|nodenext)"/i);
