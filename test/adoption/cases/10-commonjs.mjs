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
// the recipe names the option, because the default of CommonJS does not find the package
const text = recipe("projects.md", /CommonJS/i);
const module = /"module": "(node20|nodenext)"/i.exec(text)?.[1];
assert.ok(module, "the recipe names the module option");
writeFileSync("package.json", JSON.stringify({ private: true, type: "commonjs" }));
const options = { module, noEmit: false, outDir: "out" };
const { status, output } = compile({ "program.ts": PROGRAM }, options);
assert.equal(status, 0, output);
assert.equal(run(process.execPath, ["out/program.js"]).output.trim(), "allowed");
