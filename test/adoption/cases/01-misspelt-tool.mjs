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

const wrong = CALLS.map((call, index) => [`call-${index}.ts`, `${POLICY}${call}\n`]);
const right = ["right.ts", POLICY + CALLS.join("\n").replaceAll("get_setings", "get_settings")];
const { output } = compile(Object.fromEntries([...wrong, right]));
for (const [name, text] of wrong) {
  const message = output.match(new RegExp(`^${name}[^\\n]*(\\n +[^\\n]*)*`, "m"))?.[0] ?? "";
  assert.match(message, /"get_settings"/, `${text}does not name the tool that exists\n${output}`);
  assert.doesNotMatch(message, /OperationName</, `the message prints a type\n${message}`);
  assert.ok(message.length < 400, `the message is long\n${message}`);
}
assert.equal(
  output.split("\n").filter((line) => line.includes("error TS")).length,
  wrong.length,
  output,
);
