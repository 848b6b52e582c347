// The sessions that an Express application has already enter its gates by `authenticate`; a bearer token beside them decides alone.
import assert from "node:assert/strict";
import express from "express";
import session from "express-session";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { call, close, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:write": {} },
  tools: { list_courses: "courses:read", update_course: "courses:write" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "robot" ? { sub: "robot", scope: "courses:write" } : undefined),
});
const gate = expressGate(authorizer, {
  authenticate: ({ session: { user } }) => user && { sub: user.id, scope: user.scopes.join(" ") },
});

const app = express();
app.use(session({ secret: "x".repeat(32), resave: false, saveUninitialized: false }));
app.post("/login", gate.public(), (req, res) => {
  req.session.user = { id: "ann", scopes: ["courses:read"] };
  res.sendStatus(204);
});
app.get("/courses", gate("list_courses"), (req, res) => res.send(gate.token(req).sub));
app.put("/courses/1", gate("update_course"), (req, res) => res.send(gate.token(req).sub));
gate.assertCovers(app);

const base = await listen(app);
assert.equal((await call(`${base}/courses`)).status, 401);
const login = await call(`${base}/login`, { method: "POST" });
const cookie = login.headers.get("set-cookie").split(";")[0];
const headers = { cookie };
assert.equal((await call(`${base}/courses`, { headers })).text, "ann");
assert.equal((await call(`${base}/courses/1`, { method: "PUT", headers })).status, 403);
const put = { method: "PUT", headers, token: "robot" };
assert.equal((await call(`${base}/courses/1`, put)).text, "robot");
const forged = await call(`${base}/courses`, { headers, token: "forged" });
assert.equal(forged.status, 401, "a bad token is not rescued by a session");

// an authorizer without `verify` serves gates with `authenticate` only
const sessions = createAuthorizer({ policy });
expressGate(sessions, { authenticate: () => undefined });
assert.throws(() => expressGate(sessions), /verify|authenticate/);
close();
