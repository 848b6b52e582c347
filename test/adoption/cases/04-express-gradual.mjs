// An old Express application with routes of its own guard, mounted routers and internal routes gets its first gates: everything else is
// declared, not called public, and `assertCovers` checks the part that is ready.
import assert from "node:assert/strict";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { call, close, listen } from "./kit.mjs";

const { default: express } = await import(process.argv[2]);

const policy = definePolicy({
  name: "Jobs",
  version: "1",
  scopes: { "jobs:read": {} },
  endpoints: { "GET /api/v1/jobs/{jobId}": "jobs:read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { scope: "jobs:read" } : undefined),
});
const gate = expressGate(authorizer);
const session = (req, res, next) => (req.get("cookie") === "sid=1" ? next() : res.sendStatus(401));

const app = express();
const v1 = express.Router();
const jobs = express.Router();
jobs.get("/:jobId", gate.endpoint(), (req, res) => res.json({ job: req.params.jobId }));
jobs.get("/", gate.elsewhere("the session of the web application"), session, (_req, res) =>
  res.json({ jobs: [] }),
);
v1.use("/jobs", jobs);
v1.use("/account", gate.elsewhere("the session"), session, (_req, res) => res.json({ me: 1 }));
app.use("/api/v1", v1);
app.get("/internal/health", (_req, res) => res.send("ok"));
app.get("/legacy", (_req, res) => res.send("old"));

// all or nothing, as before
assert.throws(() => gate.assertCovers(app), /legacy/);
// only what is under the mount path
gate.assertCovers(app, { under: "/api/v1" });
// everything but what is named
gate.assertCovers(app, { except: [/^\/internal/, /^\/legacy/] });
assert.throws(() => gate.assertCovers(app, { except: [/^\/internal/] }), /legacy/);
v1.get("/forgotten", (_req, res) => res.send("open"));
assert.throws(() => gate.assertCovers(app, { under: "/api/v1" }), /forgotten/);

const base = await listen(app);
assert.equal((await call(`${base}/api/v1/jobs/7`)).status, 401);
assert.equal((await call(`${base}/api/v1/jobs/7`, { token: "ann" })).text, '{"job":"7"}');
assert.equal((await call(`${base}/api/v1/jobs`, { token: "ann" })).status, 401, "its own guard");
const cookie = { headers: { cookie: "sid=1" } };
assert.equal((await call(`${base}/api/v1/jobs`, cookie)).status, 200);
assert.equal((await call(`${base}/api/v1/account`, cookie)).status, 200);
assert.equal((await call(`${base}/legacy`)).text, "old");
// `gate.elsewhere` needs a reason
assert.throws(() => gate.elsewhere(""));
close();
