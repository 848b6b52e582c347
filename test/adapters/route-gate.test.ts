import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it, vi } from "vitest";
import { markOf } from "../../src/adapters/gate-marks.js";
import type { CoverOptions } from "../../src/adapters/route-selection.js";
import {
  handle,
  type PlainGate,
  type PlainRequest,
  plainGate,
  routeOf,
} from "./plain-framework.js";

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "/accounts/{accountID}/read": {} },
  tools: {
    get_settings: "school:read",
    account: "/accounts/{accountID}/read",
    search: { public: true },
    purge: { deny: "Nothing is purged." },
  },
  endpoints: {
    "GET /v1/projects/{project}": "school:read",
    "GET /v1/accounts/{accountID}": "/accounts/{accountID}/read",
  },
});
const authorizer = createAuthorizer({
  policy,
  resource: "https://api.example.com/",
  verify: (rawToken) =>
    rawToken === "ann" ? { sub: "ann", scope: "school:read /accounts/7/read" } : undefined,
  onRejected: () => undefined,
});
const METADATA = "/.well-known/oauth-protected-resource";

type Options = Parameters<typeof plainGate>[1];

/** Creates a gate without its lines on the console: it only reports, or it warns about metadata. */
function createGate(options?: Options): PlainGate {
  const log = vi.spyOn(console, "error").mockReturnValue(undefined);
  try {
    return plainGate(authorizer, options);
  } finally {
    log.mockRestore();
  }
}

