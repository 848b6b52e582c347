// Jest 30 on Node 20: the project of the guide runs a test that imports the package.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fencedFiles, guide, mentions, run } from "./kit.mjs";

mentions("projects.md", /transformIgnorePatterns/);
mentions("projects.md", /scope-policy\|jose/);
const files = fencedFiles(guide("projects.md")).filter(({ section }) => section === "Jest");
assert.ok(files.length > 0, "the section on Jest has complete files");
// the name of a file is a comment in the first line, which is not part of JSON
const textOf = (name, body) => (name.endsWith(".json") ? body.replace(/^\/\/.*\n/, "") : body);
for (const { name, body } of files) {
  mkdirSync(dirname(name), { recursive: true });
  writeFileSync(name, textOf(name, body));
}
writeFileSync(
  "test/adoption.test.ts",
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
assert.match(output, /Tests: +2 passed/);
