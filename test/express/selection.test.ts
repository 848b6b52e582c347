import type { Express, IRouter } from "express";
import { describe, expect, it } from "vitest";
import type { CoverOptions } from "../../src/adapters/route-selection.js";
import { findingsOf, type Gate, gateOf, type Make, ok, VERSIONS } from "./kit.js";

const createGate = () =>
  gateOf({
    scopes: { read: {} },
    tools: { plain: "read" },
    endpoints: {
      "GET /api/v1/jobs/{jobId}": "read",
      "GET /{tenant}/v1/jobs": "read",
      "GET /old/jobs": "read",
    },
  });

type Mount = (app: Express, gate: Gate, make: Make) => void;
type Row = readonly [
  title: string,
  options: CoverOptions,
  mount: Mount,
  findings: readonly string[] | Readonly<Record<number, readonly string[]>>,
];

/** An application with one router that is gated and much that is not. */
const mountAll: Mount = (app, gate, make) => {
  const api = make.Router();
  api.get("/jobs/:jobId", gate.endpoint(), ok);
  api.get("/tool", gate("plain"), ok);
  app.use("/api/v1", api);
  app.get("/old/users", ok);
  app.use("/internal", make.Router().get("/", ok).get("/health", ok));
};

const UNDER: readonly Row[] = [
  ["leaves out what is elsewhere", { under: "/api/v1" }, mountAll, []],
  ["accepts a slash at the end", { under: "/api/v1/" }, mountAll, []],
  [
    "leaves out nothing for `/`",
    { under: "/" },
    mountAll,
    [
      "unserved_endpoint GET /{tenant}/v1/jobs",
      "unserved_endpoint GET /old/jobs",
      "unmapped_route GET /old/users",
      "unmapped_route GET /internal/",
      "unmapped_route GET /internal/health",
    ],
  ],
  [
    "checks routes and endpoints below it",
    { under: "/api/v1" },
    (app, _gate, make) => {
      app.use("/api", make.Router().use("/v1", make.Router().get("/open", ok)));
      app.get("/api/v1", ok);
      app.get("/API/V1/upper", ok);
      app.get("/api", ok);
      app.get("/api/v10", ok);
      app.get("/api/v2/x", ok);
    },
    [
      "unserved_endpoint GET /api/v1/jobs/{jobId}",
      "unmapped_route GET /api/v1/open",
      "unmapped_route GET /api/v1",
      "unmapped_route GET /API/V1/upper",
    ],
  ],
  [
    "checks every route that a request below it can reach",
    { under: "/api/v1" },
    (app, gate, make) => {
      mountAll(app, gate, make);
      app.get("/:a/:b/:c", ok);
      app.get("/:a", ok);
      app.get("/:a/v2", ok);
      app.get(/^\/x/, ok);
      app.get(["/old/a", "/api/v1/b"], ok);
      app.get(["/old/a", "/old/b"], ok);
      app.use(/^\/y\d/, make.Router().get("/z", ok));
      app.use(/^\/.pi/, make.Router().get("/v1", ok));
      app.use(["/old", "/other"], make.Router().get("/z", ok));
    },
    {
      4: [
        "unmapped_route GET /:a/:b/:c",
        "unmapped_route GET /^\\/x/",
        "unmapped_route GET [/old/a, /api/v1/b]",
        "unmapped_route GET /y\\d/z",
        "unmapped_route GET /.pi/v1",
        "unmapped_route GET /old/?(?=/|$)|^/other/z",
      ],
      5: [
        "unmapped_route GET /:a/:b/:c",
        "unmapped_route GET /^\\/x/",
        "unmapped_route GET [/old/a, /api/v1/b]",
        "unmapped_route GET /^\\/y\\d//z",
        "unmapped_route GET /^\\/.pi//v1",
      ],
    },
  ],
  [
    "checks a route that serves an endpoint which is only partly below it",
    { under: "/api/v1" },
    (app, gate, make) => {
      mountAll(app, gate, make);
      app.get("/:tenant/v1/jobs", gate.endpoint(), ok);
      app.get("/:tenant/v1/users", gate.endpoint(), ok);
    },
    ["unknown_endpoint GET /:tenant/v1/users"],
  ],
  [
    "reads a dot in the path of a router",
    { under: "/v1.0" },
    (app, _gate, make) => {
      app.use("/v1.0", make.Router().get("/open", ok));
      app.use("/v110", make.Router().get("/open", ok));
      app.use("/v10", make.Router().get("/open", ok));
    },
    { 4: ["unmapped_route GET /v1\\.0/open"], 5: ["unmapped_route GET /v1.0/open"] },
  ],
  [
    "compares parameters by their place",
    { under: "/tenants/:tenantId" },
    (app) => {
      app.get("/tenants/:id/open", ok);
      app.get("/tenants/default/open", ok);
      app.get("/users/:id/open", ok);
    },
    ["unmapped_route GET /tenants/:id/open", "unmapped_route GET /tenants/default/open"],
  ],
  [
    "is a finding if no route is below it",
    { under: "/api/v2" },
    (app, gate, make) => {
      app.use(gate.public());
      mountAll(app, gate, make);
    },
    ["unused_under under"],
  ],
  [
    "checks gates and applications that are given to `use` on the way",
    { under: "/api/v1" },
    (app, gate, make) => {
      mountAll(app, gate, make);
      const unreadable = () => Object.assign(make(), { handle: ok });
      app.use("/api", gate.endpoint(), unreadable());
      app.use("/other", gate.endpoint(), unreadable());
    },
    ["misplaced_gate /api", "opaque_app /api"],
  ],
];