const messageOf = (run: () => unknown): string => {
  try {
    run();
    return "no error";
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

/** Creates a request of Ann, or of a caller without a token. */
const asked = (target: string, rest: Partial<PlainRequest> = {}): PlainRequest => ({
  target,
  token: "ann",
  ...rest,
});

const NO_GATE =
  "ERR_COVERAGE: the request has passed no gate of this authorizer: put one before the handler";
const NO_TOKEN =
  "ERR_COVERAGE: the operation is public and was called without a token: use `optionalToken`";
const NOT_ALLOWED =
  "ERR_COVERAGE: the gate only reports, and would have refused the request: use `optionalToken`";

describe("a gate", () => {
  it("lets an allowed request continue, and gives its handler token and decision", async () => {
    const gate = createGate();
    const request = asked("/settings");
    const admission = await gate("get_settings")(request);
    expect(admission).toEqual({ refusal: undefined, answered: undefined, enforced: true });
    expect(gate.token(request).sub).toBe("ann");
    expect(gate.optionalToken(request)?.sub).toBe("ann");
    expect(gate.decision(request)).toMatchObject({ allowed: true, scopes: ["school:read"] });
    expect(gate.report()).toEqual({});
  });

  it("refuses a request, and gives its handler nothing", async () => {
    const gate = createGate();
    const request: PlainRequest = { target: "/settings" };
    const { refusal, enforced } = await gate("get_settings")(request);
    expect([refusal?.status, enforced]).toEqual([401, true]);
    for (const member of ["token", "optionalToken", "decision"] as const)
      expect(messageOf(() => gate[member](request))).toBe(NO_GATE);
  });

  it("gives the handler of a public operation the token, if there is one", async () => {
    const gate = createGate();
    const [anonymous, ann]: PlainRequest[] = [{ target: "/search" }, asked("/search")];
    for (const request of [anonymous, ann] as const)
      expect(await gate("search")(request as PlainRequest)).toMatchObject({ refusal: undefined });
    expect(messageOf(() => gate.token(anonymous as PlainRequest))).toBe(NO_TOKEN);
    expect(gate.optionalToken(anonymous as PlainRequest)).toBeUndefined();
    expect(gate.decision(anonymous as PlainRequest).allowed).toBe(true);
    expect(gate.optionalToken(ann as PlainRequest)?.sub).toBe("ann");
  });

  it("finds an endpoint by the template of the route, with the values of the route", async () => {
    const gate = createGate();
    const request = (id: string) =>
      asked(`/v1/accounts/${id}`, { template: "/v1/accounts/:id", values: { id } });
    expect((await gate.endpoint()(request("7"))).refusal).toBeUndefined();
    expect((await gate.endpoint()(request("8"))).refusal?.body).toMatchObject({
      error: "binding_mismatch",
    });
    expect((await gate.endpoint()(asked("/v1/other"))).refusal?.body).toMatchObject({
      error: "unknown_operation",
    });
  });

  it("with `dangerouslyReportOnly` refuses only what the policy denies, and counts", async () => {
    const gate = createGate({ dangerouslyReportOnly: true });
    const request: PlainRequest = { target: "/settings" };
    const admission = await gate("get_settings")(request);
    expect(admission).toEqual({ refusal: undefined, answered: undefined, enforced: false });
    expect((await gate("purge")(asked("/purge"))).refusal?.status).toBe(403);
    await gate.endpoint()(asked("/nowhere"));
    expect(messageOf(() => gate.token(request))).toBe(NOT_ALLOWED);
    expect(messageOf(() => gate.decision(request))).toBe(NOT_ALLOWED);
    expect(gate.optionalToken(request)).toBeUndefined();
    expect(gate.report()).toEqual({
      get_settings: { unauthenticated: 1 },
      purge: { denied: 1 },
      unknown: { unknown_operation: 1 },
    });
  });

  it.each<[what: string, mark: (gate: PlainGate) => ReturnType<PlainGate["public"]>]>([
    ["public", (gate) => gate.public()],
    ["elsewhere", (gate) => gate.elsewhere("the session")],
  ])("decides nothing at a mark: %s", async (kind, mark) => {
    const gate = createGate();
    const [handler, request] = [mark(gate), asked("/open")];
    const admission = await handler(request);
    expect(admission).toEqual({ refusal: undefined, answered: undefined, enforced: false });
    expect(messageOf(() => gate.token(request))).toBe(NO_GATE);
    expect(markOf(handler)).toEqual({ kind, authorizer, params: [], hasReader: false });
  });

  it.each([undefined, null, "", " \n", 1, {}])("needs a reason for `elsewhere`: %j", (reason) => {
    expect(messageOf(() => createGate().elsewhere(reason as string))).toBe(
      "ERR_OPTIONS_INVALID: expected what protects the route, as a text",
    );
  });

  it("serves the metadata of the resource, and nothing else", () => {
    const serve = createGate().metadata();
    expect(serve("GET", METADATA)?.status).toBe(200);
    expect(serve("GET", "/v1/projects/7")).toBeUndefined();
  });
});

describe("the options of a gate", () => {
  it.each<Options>([
    {},
    { trailingSlash: "refuse", caseSensitive: true, dangerouslyReportOnly: false },
    { trailingSlash: "ignore", caseSensitive: false, dangerouslyReportOnly: true },
    { requestId: () => "r-1", authenticate: () => undefined },
  ])("can be %o", (options) => {
    expect(() => createGate(options)).not.toThrow();
  });

  it("are checked, all at once", () => {
    const invalid = {
      trailingSlash: "",
      caseSensitive: "no",
      dangerouslyReportOnly: 1,
      requestId: "r-1",
      authenticate: {},
      unknown: 1,
    };
    expect(messageOf(() => createGate(invalid as unknown as Options))).toBe(
      [
        "ERR_OPTIONS_INVALID: 6 findings in the options for `plainGate`",
        "  requestId: expected a function",
        "  authenticate: expected a function",
        "  dangerouslyReportOnly: expected one of `true`, `false`",
        "  trailingSlash: expected one of `refuse`, `ignore`",
        "  caseSensitive: expected one of `true`, `false`",
        "  unknown: unknown option",
      ].join("\n"),
    );
  });
});

type Routes = (gate: PlainGate) => ReturnType<typeof routeOf>[];
type Row = readonly [what: string, routes: Routes, findings: readonly string[]];

const project = (gate: PlainGate) =>
  routeOf("GET /v1/projects/:id", [gate("GET /v1/projects/{project}"), handle]);
const account = (gate: PlainGate) =>
  routeOf("GET /v1/accounts/:accountID", [gate.endpoint(), handle]);
/** The routes that the endpoints need. */
const SERVED: Routes = (gate) => [project(gate), account(gate)];

const readAccount = { params: () => ({ accountID: "7" }) };

describe("the coverage check", () => {
  const check = (gate: PlainGate, given: object, options?: CoverOptions) => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    try {
      gate.assertCovers({ isMount: false, distinguishes: [], ...given }, options);
      return [];
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      return error.findings;
    } finally {
      log.mockRestore();
    }
  };
  const findingsOf = (...args: Parameters<typeof check>) =>
    check(...args).map(({ code, path }) => `${code} ${path}`);

  const ROWS: readonly Row[] = [
    ["gates by name and by endpoint", SERVED, []],
    [
      "a pattern of a parameter at a gate by name",
      (gate) => [
        routeOf("GET /v1/projects/:id([a-z]+)", [gate("GET /v1/projects/{project}"), handle]),
        account(gate),
      ],
      [],
    ],
    [
      "a gate by the name of an endpoint on a route of another method",
      (gate) => [
        ...SERVED(gate),
        routeOf("POST /v1/projects/:id", [gate("GET /v1/projects/{project}"), handle]),
      ],
      ["mismatched_endpoint POST /v1/projects/:id"],
    ],
    [
      "a route for all methods",
      (gate) => [project(gate), routeOf("ALL /v1/accounts/:id", [gate.endpoint(), handle])],
      [],
    ],
    [
      "no route",
      () => [],
      [
        "unserved_endpoint GET /v1/projects/{project}",
        "unserved_endpoint GET /v1/accounts/{accountID}",
      ],
    ],
    [
      "routes without a gate, or with a late one",
      (gate) => [
        ...SERVED(gate),
        routeOf("GET /open", [handle]),
        routeOf("GET /late", [handle, gate("search")]),
        routeOf("GET /marked", [gate.public(), handle]),
      ],
      ["unmapped_route GET /open", "late_gate GET /late"],
    ],
    [
      "a parameter that is not in the path at the gate",
      (gate) => [
        ...SERVED(gate),
        routeOf("GET /a/:id", [gate("account"), handle]),
        routeOf("GET /b/:accountID", [gate("account"), handle]),
        routeOf("GET /c/*accountID", [gate("account"), handle]),
        routeOf("GET /d\\:accountID", [gate("account"), handle]),
        routeOf("GET /e", [gate("account", readAccount), handle]),
      ],
      ["missing_param GET /a/:id", "missing_param GET /d\\:accountID"],
    ],
    [
      "a parameter that the path has again below a gate",
      (gate) => [
        ...SERVED(gate),
        routeOf("GET /x/:accountID", [handle], [["/:accountID", gate("account")]]),
        routeOf("GET /:accountID/x", [handle], [["/:accountID", gate("account")]]),
        routeOf("GET /:accountID/:id", [handle], [["/:accountID/:id", gate("account")]]),
        routeOf("GET /x/:y", [handle], [["/:y/:accountID", gate("account")]]),
        routeOf("GET /z/:y", [handle], [["/:y", gate("account", readAccount)]]),
        routeOf("GET /s/:s", [handle], [["/:s", gate("search")]]),
      ],
      ["shadowed_param GET /x/:accountID", "shadowed_param GET /z/:y"],
    ],
    [
      "gates for endpoints that are given to `use`, or that the policy does not have",
      (gate) => [
        ...SERVED(gate),
        routeOf("GET /used/x", [handle], [["/used", gate.endpoint()]]),
        routeOf("GET /other", [gate.endpoint(), handle]),
      ],
      ["misplaced_gate GET /used/x", "unknown_endpoint GET /other"],
    ],
  ];
  it.each(ROWS)("finds what is wrong with %s", (_what, routes, findings) => {
    const gate = createGate();
    expect(findingsOf(gate, { routes: routes(gate) })).toEqual(findings);
  });

  it("has a suggestion for an unknown endpoint only if one is near", () => {
    const gate = createGate();
    const routes = [
      ...SERVED(gate),
      routeOf("GET /v1/project/:project", [gate.endpoint(), handle]),
      routeOf("GET /something/else", [gate.endpoint(), handle]),
    ];
    const message = "the policy has no such endpoint";
    expect(check(gate, { routes })).toStrictEqual([
      {
        code: "unknown_endpoint",
        path: "GET /v1/project/:project",
        message,
        suggestion: "GET /v1/projects/{project}",
      },
      { code: "unknown_endpoint", path: "GET /something/else", message },
    ]);
  });

  it("counts a mark of another authorizer on the route, and not in `use`", () => {
    const gate = createGate();
    const other = createAuthorizer({ policy, verify: () => undefined });
    const mark = plainGate(other).public();
    const routes = [
      ...SERVED(gate),
      routeOf("GET /own", [mark, handle]),
      routeOf("GET /used", [handle], [["/", mark]]),
      routeOf("GET /ours", [handle], [["/", gate.public()]]),
      routeOf("GET /theirs", [plainGate(other).endpoint(), handle]),
    ];
    expect(findingsOf(gate, { routes })).toEqual([
      "unmapped_route GET /used",
      "unmapped_route GET /theirs",
    ]);
  });

  it("reports options that the router contradicts: by application, and by route", () => {
    const gate = createGate({ trailingSlash: "ignore", caseSensitive: false });
    const strict = ["trailing_slash", "letter_case"] as const;
    const route = routeOf("GET /v1/accounts/:id", [gate.endpoint(), handle], [], strict);
    const ofRoute = ["trailing_slash", "letter_case"].map((code) => `${code} GET /v1/accounts/:id`);
    expect(findingsOf(gate, { routes: [project(gate), route] })).toEqual(ofRoute);
    expect(findingsOf(gate, { routes: SERVED(gate), distinguishes: strict })).toEqual([
      "trailing_slash trailingSlash",
      "letter_case caseSensitive",
    ]);
    expect(findingsOf(gate, { routes: SERVED(gate), distinguishes: ["letter_case"] })).toEqual([
      "letter_case caseSensitive",
    ]);
    const exact = createGate();
    expect(findingsOf(exact, { routes: SERVED(exact), distinguishes: strict })).toEqual([]);
  });

  it("takes `under` for the place of a mounted router, whose routes and gates are below it", () => {
    const gate = createGate();
    const routes = [
      routeOf("GET /projects/:id", [gate("GET /v1/projects/{project}"), handle]),
      routeOf("GET /accounts/:id", [gate.endpoint(), handle]),
      routeOf("GET /", [handle]),
      routeOf("GET /x/:accountID", [handle], [["/:accountID", gate("account")]]),
      routeOf("GET /:accountID/x", [handle], [["/:accountID", gate("account")]]),
    ];
    const app = { routes, isMount: true };
    expect(findingsOf(gate, app, { under: "/v1" })).toEqual([
      "unmapped_route GET /v1",
      "shadowed_param GET /v1/x/:accountID",
    ]);
    const isMount = (under: string) => under === "/v1";
    expect(findingsOf(gate, { routes, isMount }, { under: "/v1" })).toHaveLength(2);
    const whole = { routes: SERVED(gate), isMount };
    expect(findingsOf(gate, whole, { under: "/v1/projects" })).toEqual([]);
  });

  it("expects the endpoints below `under`, and those that `except` does not name", () => {
    const gate = createGate();
    const unserved = [
      "unserved_endpoint GET /v1/projects/{project}",
      "unserved_endpoint GET /v1/accounts/{accountID}",
    ];
    const open = { routes: [routeOf("GET /v1/open", [gate.public(), handle])] };
    expect(findingsOf(gate, open, { under: "/v1" })).toEqual(unserved);
    expect(findingsOf(gate, open, { except: [/^\/v1\/projects/] })).toEqual(unserved.slice(1));
    const below = { under: "/v1", except: [/^\/projects\/\{project\}$/] };
    expect(findingsOf(gate, open, below)).toEqual(unserved.slice(1));
    expect(findingsOf(gate, open, { under: "/v2" })).toEqual(["unused_under under"]);
  });

  it.each(["v1", "x/v1", "/v1*/", "v1/", "/a//b", "//", ""])("rejects %j as `under`", (under) => {
    expect(messageOf(() => createGate().assertCovers({ routes: [] }, { under }))).toBe(
      "ERR_OPTIONS_INVALID: 1 finding in the options for `assertCovers`\n" +
        "  under: expected a path such as `/api/v1`, without patterns",
    );
  });

  it("warns that no route serves the metadata of the resource", () => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    const warned = (isServed: boolean) => {
      const resource = "https://api.example.com/";
      const gate = plainGate(createAuthorizer({ policy, resource, verify: () => undefined }));
      const document = isServed ? [routeOf(`GET ${METADATA}`, [gate.public(), handle])] : [];
      gate.assertCovers({
        ...{ routes: [...SERVED(gate), ...document], isMount: false, distinguishes: [] },
      });
      return log.mock.calls.splice(0).map(([line]) => String(line));
    };
    try {
      expect(warned(true)).toEqual([]);
      expect(warned(false)).toEqual([expect.stringContaining(` at ${METADATA}, where `)]);
    } finally {
      log.mockRestore();
    }
  });

  it("refuses a value that is not an application", () => {
    expect(messageOf(() => createGate().assertCovers({}))).toBe(
      "ERR_OPTIONS_INVALID: expected an application or a router of the framework",
    );
  });
});
