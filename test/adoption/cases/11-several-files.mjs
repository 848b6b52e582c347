// A policy in several files keeps its types by `as const satisfies PolicyDefinition`; the guide describes it.
import assert from "node:assert/strict";
import { compile, mentions } from "./kit.mjs";

const FILES = {
  "scopes.ts": `
import type { PolicyDefinition } from "scope-policy";
export const scopes = { "jobs:read": "Read jobs", "jobs:write": "Change jobs" } as const satisfies PolicyDefinition["scopes"];
`,
  "tools.ts": `
import type { PolicyDefinition } from "scope-policy";
export const tools = { list_jobs: "jobs:read", stop_job: { allOf: ["jobs:read", "jobs:write"] } } as const satisfies PolicyDefinition["tools"];
`,
};
const use = (tool, scope = "jobs:read") => `
import type { ScopeOf } from "scope-policy";
import { policy } from "./policy.js";
export const scope: ScopeOf<typeof policy> = "${scope}";
policy.decide({ scope }, "${tool}");
`;
const { output } = compile({
  ...FILES,
  "policy.ts": `
import { definePolicy } from "scope-policy";
import { scopes } from "./scopes.js";
import { tools } from "./tools.js";
export const policy = definePolicy({ name: "Jobs", version: "1", scopes, tools });
`,
  "right.ts": use("list_jobs"),
  "wrong-tool.ts": use("list_jbos"),
  "wrong-scope.ts": use("list_jobs", "jobs:raed"),
});
assert.match(output, /^wrong-tool\.ts.*list_jobs/m);
assert.match(output, /^wrong-scope\.ts.*jobs:read/m);
assert.equal(output.match(/error TS/g).length, 2, output);

mentions("policy-files.md", /several files/i);
mentions("policy-files.md", /as const satisfies PolicyDefinition/);
