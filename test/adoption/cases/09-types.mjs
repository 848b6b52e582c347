// The gate of Hono compiles in a strict project without `any`, and a misspelt tool does not compile.
import assert from "node:assert/strict";
import { compile } from "./kit.mjs";

const program = (tool) => `
import { Hono } from "hono";
import { createAuthorizer, definePolicy } from "scope-policy";
import { honoGate } from "scope-policy/hono";
const policy = definePolicy({
  name: "School", version: "1", scopes: { "school:read": {} }, tools: { get_settings: "school:read" },
});
const gate = honoGate(createAuthorizer({ policy, verify: () => undefined }));
const app = new Hono();
app.get("/settings/:id", gate("${tool}"), (c) => {
  const sub: string | undefined = gate.token(c).sub;
  const id: string = c.req.param("id");
  return c.json({ sub, id });
});
type IsAny<T> = 0 extends 1 & T ? true : false;
const isAny: IsAny<ReturnType<typeof gate.token>> = false;
void isAny;
gate.assertCovers(app);
`;
const files = { "right.ts": program("get_settings"), "wrong.ts": program("get_setings") };
const { output } = compile(files);
assert.doesNotMatch(output, /^right\.ts/m);
assert.match(output, /^wrong\.ts.*/m);
