// A policy as JSON: `$schema` is accepted, `types FILE` gives its names to the compiler, `schema FILE` has its names as enums.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { loadPolicy } from "scope-policy";
import { compile, scopePolicy } from "./kit.mjs";

const definition = {
  $schema: "./policy.schema.json",
  name: "Jobs",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { "jobs:read": "Read jobs", "jobs:write": { tier: "pro" } },
  tools: { list_jobs: "jobs:read", stop_job: "jobs:write" },
};
const json = JSON.stringify(definition, null, 2);
writeFileSync("policy.json", json);
assert.equal(loadPolicy(json).decide({ scope: "jobs:read" }, "list_jobs").code, "allowed");
assert.equal(loadPolicy(definition).toolNames.join(), "list_jobs,stop_job");
const checked = scopePolicy("check", "policy.json");
assert.equal(checked.status, 0, checked.output);

const schema = scopePolicy("schema", "policy.json");
assert.equal(schema.status, 0, schema.output);
for (const name of ['"jobs:read"', '"jobs:write"', '"pro"'])
  assert.ok(schema.stdout.includes(name), `the schema lists ${name}`);

const types = scopePolicy("types", "policy.json");
assert.equal(types.status, 0, types.output);
const use = (tool) => `
import { loadPolicy } from "scope-policy";
import type { Definition } from "./policy.js";
const policy = loadPolicy<Definition>("{}");
policy.decide({ scope: "jobs:read" }, "${tool}");
`;
const { output } = compile({
  "policy.d.ts": types.stdout,
  "right.ts": use("list_jobs"),
  "wrong.ts": use("list_jbos"),
});
assert.match(output, /^wrong\.ts.*list_jobs/m, types.stdout);
assert.equal(output.match(/error TS/g).length, 1, output);
