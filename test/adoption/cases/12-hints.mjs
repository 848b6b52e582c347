// Common slips get a hint: a list in place of `anyOf` or `allOf`, an undeclared tier, findings in the order of the file, a policy
// that imports by tsconfig `paths`, and a tier on the command line that does not exist.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { loadPolicy } from "scope-policy";
import { scopePolicy } from "./kit.mjs";

const findingsOf = (more) => {
  try {
    loadPolicy({ name: "Jobs", version: "1", scopes: { a: {}, b: {} }, ...more });
  } catch (error) {
    return error.message;
  }
  throw new Error("no finding");
};
const list = findingsOf({ tools: { list_jobs: ["a", "b"] } });
assert.match(list, /anyOf/, list);
assert.match(list, /allOf/, list);
const tier = findingsOf({
  tiers: ["free", "plus"],
  tools: { t: { scope: "a", tier: "enterprise" } },
});
assert.match(tier, /free/, tier);
assert.match(tier, /plus/, tier);

writeFileSync(
  "wrong.json",
  `{
  "name": "Jobs",
  "version": "1",
  "tools": { "list_jobs": "joba" },
  "scopes": { "jobs": { "resreved": true } },
  "endpoints": { "GET /jobs": "jbos" }
}
`,
);
const { output } = scopePolicy("check", "wrong.json");
const lines = [...output.matchAll(/wrong\.json:(\d+):/g)].map(([, line]) => Number(line));
assert.ok(lines.length >= 2, output);
assert.deepEqual(
  lines,
  lines.toSorted((a, b) => a - b),
  `findings are in the order of the file\n${output}`,
);

const policy = {
  name: "Jobs",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { a: {} },
  tools: { list_jobs: { scope: "a", tier: "pro" } },
};
writeFileSync("policy.json", JSON.stringify(policy));
const gold = scopePolicy("explain", "policy.json", "list_jobs", "--scope", "a", "--tier", "gold");
assert.notEqual(gold.status, 0, gold.output);
assert.match(gold.output, /gold/);
assert.match(gold.output, /free/, `the declared tiers are listed\n${gold.output}`);

mkdirSync("shared");
writeFileSync("shared/scopes.ts", "export const scopes = { a: {} } as const;\n");
writeFileSync(
  "tsconfig.json",
  JSON.stringify({ compilerOptions: { paths: { "@shared/*": ["./shared/*"] } } }),
);
writeFileSync(
  "policy.ts",
  `import { definePolicy } from "scope-policy";
import { scopes } from "@shared/scopes";
export default definePolicy({ name: "Jobs", version: "1", scopes, tools: { list_jobs: "a" } });
`,
);
const paths = scopePolicy("check", "policy.ts");
assert.equal(paths.status, 0, paths.output);
