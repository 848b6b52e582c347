import type { ContractCase, Expected } from "./case.js";

type Row = readonly [id: string, path: string, what: string, token: string];

/** Segments with the value that a gate and a handler read. */
const VALUES: readonly (readonly [id: string, segment: string, value: string])[] = [
  ["at", "jane%40example.com", "jane@example.com"],
  ["plain-at", "jane@example.com", "jane@example.com"],
  ["delimiters", "a%3Ab%2Cc%7Cd%3Be", "a:b,c|d;e"],
  ["plus", "a+b", "a+b"],
  ["space", "a%20b", "a b"],
  ["letters", "%C3%A9%E6%97%A5", "\u00e9\u65e5"],
  ["lower-hex", "%c3%a9%3a", "\u00e9:"],
];

const values = VALUES.map(
  ([id, segment, value]): ContractCase => ({
    id: `value-${id}`,
    surface: "endpoint",
    title: `decodes the value of a parameter: ${segment}`,
    authorization: ["Bearer reader"],
    request: { method: "GET", path: `/v1/projects/${segment}` },
    expect: {
      reached: {
        operation: "GET /v1/projects/:projectId",
        sub: "reader",
        params: { projectId: value },
      },
    },
  }),
);

/** Segments that no gate reads as a value. Some routers do. */
const NO_VALUES: readonly Row[] = [
  ["no-value-escape", "/v1/projects/%6De", "a needless escape in a value", "reader"],
  ["no-value-twice", "/v1/projects/a%2540b", "a value that is escaped twice", "reader"],
  ["no-value-overlong", "/v1/projects/%C1%80", "an overlong escape in a value", "reader"],
  ["no-value-nfd", "/v1/projects/e%CC%81", "a value that is not in NFKC", "reader"],
  ["no-value-space", "/v1/projects/a%20", "a space at the end of a value", "reader"],
  ["no-value-star", "/v1/projects/a%2A", "an asterisk in a value", "reader"],
  ["no-value-matrix", "/v1/projects/..;x", "a dot-dot segment with a matrix parameter", "reader"],
];

/** Statuses with which a gate or a framework can refuse a path. */
const REFUSED: Expected = { refused: [400, 401, 403, 404, 405] };

/** Paths that the gate denies even with a token for the canonical spelling. */
const SPELLINGS: readonly Row[] = [
  ["case", "/ADMIN", "another case (Express routes it)", "admin"],
  ["slash-end", "/admin/", "a slash at the end (Express routes it)", "admin"],
  ["escape", "/%61dmin", "a needless escape (Fastify routes it)", "admin"],
  ["slashes", "//admin", "two slashes (a lenient Fastify routes it)", "admin"],
  ["semicolon", "/admin;x=1", "a path parameter (a lenient Fastify routes it)", "admin"],
  ["fragment", "/admin#x", "a fragment (Express and Fastify route it)", "admin"],
  ["absolute", "http://evil.example/admin", "the absolute form (both route it)", "admin"],
  ["absolute-here", "http://127.0.0.1/admin", "the absolute form of this host", "admin"],
  ["encoded-slash", "/accounts/acc-1%2f2/profile", "an encoded slash in a parameter", "owner"],
  ["encoded-letter", "/accounts/%61cc-1/profile", "an escape in a parameter", "owner"],
  ["empty-segment", "/accounts//profile", "an empty parameter (Fastify routes it)", "owner"],
  ["encoded-dots", "/accounts/%2e%2e/profile", "encoded dots as a parameter", "owner"],
  ["null-byte", "/courses/42%00", "a parameter with an encoded control character", "writer"],
  ["nested-case", "/V1/projects/p-1", "another case of the mount path", "reader"],
  ["nested-end", "/v1/projects/p-1/", "a slash at the end, in a router of its own", "reader"],
  ["nested-double", "/v1//projects/p-1", "two slashes after the mount path", "reader"],
  ["encoded-query", "/admin%3Fx", "an encoded question mark", "admin"],
  ["no-route", "/constructor", "an unknown path", "admin"],
];

/** Paths that the gate denies with a token that does not cover the operation they resemble. */
const DISGUISES: readonly Row[] = [
  ["dot-dot", "/courses/../admin", "a dot-dot segment", "reader"],
  ["dot-dot-profile", "/accounts/../profile", "a dot-dot segment as a parameter", "owner"],
  ["dot", "/./admin", "a dot segment", "reader"],
  ["backslash", "/courses\\..\\admin", "backslashes", "reader"],
  ["encoded-up", "/courses/%2e%2e%2fadmin", "an encoded dot-dot segment", "reader"],
  ["override-query", "/admin?_method=GET", "a method in the query", "reader"],
];

const refusedTo = ([id, path, what, token]: Row): ContractCase => ({
  id: `path-${id}`,
  surface: "endpoint",
  title: `refuses ${what}: ${path}`,
  authorization: [`Bearer ${token}`],
  request: { method: path.startsWith("/courses/4") ? "DELETE" : "GET", path },
  expect: REFUSED,
});

const entitled = [...SPELLINGS, ...NO_VALUES].map(
  (row): ContractCase => ({ ...refusedTo(row), isEntitled: true }),
);

/** A token without the permission, for each token of a spelling. */
const TOKEN_WITHOUT_PERMISSION = {
  admin: "reader",
  owner: "reader",
  writer: "reader",
  reader: "admin-only",
};

const unentitled = SPELLINGS.map(([id, path, what, token]) =>
  refusedTo([
    `${id}-unentitled`,
    path,
    what,
    TOKEN_WITHOUT_PERMISSION[token as keyof typeof TOKEN_WITHOUT_PERMISSION],
  ]),
);

const OVERRIDES = ["X-HTTP-Method-Override: GET", "X-HTTP-Method: GET", "X-Method-Override: GET"];

const overrides = OVERRIDES.map(
  (header): ContractCase => ({
    id: `method-${header.split(":")[0]?.toLowerCase()}`,
    surface: "endpoint",
    title: "ignores a header that names another method",
    authorization: ["Bearer reader"],
    request: {
      method: "POST",
      path: "/courses",
      headers: [header, "Content-Type: application/json"],
      body: "{}",
    },
    expect: { refused: [403] },
  }),
);

const FORWARDED = [
  "X-Forwarded-Uri: /courses",
  "X-Forwarded-Prefix: /courses",
  "X-Original-URL: /courses",
  "X-Rewrite-URL: /courses",
  "x-middleware-subrequest: middleware",
];

const forwarded = FORWARDED.map(
  (header): ContractCase => ({
    id: `field-${header.split(":")[0]?.toLowerCase()}`,
    surface: "endpoint",
    title: "ignores a header that names another path",
    authorization: ["Bearer reader"],
    request: { method: "GET", path: "/admin", headers: [header] },
    expect: { refused: [403] },
  }),
);

const unmapped: readonly ContractCase[] = ["PUT", "PATCH", "PROPFIND"].map((method) => ({
  id: `method-${method.toLowerCase()}`,
  surface: "endpoint",
  title: `refuses ${method} for a path without that method`,
  authorization: ["Bearer writer"],
  request: { method, path: "/courses" },
  expect: REFUSED,
}));

/** Cases about paths and methods that routers and gates read differently. */
export const PATH_CASES: readonly ContractCase[] = [
  ...values,
  ...entitled,
  ...unentitled,
  ...DISGUISES.map(refusedTo),
  ...overrides,
  ...forwarded,
  ...unmapped,
];
