import { createServer } from "node:http";
import type { Express } from "express";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { markGate } from "../../src/adapters/gate-marks.js";
import { expressGate } from "../../src/express.js";
import { listen } from "../contract/listen.js";
import { send } from "../contract/wire.js";
import { findingsOf, type Gate, gateOf, type Make, ok, VERSIONS } from "./kit.js";

const JOB = "GET /api/v1/jobs/:jobId";
const STATS = "GET /api/v1/jobs/stats";
const RULES = { scopes: { read: {} }, tools: { plain: "read" }, endpoints: { [JOB]: "read" } };
const createGate = () => gateOf(RULES);

type Row = readonly [title: string, mount: (app: Express, gate: Gate, make: Make) => void];

const SERVES_ANYWHERE: readonly Row[] = [
  ["a plain path", (app, gate) => app.get("/api/v1/jobs/:jobId", gate(JOB), ok)],
  [
    "a router",
    (app, gate, make) => {
      app.use("/api/v1/jobs", make.Router().get("/:jobId", gate(JOB), ok));
    },
  ],
  [
    "an application",
    (app, gate, make) => {
      const sub = make();
      sub.get("/:jobId", gate(JOB), ok);
      app.use("/api/v1/jobs", sub);
    },
  ],
  [
    "an expression that the values of the check do not meet",
    (app, gate) =>
      app.get(/^\/api\/v1\/jobs\/(?<jobId>JOB-[(\d)]{4}(?:-(x|y))?)\/?$/, gate(JOB), ok),
  ],
  [
    "an expression with flags and lookarounds",
    (app, gate) => app.get(/^\/API\/v1\/jobs\/(?!\?)(?<jobId>(?<=\/)\d+)$/giu, gate(JOB), ok),
  ],
  [
    "an expression with a class of brackets and a lookbehind in front of the value",
    (app, gate) => app.get(/^\/api\/v1[)(/]jobs(?<=s)(?<!x)\/(?<jobId>\d+)$/, gate(JOB), ok),
  ],
  ["a list", (app, gate) => app.get(["/jobs/:jobId", "/api/v1/jobs/:jobId"], gate(JOB), ok)],
  [
    "HEAD requests",
    (app, gate) => {
      app.head("/api/v1/jobs/:jobId", gate(JOB), ok);
      app.get("/api/v1/jobs/:jobId", gate(JOB), ok);
    },
  ],
  [
    "two routes with parts of the values",
    (app, gate) => {
      app.get(/^\/api\/v1\/jobs\/(?<jobId>\d+)$/, gate(JOB), ok);
      app.get(/^\/api\/v1\/jobs\/(?<jobId>[A-F]+)$/, gate(JOB), ok);
    },
  ],
];

const SERVES_IN_EXPRESS_4: readonly Row[] = [
  ["a pattern", (app, gate) => app.get("/api/v1/jobs/:jobId(\\d+)", gate(JOB), ok)],
  [
    "a pattern with groups",
    (app, gate) => app.get("/api/v1/jobs/:jobId([a-f]{2}\\d|x)", gate(JOB), ok),
  ],
  [
    "a pattern in a router",
    (app, gate, make) => {
      app.use("/api/v1", make.Router().get("/jobs/:jobId(\\d+)", gate(JOB), ok));
    },
  ],
  [
    "a pattern in a mount path",
    (app, gate, make) => {
      const job = make.Router({ mergeParams: true }).get("/", gate(JOB), ok);
      app.use("/api/v1/jobs/:jobId(\\d+)", job);
    },
  ],
];