const EXCEPT: readonly Row[] = [
  [
    "leaves out routes and endpoints by their whole path",
    { except: [/^\/internal/, /^\/old\/(users|jobs)$/, /^\/\{tenant\}/] },
    mountAll,
    [],
  ],
  [
    "takes a text as the path above, in whole segments",
    { except: ["/internal", "/old/", "/{tenant}", "/inter"] },
    (app, gate, make) => {
      mountAll(app, gate, make);
      app.get("/oldest", ok);
    },
    ["unmapped_route GET /oldest", "unused_except except[3]"],
  ],
  [
    "does not name the method or a part of the path",
    { under: "/api", except: [/GET/, /^\/health$/] },
    mountAll,
    ["unused_except except[0]", "unused_except except[1]"],
  ],
  [
    "may name what is outside of `under`",
    { under: "/api/v1", except: [/^\/internal/] },
    mountAll,
    [],
  ],
  [
    "may name what is below `under`",
    { under: "/api/v1", except: [/^\/hidden/] },
    (app) => app.get("/api/v1/hidden/stats", ok),
    ["unserved_endpoint GET /api/v1/jobs/{jobId}"],
  ],
  [
    "keeps no state of an expression",
    { except: [/^\/internal(\/\w+)?$/g, /\/old\/\w+/y, /^\/\{tenant\}/g] },
    mountAll,
    [],
  ],
  [
    "leaves out a list only if it names every path",
    { under: "/x", except: [/^\/x\/a/] },
    (app) => {
      app.get(["/x/a", "/x/a/b"], ok);
      app.get(["/x/a", "/x/b"], ok);
    },
    ["unmapped_route GET [/x/a, /x/b]"],
  ],
  [
    "leaves out parameters and patterns as written",
    { under: "/x", except: [/^\/x\/:id/] },
    (app) => {
      app.get("/x/:id", ok);
      app.get("/x/:id/y", ok);
      app.get("/x/:other", ok);
    },
    ["unmapped_route GET /x/:other"],
  ],
  [
    "never leaves out a path that is unknown",
    { under: "/internal", except: [/internal/] },
    (app, _gate, make) => {
      app.get("/internal/x", ok);
      app.get(/^\/internal/, ok);
      app.use(/^\/(internal|public)/, make.Router().get("/x", ok));
    },
    {
      4: ["unmapped_route GET /^\\/internal/", "unmapped_route GET /(internal|public)/x"],
      5: ["unmapped_route GET /^\\/internal/", "unmapped_route GET /^\\/(internal|public)//x"],
    },
  ],
  [
    "leaves out an application only with everything below its path",
    { under: "/i", except: [/^\/i\/a/, /^\/i\/b$/, "/i/c"] },
    (app, _gate, make) => {
      for (const path of ["/i/a", "/i/b", "/i/c"]) {
        app.use(path, Object.assign(make(), { handle: ok }));
      }
    },
    ["opaque_app /i/b", "unused_under under", "unused_except except[1]"],
  ],
];

const run = (make: Make, version: number, [, options, mount, findings]: Row) => {
  const app = make();
  const gate = createGate();
  mount(app, gate, make);
  const expected = Array.isArray(findings)
    ? findings
    : (findings as Readonly<Record<number, readonly string[]>>)[version];
  // twice: no expression has a position that changes
  expect(findingsOf(() => gate.assertCovers(app, options))).toEqual(expected);
  expect(findingsOf(() => gate.assertCovers(app, options))).toEqual(expected);
};

