// Hostile requests to routes with cases, boundaries, entitlements, catch-alls and custom verbs. Whatever reaches a handler has to
// meet the policy by the values that the handler itself reads.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import express5 from "express";
import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { afterAll, describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { listen } from "../contract/listen.js";
import type { Running } from "../contract/subject.js";
import { send } from "../contract/wire.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;

const policy = loadPolicy({
  name: "Hosting",
  version: "1",
  entitlements: ["fleet", "constructor"],
  boundaries: { project: { claim: "projects" }, constructor: { claim: "constructor" } },
  scopes: {
    "db:read": {},
    "db:write": { implies: ["db:read"] },
    "files:/{path}": { match: "path-prefix" },
    "jobs:read": {},
    "jobs:write": {},
  },
  endpoints: {
    "POST /query": {
      cases: [{ when: { mode: "explain" }, scope: "db:read" }],
      otherwise: "db:write",
    },
    "POST /typed": {
      cases: [{ when: { constructor: "explain" }, scope: "db:read" }],
      otherwise: "db:write",
    },
    "GET /projects/{projectId}": { scope: "db:read", within: { project: "projectId" } },
    "GET /search": { scope: "db:read", within: { project: "projectId" } },
    "GET /odd/{id}": { scope: "db:read", within: { constructor: "id" } },
    "GET /map": { scope: "db:read", entitlement: "constructor" },
    "GET /files/{path*}": { scope: "files:/{path}" },
    "GET /files/trash/{path*}": { deny: "The trash is closed." },
    "POST /jobs/{job}:cancel": "jobs:write",
    "POST /jobs/{job}": "jobs:read",
  },
});

const READ = { scope: "db:read files:/home jobs:read" };
const TOKENS: Readonly<Record<string, AccessToken>> = {
  reader: READ,
  member: { ...READ, boundaries: { project: ["p1", "7"] } },
  odd: JSON.parse(
    '{"scope":"db:read","boundaries":{"constructor":["a"]},"entitlements":["__proto__","fleet"]}',
  ) as AccessToken,
  inherited: JSON.parse(
    '{"scope":"db:read","__proto__":{"boundaries":{"project":["p1"]},"entitlements":["constructor"]}}',
  ) as AccessToken,
};

/** What a handler reads of the request that reached it. */
interface Seen {
  readonly route: string;
  readonly params: Readonly<Record<string, string | string[]>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly path: string;
}

const isIn = (list: readonly string[] | undefined, value: unknown) =>
  typeof value === "string" && list?.includes(value) === true;
const own = (object: object, name: string): unknown =>
  Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;

/** For each route: whether a token may do what the handler would do with the values that it reads. No token has `db:write`. */
const MAY: Readonly<Record<string, (token: AccessToken, seen: Seen) => boolean>> = {
  query: (_, { query }) => own(query, "mode") === "explain",
  typed: (_, { query }) => own(query, "constructor") === "explain",
  project: ({ boundaries }, { params }) => isIn(boundaries?.["project"], params["projectId"]),
  search: ({ boundaries }, { query }) => isIn(boundaries?.["project"], own(query, "projectId")),
  odd: (token, { params }) =>
    isIn(own(token.boundaries ?? {}, "constructor") as string[], params["id"]),
  map: () => false,
  files: (_, { params }) => /^home(\/|$)/.test([params["path"] ?? params[0]].flat().join("/")),
  cancel: () => false,
  job: ({ scope }, { params }) =>
    scope.includes("jobs:read") && !/:cancel$/i.test(String(params["job"])),
};

async function start(make: typeof express5): Promise<Running> {
  const authorizer = createAuthorizer({
    policy,
    verify: (name) => TOKENS[name],
    trustClaims: ["entitlements"],
    onRejected: () => undefined,
  });
  const gate = expressGate(authorizer);
  const app = make();
  const reach =
    (route: string) =>
    (req: express5.Request, res: express5.Response): void => {
      const { params, query, path } = req;
      const seen = { route, params, query, path } satisfies Seen;
      // a header, since HEAD has no body
      res.set("X-Seen", encodeURIComponent(JSON.stringify(seen))).end();
    };
  const star = make === express4 ? "*" : "*path";
  const query = { params: (req: express5.Request) => ({ ...req.query }) };
  app.post("/query", gate.endpoint(query), reach("query"));
  app.post("/typed", gate.endpoint(query), reach("typed"));
  app.get("/projects/:projectId", gate.endpoint(), reach("project"));
  app.get("/search", gate.endpoint(query), reach("search"));
  app.get("/odd/:id", gate.endpoint(), reach("odd"));
  app.get("/map", gate.endpoint(), reach("map"));
  app.get(`/files/trash/${star}`, gate.endpoint(), reach("trash"));
  app.get(`/files/${star}`, gate.endpoint(), reach("files"));
  app.post("/jobs/:job\\:cancel", gate.endpoint(), reach("cancel"));
  app.post("/jobs/:job", gate.endpoint(), reach("job"));
  gate.assertCovers(app);
  return listen(createServer(app));
}

const spread = (name: string, good: string, bad: string): readonly string[] => [
  `${name}=${good}`,
  `${name}=${bad}`,
  `${name}=${good}&${name}=${bad}`,
  `${name}=${bad}&${name}=${good}`,
  `${name}=${good}&${name}=${good}`,
  `${name}[]=${good}`,
  `${name}[0]=${good}&${name}[1]=${bad}`,
  `${name}[${name}]=${good}`,
  `${name}[__proto__]=${good}`,
  `__proto__[${name}]=${good}`,
  `constructor[prototype][${name}]=${good}`,
  `${name.toUpperCase()}=${good}`,
  `%${name.charCodeAt(0).toString(16)}${name.slice(1)}=${good}`,
  `${name}=${good}%00`,
  `${name}=${good}%20`,
  `${name}=+${good}`,
  `${name}=${good};${name}=${bad}`,
  `${name}`,
  `${name}=`,
  "",
];
const ENCODED = [
  "%2F",
  "%2f",
  "%5C",
  "\\",
  ";",
  "%3B",
  "//",
  "/./",
  "/../",
  "/%2e%2e/",
  "%252F",
  "%00",
  "/.%2e/",
];
const SEGMENTS = [
  "p1",
  "P1",
  "p1%20",
  "%70%31",
  "p1;x",
  "p1%3Bx",
  "7",
  "07",
  "7.0",
  "p1,p2",
  "__proto__",
  "constructor",
  "..",
  "%2e%2e",
  "p1%2F..",
  "p1%00",
  "p%EF%BC%91",
  "a",
  "toString",
];
const VERBS = [
  "a:cancel",
  "a%3Acancel",
  "a%3acancel",
  "a::cancel",
  "a:cancel:cancel",
  "a:CANCEL",
  "a:cancel%20",
  "a:cancel;x",
  "a%2F:cancel",
  ":cancel",
  "a:cance%6C",
  "a:cancel/",
  "a%253Acancel",
  "a:cancel%00",
  "a",
  "a:stop",
  "__proto__",
];

const TARGETS: readonly (readonly [method: string, path: string])[] = [
  ...spread("mode", "explain", "run").map((text) => ["POST", `/query?${text}`] as const),
  ...spread("constructor", "explain", "run").map((text) => ["POST", `/typed?${text}`] as const),
  ...spread("projectId", "p1", "p2").map((text) => ["GET", `/search?${text}`] as const),
  ...SEGMENTS.flatMap((text) => [
    ["GET", `/projects/${text}`] as const,
    ["GET", `/odd/${text}`] as const,
    ["HEAD", `/projects/${text}`] as const,
    ["OPTIONS", `/projects/${text}`] as const,
  ]),
  ...ENCODED.flatMap((text) => [
    ["GET", `/files/home${text}a`] as const,
    ["GET", `/files/home${text}..${text}etc`] as const,
    ["GET", `/files${text}trash/a`] as const,
    ["GET", `/files/trash${text}a`] as const,
    ["GET", `/files/home${text}../trash/a`] as const,
  ]),
  ...[
    "home",
    "home/a/b",
    "home2",
    "HOME/a",
    "home/",
    "trash",
    "Trash/a",
    "tr%61sh/a",
    "%74rash/a",
    "x/../home/a",
  ].map((text) => ["GET", `/files/${text}`] as const),
  ...VERBS.map((text) => ["POST", `/jobs/${text}`] as const),
  ["GET", "/map"],
  ["GET", "/map?entitlements=constructor"],
  ["HEAD", "/map"],
  ["HEAD", "/files/home/a"],
  ["OPTIONS", "/files/home/a"],
];

const OPENED = ["files", "job", "odd", "project", "query", "search", "typed"];

describe.each([
  ["Express 4", express4],
  ["Express 5", express5],
])("the gate of %s", (_name, make) => {
  let running: Promise<Running> | undefined;
  afterAll(async () => (await running)?.close());

  const ask = async (method: string, path: string, headers: readonly string[]) => {
    running ??= start(make);
    const { port } = await running;
    const body = method === "POST" ? { body: "" } : {};
    return send(port, { method, path, headers, ...body });
  };

  it("lets a request reach a handler only if the policy allows what the handler reads", async () => {
    const reached = new Map<string, number>();
    for (const [method, path] of TARGETS) {
      for (const [name, token] of Object.entries(TOKENS)) {
        const { headers } = await ask(method, path, [`Authorization: Bearer ${name}`]);
        const [text] = headers.get("x-seen") ?? [];
        if (text === undefined) continue;
        const seen = JSON.parse(decodeURIComponent(text)) as Seen;
        const title = `${method} ${path} as ${name}: ${JSON.stringify(seen)}`;
        expect(MAY[seen.route]?.(token, seen), title).toBe(true);
        reached.set(seen.route, (reached.get(seen.route) ?? 0) + 1);
      }
    }
    // each route that some token opens is reached, so that the comparison above is not empty
    expect([...reached.keys()].sort()).toEqual(OPENED);
  });
});
