// A policy in several files keeps its types by `as const satisfies PolicyDefinition`; the guide says so, and what an annotation loses.
import assert from "node:assert/strict";
import { compile, guide } from "./kit.mjs";

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
const program = (tool, scope = "jobs:read") => ({
  ...FILES,
  "policy.ts": `
import { definePolicy, type ScopeOf } from "scope-policy";
import { scopes } from "./scopes.js";
import { tools } from "./tools.js";
export const policy = definePolicy({ name: "Jobs", version: "1", scopes, tools });
export const scope: ScopeOf<typeof policy> = "${scope}";
policy.decide({ scope }, "${tool}");
`,
});
assert.equal(compile(program("list_jobs")).output, "");
assert.match(compile(program("list_jbos")).output, /list_jobs/);
assert.match(compile(program("list_jobs", "jobs:raed")).output, /jobs:read/);

const text = guide("policy.md");
assert.match(text, /several files/i);
assert.match(text, /as const satisfies PolicyDefinition/);
