// A misspelt tool does not compile, and the compiler's line names the tool that exists, not a type of many lines.
import assert from "node:assert/strict";
import { compile } from "./kit.mjs";

const POLICY = `
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
const policy = definePolicy({
  name: "School", version: "1",
  scopes: { "school:read": "Read settings", "classes:write": "Change classes" },
  tools: { get_settings: "school:read", update_class: "classes:write", list_classes: { public: true } },
});
const authorizer = createAuthorizer({ policy, verify: () => undefined });
const gate = expressGate(authorizer);
const token = { scope: "school:read" };
`;
const CALLS = [
  'policy.decide(token, "get_setings");',
  'policy.operation("get_setings");',
  'express().get("/", gate("get_setings"));',
  'void authorizer.decide("demo", "get_setings");',
];

for (const call of CALLS) {
  const { status, output } = compile({ "program.ts": `${POLICY}${call}\n` });
  const errors = output.split("\n").filter((line) => line.includes("error TS"));
  assert.notEqual(status, 0, `${call} compiles`);
  assert.equal(errors.length, 1, output);
  assert.match(output, /"get_settings"/, `the message names the tool that exists\n${output}`);
  assert.doesNotMatch(output, /OperationName<\{/, `the message prints a type\n${output}`);
  assert.ok(output.trim().length < 400, `the message is short\n${output}`);
}
const right = compile({
  "program.ts": POLICY + CALLS.join("\n").replaceAll("get_setings", "get_settings"),
});
assert.equal(right.status, 0, right.output);
