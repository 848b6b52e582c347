import { createServer } from "node:http";
import { createRequire } from "node:module";
import express5 from "express";
import { createAuthorizer, definePolicy, type PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { type ExpressGateOptions, expressGate } from "../../src/express.js";
import { listen } from "../contract/listen.js";
import { send } from "../contract/wire.js";
import { titled } from "../titled.js";
import { findingsOf, gateOf, ok } from "./kit.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

const policy = definePolicy({
  name: "Jobs",
  version: "1",
  scopes: { "jobs:read": {} },
  endpoints: { "GET /v1/jobs/{job}": "jobs:read", "GET /v1/jobs": "jobs:read" },
});
const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "jobs:read" }) });

const IGNORE: ExpressGateOptions = { trailingSlash: "ignore", caseSensitive: false };

const ROWS: readonly {
  readonly path: string;
  readonly options: ExpressGateOptions;
  readonly status: number;
}[] = [
  { path: "/v1/jobs/7", options: {}, status: 200 },
  { path: "/v1/jobs/7/", options: {}, status: 403 },
  { path: "/V1/jobs/7", options: {}, status: 403 },
  { path: "/v1/jobs/7", options: IGNORE, status: 200 },
  { path: "/v1/jobs/7/", options: IGNORE, status: 200 },
  { path: "/v1/jobs/", options: IGNORE, status: 200 },
  { path: "/V1/JOBS/7", options: IGNORE, status: 200 },
  { path: "/V1/JOBS/7/", options: { trailingSlash: "ignore" }, status: 403 },
  { path: "/v1/jobs/7//", options: IGNORE, status: 404 },
  { path: "/v1/job%73/7", options: IGNORE, status: 404 },
];

describe.each([
  ["Express 4", express4],
  ["Express 5", express5],
])("the spellings of paths at a gate of %s", (_version, make) => {
  const title = ({ path, options, status }: (typeof ROWS)[number]) =>
    `${path} with ${JSON.stringify(options)} is ${status}`;
  it.each(titled(ROWS, title))("%s", async (_title, { path, options, status }) => {
    const gate = expressGate(authorizer, options);
    const app = make();
    app.get("/v1/jobs", gate.endpoint(), (_req, res) => void res.json({}));
    app.get("/v1/jobs/:job", gate.endpoint(), (req, res) => void res.json(req.params));
    gate.assertCovers(app);
    const running = await listen(createServer(app));
    const headers = ["Authorization: Bearer abc"];
    const response = await send(running.port, { method: "GET", path, headers });
    await running.close();
    expect(response.status).toBe(status);
    if (status === 200 && path.includes("7")) expect(response.body).toBe('{"job":"7"}');
  });

  it("are a finding if the app distinguishes what the gate ignores", () => {
    const app = make();
    app.set("strict routing", true);
    app.set("case sensitive routing", true);
    const gate = expressGate(authorizer, IGNORE);
    app.get("/v1/jobs", gate.endpoint(), () => undefined);
    app.get("/v1/jobs/:job", gate.endpoint(), () => undefined);
    let findings: PolicyError["findings"] = [];
    try {
      gate.assertCovers(app);
    } catch (error) {
      findings = (error as PolicyError).findings;
    }
    expect(findings.length).toBeGreaterThanOrEqual(2);
  });

  it("have a finding that says why a gate has no endpoint", () => {
    const app = make();
    const gate = expressGate(authorizer);
    app.get("/v1/jobs", gate.endpoint(), () => undefined);
    app.get(/^\/v1\/jobs\/(\d+)$/, gate.endpoint(), () => undefined);
    app.get("/v1/job/:job", gate.endpoint(), () => undefined);
    let findings: PolicyError["findings"] = [];
    try {
      gate.assertCovers(app);
    } catch (error) {
      findings = (error as PolicyError).findings;
    }
    expect(findings.slice(1)).toStrictEqual([
      {
        code: "unknown_endpoint",
        path: "GET /^\\/v1\\/jobs\\/(\\d+)$/",
        message:
          "`gate.endpoint()` reads no expression, list or pattern: give the name of the endpoint to `gate`",
        suggestion: "GET /v1/jobs/{job}",
      },
      {
        code: "unknown_endpoint",
        path: "GET /v1/job/:job",
        message: "the policy has no such endpoint",
        suggestion: "GET /v1/jobs/{job}",
      },
    ]);
  });

  it("with an escaped colon are read as text", () => {
    const gate = gateOf({
      scopes: { read: {} },
      endpoints: { "GET /jobs:batch/{id}": "read", "GET /jobs:batch/all": "read" },
    });
    const app = make();
    app.get("/jobs\\:batch/:id", gate.endpoint(), ok);
    app.get("/jobs\\:batch/all", gate.endpoint(), ok);
    expect(findingsOf(() => gate.assertCovers(app))).toEqual([
      "hidden_endpoint GET /jobs:batch/all",
      "unknown_endpoint GET /jobs\\:batch/all",
    ]);
  });

  it("are options of all gates: a single one refuses them", () => {
    const gate = expressGate(authorizer);
    expect(() => gate.endpoint({ params: 1, trailingSlash: "ignore" } as never)).toThrow(
      [
        "2 findings in the options for a gate",
        "  params: expected a function",
        "  trailingSlash: unknown option",
      ].join("\n"),
    );
  });
});