describe.each(VERSIONS)("assertCovers with Express $version", ({ version, make }) => {
  it.each(UNDER)("`under` %s", (...row) => run(make, version, row));
  it.each(EXCEPT)("`except` %s", (...row) => run(make, version, row));

  it("leaves out no route with an optional part, and takes a pattern and a wildcard at the end as written", () => {
    const [optional, wildcard] =
      version === 4
        ? ["/x/internal/:id?", "/x/internal/*"]
        : ["/x/internal{/:id}", "/x/internal/*rest"];
    const app = make();
    app.get(optional, ok);
    app.get(wildcard, ok);
    // only Express 4 has patterns of parameters
    if (version === 4) app.get("/x/internal/:id(\\d+)", ok);
    const gate = createGate();
    const options = { under: "/x", except: [/^\/x\/internal/] };
    expect(findingsOf(() => gate.assertCovers(app, options))).toEqual([
      `unmapped_route GET ${optional}`,
    ]);
  });

  describe("takes `under` as the mount path", () => {
    const gate = gateOf({
      scopes: { read: {} },
      endpoints: {
        "GET /api/v1/jobs/{jobId}": "read",
        "POST /tenants/{tenantId}/jobs": "read",
        "GET /elsewhere": "read",
      },
    });
    const jobs = (router: IRouter) => router.get("/jobs/:jobId", gate.endpoint(), ok);

    it("of a router", () => {
      const router = make.Router();
      jobs(router);
      expect(findingsOf(() => gate.assertCovers(router, { under: "/api/v1" }))).toEqual([]);
      router.get("/open", ok);
      expect(findingsOf(() => gate.assertCovers(router, { under: "/api/v1" }))).toEqual([
        "unmapped_route GET /api/v1/open",
      ]);
      const options = { under: "/api/v1", except: [/^\/api\/v1\/open/] };
      expect(findingsOf(() => gate.assertCovers(router, options))).toEqual([]);
      expect(findingsOf(() => gate.assertCovers(router, { under: "/api" }))).toEqual([
        "unserved_endpoint GET /api/v1/jobs/{jobId}",
        "unknown_endpoint GET /api/jobs/:jobId",
        "unmapped_route GET /api/open",
      ]);
    });

    it("of a router whose mount path has a parameter", () => {
      const router = make.Router({ mergeParams: true });
      router.post("/jobs", gate.endpoint(), ok);
      const at = (under: string) => findingsOf(() => gate.assertCovers(router, { under }));
      expect(at("/tenants/:id")).toEqual([]);
      expect(at("/tenants/acme")).toEqual(["unknown_endpoint POST /tenants/acme/jobs"]);
    });

    it("of an application that is mounted, and no other", () => {
      const sub = make();
      jobs(sub);
      sub.get("/open", ok);
      const at = () => findingsOf(() => gate.assertCovers(sub, { under: "/api/v1" }));
      expect(at()).toEqual(["unserved_endpoint GET /api/v1/jobs/{jobId}", "unused_under under"]);
      make().use("/api/v1", sub);
      expect(at()).toEqual(["unmapped_route GET /api/v1/open"]);
    });
  });

  it("rejects invalid options, all at once and with a suggestion", () => {
    const gate = createGate();
    const check = (options: unknown) => () => gate.assertCovers(make(), options as CoverOptions);
    for (const under of ["", "api", "/api*", "/api/{id}", "/a//b", "/a?b", 1, null]) {
      expect(findingsOf(check({ under }))).toEqual(["option under"]);
    }
    for (const except of [
      "/internal",
      ["internal"],
      [1],
      [/a/, ""],
      /a/,
      ["/"],
      [/(?:)/],
      [/.*/],
    ]) {
      expect(findingsOf(check({ except }))).toEqual(["option except"]);
    }
    expect(findingsOf(check({ under: undefined }))).toEqual(["undefined_value under"]);
    expect(check({ under: "x", excepts: [] })).toThrow(
      [
        "2 findings in the options for `assertCovers`",
        "  under: expected a path such as `/api/v1`, without patterns",
        "  excepts: unknown option; did you mean `except`?",
      ].join("\n"),
    );
  });
});

it("`except` and `under` leave out no route of a router that does not expose its path, as those of router 2.0 to 2.2", () => {
  const { make } = VERSIONS[1] as { make: Make };
  const gate = createGate();
  const app = make();
  app.use("/internal", make.Router().get("/health", ok));
  const { stack } = app.router as unknown as { stack: Record<string, unknown>[] };
  for (const layer of stack) delete layer["rawPath"];
  const options = { under: "/x", except: ["/internal"] };
  expect(findingsOf(() => gate.assertCovers(app, options))).toEqual([
    "unmapped_route GET /…/health",
    "unused_except except[0]",
  ]);
});
