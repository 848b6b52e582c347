// What `@fastify/jwt` has verified enters the gates by `authenticate`, without a second verification.
import assert from "node:assert/strict";
import jwt from "@fastify/jwt";
import fastify from "fastify";
import { createAuthorizer, definePolicy } from "scope-policy";
import { scopePolicy } from "scope-policy/fastify";

const policy = definePolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:write": {} },
  tools: { list_courses: "courses:read", update_course: "courses:write" },
});
const authorizer = createAuthorizer({ policy });

const app = fastify();
await app.register(jwt, { secret: "x".repeat(32) });
await app.register(scopePolicy, {
  authorizer,
  authenticate: (request) => request.jwtVerify().catch(() => undefined),
});
app.get(
  "/courses",
  { config: { tool: "list_courses" } },
  async ({ accessToken }) => accessToken.sub,
);
app.put("/courses", { config: { tool: "update_course" } }, async () => "updated");
await app.ready();

const token = app.jwt.sign({ sub: "ann", scope: "courses:read" }, { expiresIn: 60 });
const headers = { authorization: `Bearer ${token}` };
assert.equal((await app.inject({ url: "/courses", headers })).body, "ann");
assert.equal((await app.inject({ url: "/courses", method: "PUT", headers })).statusCode, 403);
assert.equal((await app.inject("/courses")).statusCode, 401);
const forged = { authorization: `Bearer ${token.slice(0, -4)}AAAA` };
assert.equal((await app.inject({ url: "/courses", headers: forged })).statusCode, 401);
await app.close();
