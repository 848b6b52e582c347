// Jest 30 on Node 20: the recipe of the guide runs a test that imports the package.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { fencedFiles, guide, mentions, run } from "./kit.mjs";

mentions("recipes.md", /transformIgnorePatterns/);
mentions("recipes.md", /scope-policy\|jose/);
const files = fencedFiles(guide("recipes.md")).filter(({ section }) => /jest/i.test(section));
assert.ok(files.length > 0, "the section on Jest has complete files");
writeFileSync("package.json", JSON.stringify({ private: true, type: "commonjs" }));
for (const { name, body } of files) writeFileSync(name, body);
const isTypeScript = files.some(({ body }) => body.includes("ts-jest"));
writeFileSync(
  isTypeScript ? "adoption.test.ts" : "adoption.test.js",
  `import { expect, test } from "@jest/globals";
import { createAuthorizer, definePolicy } from "scope-policy";
import { jwtVerifier } from "scope-policy/verify";

const policy = definePolicy({
  name: "School", version: "1", scopes: { "school:read": {} }, tools: { get_settings: "school:read" },
});
test("a token with the scope may read the settings", async () => {
  expect(typeof jwtVerifier).toBe("function");
  const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "school:read" }) });
  expect((await authorizer.decide("demo", "get_settings")).decision.allowed).toBe(true);
});
`,
);
const { status, output } = run("../node_modules/.bin/jest", ["--ci", "--rootDir", "."]);
assert.equal(status, 0, output);
assert.match(output, /Tests: +\d+ passed/);
