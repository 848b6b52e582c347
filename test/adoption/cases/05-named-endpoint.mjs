// A route that is an expression counts as an endpoint where its gate names the endpoint, in Express 4; and an application mounted in
// another one is looked into, in Express 4 and 5.
import assert from "node:assert/strict";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { call, close, listen } from "./kit.mjs";

const { default: express } = await import(process.argv[2]);
const hasExpressions = process.argv[2] === "express4";

const policy = definePolicy({
  name: "Jobs",
  version: "1",
  scopes: { "jobs:read": {}, "stats:read": {} },
  tools: { get_stats: "stats:read" },
  endpoints: { "GET /api/v1/jobs/:jobId": "jobs:read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { scope: "jobs:read stats:read" } : undefined),
});
const gate = expressGate(authorizer);

const app = express();
const path = hasExpressions ? "/:jobId(\\d+)" : "/:jobId";
const jobs = express.Router();
jobs.get(path, gate("GET /api/v1/jobs/:jobId"), (req, res) => res.send(req.params.jobId));
app.use("/api/v1/jobs", jobs);
const admin = express();
admin.get("/stats", gate("get_stats"), (_req, res) => res.send("stats"));
app.use("/admin", admin);
gate.assertCovers(app);

const base = await listen(app);
assert.equal((await call(`${base}/api/v1/jobs/7`)).status, 401);
assert.equal((await call(`${base}/api/v1/jobs/7`, { token: "ann" })).text, "7");
assert.equal((await call(`${base}/admin/stats`)).status, 401);
assert.equal((await call(`${base}/admin/stats`, { token: "ann" })).text, "stats");

admin.get("/open", (_req, res) => res.send("open"));
assert.throws(() => gate.assertCovers(app), /\/admin\/open/);
close();