describe.each(VERSIONS)(
  "a gate with the name of an endpoint, with Express $version",
  ({ version, make }) => {
    const check = (mount: Row[1], gate = createGate()) => {
      const app = make();
      mount(app, gate, make);
      return findingsOf(() => gate.assertCovers(app));
    };

    it.each([...SERVES_ANYWHERE, ...(version === 4 ? SERVES_IN_EXPRESS_4 : [])])(
      "serves it on a route with %s",
      (_title, mount) => {
        expect(check(mount)).toEqual([]);
      },
    );

    it.each<Row>([
      ["another method", (app, gate) => app.post("/api/v1/jobs/:jobId", gate(JOB), ok)],
      ["another path", (app, gate) => app.get("/api/v1/job/:jobId", gate(JOB), ok)],
      ["fewer segments", (app, gate) => app.get("/jobs/:jobId", gate(JOB), ok)],
      [
        "an expression of another path",
        (app, gate) => app.get(/^\/job\/(?<jobId>\d+)$/, gate(JOB), ok),
      ],
      [
        "a path below it",
        (app, gate) => app.get(/^\/api\/v1\/jobs\/(?<jobId>\d+)\/x$/, gate(JOB), ok),
      ],
    ])("does not serve it on a route with %s", (_title, mount) => {
      const codes = check(mount).map((finding) => finding.split(" ")[0]);
      expect(codes).toEqual(["unserved_endpoint", "mismatched_endpoint"]);
    });

    it.each([
      ["GET /users/{user}/jobs/{job}", /^\/users\/(?<user>\d+)\/jobs\/(?<job>\d+)$/],
      ["GET /files/{path*}", /^\/files\/(?<path>[\w/]+)$/],
    ])("serves %s on a route with an expression for several values", (name, path) => {
      const gate = gateOf({ scopes: { read: {} }, endpoints: { [name]: "read" } });
      expect(check((app) => app.get(path, gate(name), ok), gate)).toEqual([]);
    });

    it("does not serve it for every method, after a handler, or for another authorizer", () => {
      expect(check((app, gate) => app.all("/api/v1/jobs/:jobId", gate(JOB), ok))).toEqual([
        "mismatched_endpoint ALL /api/v1/jobs/:jobId",
      ]);
      expect(check((app, gate) => app.get("/api/v1/jobs/:jobId", ok, gate(JOB), ok))).toEqual([
        `unserved_endpoint ${JOB}`,
        "late_gate GET /api/v1/jobs/:jobId",
      ]);
      expect(check((app) => app.get("/api/v1/jobs/:jobId", createGate()(JOB), ok))).toEqual([
        `unserved_endpoint ${JOB}`,
        "unmapped_route GET /api/v1/jobs/:jobId",
      ]);
      expect(check((app, gate) => app.route("/api/v1/jobs/:jobId").all(gate(JOB)).get(ok))).toEqual(
        [],
      );
    });

    it("needs the parameters that decide", () => {
      const gate = gateOf({
        scopes: { "/jobs/{jobId}/read": {} },
        endpoints: { [JOB]: "/jobs/{jobId}/read" },
      });
      expect(check((app) => app.get(/^\/api\/v1\/jobs\/(\d+)$/, gate(JOB), ok), gate)).toEqual([
        "missing_param GET /^\\/api\\/v1\\/jobs\\/(\\d+)$/",
      ]);
    });

    it("hides an endpoint that comes later and has the same path", () => {
      const gate = gateOf({ ...RULES, endpoints: { [JOB]: "read", [STATS]: "read" } });
      const stats: Row[1] = (app) => app.get("/api/v1/jobs/stats", gate.endpoint(), ok);
      const job: Row[1] = (app) => app.get("/api/v1/jobs/:jobId", gate(JOB), ok);
      const numbered: Row[1] = (app) => app.get(/^\/api\/v1\/jobs\/(?<jobId>\d+)$/, gate(JOB), ok);
      const both = (first: Row[1], second: Row[1]) =>
        check((app, ...rest) => {
          first(app, ...rest);
          second(app, ...rest);
        }, gate);
      expect(both(stats, job)).toEqual([]);
      expect(both(numbered, stats)).toEqual([]);
      expect(both(job, stats)).toEqual([
        `hidden_endpoint ${STATS}`,
        "unknown_endpoint GET /api/v1/jobs/stats",
      ]);
    });

    it("is what a finding recommends for a route that `gate.endpoint` cannot read", () => {
      const gate = createGate();
      const path = version === 4 ? "/api/v1/jobs/:jobId(\\d+)" : /^\/api\/v1\/jobs\/(?<jobId>\d+)$/;
      const app = make();
      app.get(path, gate.endpoint(), ok);
      expect(() => gate.assertCovers(app)).toThrow(
        `: \`gate.endpoint()\` reads no expression, list or pattern: give the name of the endpoint to \`gate\`; did you mean \`${JOB}\`?`,
      );
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        `unserved_endpoint ${JOB}`,
        `unknown_endpoint GET ${path}`,
      ]);
    });

    it("decides on the parameters of the route", async () => {
      const policy = loadPolicy({
        name: "Jobs",
        version: "1",
        scopes: { "/jobs/{jobId}/read": {} },
        endpoints: { [JOB]: "/jobs/{jobId}/read" },
      });
      const verify = () => ({ scope: "/jobs/7/read" });
      const gate = expressGate(createAuthorizer({ policy, verify }));
      const app = make();
      app.get(/^\/api\/v1\/jobs\/(?<jobId>\d+)$/, gate(JOB), ok);
      gate.assertCovers(app);
      const running = await listen(createServer(app));
      const statusOf = async (path: string) => {
        const headers = ["Authorization: Bearer x"];
        return (await send(running.port, { method: "GET", path, headers })).status;
      };
      const statuses = [
        await statusOf("/api/v1/jobs/7"),
        await statusOf("/api/v1/jobs/8"),
        await statusOf("/api/v1/jobs/x"),
      ];
      await running.close();
      expect(statuses).toEqual([200, 403, 404]);
    });

    describe("and the options of a gate for endpoints", () => {
      const noop = (_req: unknown, _res: unknown, next: () => void) => next();
      const authorizer = createAuthorizer({
        policy: loadPolicy({
          name: "Jobs",
          version: "1",
          scopes: { read: {} },
          endpoints: { "GET /api/Jobs/{id}": "read", "GET /": "read", "GET /api": "read" },
        }),
        verify: () => undefined,
      });
      const own = expressGate(authorizer);
      const lenient = () =>
        markGate(noop, {
          kind: "endpoint",
          authorizer,
          params: [],
          hasReader: false,
          trailingSlash: "ignore",
          caseSensitive: false,
        });
      const findings = (
        settings: readonly string[],
        api: { strict?: boolean; caseSensitive?: boolean },
        jobs: { strict?: boolean; caseSensitive?: boolean },
        handler = lenient,
      ) => {
        const app = make();
        for (const setting of settings) app.enable(setting);
        app.get("/", handler(), ok);
        const outer = make.Router(api).get("/", handler(), ok);
        outer.use("/Jobs", make.Router(jobs).get("/:id", handler(), ok));
        app.use("/api", outer);
        return findingsOf(() => own.assertCovers(app));
      };

      it("accepts routers that ignore what the gate ignores", () => {
        expect(findings([], {}, {})).toEqual([]);
      });

      it("reports a slash at the end that the router of the route distinguishes", () => {
        expect(findings(["strict routing"], { strict: true }, {})).toEqual([]);
        expect(findings([], {}, { strict: true })).toEqual(["trailing_slash GET /api/Jobs/{id}"]);
      });

      it("reports letter case that a router on the way distinguishes", () => {
        expect(findings([], {}, { caseSensitive: true })).toEqual([]);
        expect(findings([], { caseSensitive: true }, {})).toEqual([
          "letter_case GET /api/Jobs/{id}",
        ]);
        expect(findings(["case sensitive routing"], {}, {})).toEqual([
          "letter_case GET /api/Jobs/{id}",
          "letter_case GET /api",
        ]);
      });

      it("accepts strict routers with a strict gate", () => {
        const strict = { strict: true, caseSensitive: true };
        const settings = ["strict routing", "case sensitive routing"];
        expect(findings(settings, strict, strict, () => own.endpoint() as never)).toEqual([]);
      });
    });
  },
);
