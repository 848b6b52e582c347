// A policy whose baseline and default scopes are empty makes some clients ask for the whole catalogue: `check` warns, and names what to
// set; with one of them set it does not.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { scopePolicy } from "./kit.mjs";

const check = (more) => {
  const policy = {
    name: "Notes",
    version: "1",
    scopes: {
      "notes:read": { description: "Read your notes." },
      "notes:write": { description: "Write notes." },
    },
    tools: { read_note: "notes:read", write_note: "notes:write" },
    ...more,
  };
  writeFileSync("policy.json", JSON.stringify(policy));
  return scopePolicy("check", "policy.json");
};
const empty = check({});
assert.equal(empty.status, 0, "a warning is not an error");
assert.match(empty.output, /warning/i, empty.output);
assert.match(empty.output, /defaultScopes|baseline/, empty.output);
for (const more of [{ baseline: ["notes:read"] }, { defaultScopes: ["notes:read"] }])
  assert.doesNotMatch(check(more).output, /warning/i);
