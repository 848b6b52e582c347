import type { CallbackName } from "../../src/resource-server/token-verifier.js";
import type { CaseRequest, ContractCase, Expected } from "./case.js";
import { METADATA_URL, noCredentials } from "./cases-decisions.js";
import { BAD_TIME_TOKENS } from "./world.js";

const INVALID_REQUEST: Expected = {
  status: 400,
  code: "invalid_request",
  challenge: {
    error: "invalid_request",
    resource_metadata: METADATA_URL,
    error_description: "Expected one bearer token",
  },
};

const INVALID_TOKEN: Expected = {
  status: 401,
  code: "invalid_token",
  challenge: {
    error: "invalid_token",
    resource_metadata: METADATA_URL,
    error_description: "The access token is not valid here",
  },
};

const OUTAGE: Expected = {
  status: 503,
  code: "temporarily_unavailable",
  challenge: null,
  retryAfter: "7",
};

/** The same call on both surfaces. */
const CALLS = {
  tool: {
    call: { tool: "list_courses" } satisfies CaseRequest,
    operation: "list_courses",
    anonymous: noCredentials("courses:read mcp:tools"),
  },
  endpoint: {
    call: { method: "GET", path: "/courses" } satisfies CaseRequest,
    operation: "GET /courses",
    anonymous: noCredentials("courses:read"),
  },
} as const;

type Row = readonly [
  id: string,
  title: string,
  authorization: readonly string[],
  expect: Expected | "reader" | "anonymous",
];

const ROWS: readonly Row[] = [
  ["scheme-case", "accepts the scheme in any letter case", ["bEaReR reader"], "reader"],
  ["scheme-spaces", "accepts several spaces after the scheme", ["Bearer   reader"], "reader"],
  ["scheme-other", "ignores another scheme", ["Basic cmVhZGVyOg=="], "anonymous"],
  ["scheme-none", "ignores a token without a scheme", ["reader"], "anonymous"],
  ["empty-token", "rejects a scheme without a token", ["Bearer"], INVALID_REQUEST],
  ["two-words", "rejects two words after the scheme", ["Bearer reader writer"], INVALID_REQUEST],
  [
    "comma",
    "rejects two credentials in one header",
    ["Bearer nothing, Bearer reader"],
    INVALID_REQUEST,
  ],
  ["quotes", "rejects a token in quotes", ['Bearer "reader"'], INVALID_REQUEST],
  ["two-fields", "rejects two headers", ["Bearer nothing", "Bearer reader"], INVALID_REQUEST],
  [
    "two-fields-same",
    "rejects the same header twice",
    ["Bearer reader", "Bearer reader"],
    INVALID_REQUEST,
  ],
  [
    "two-schemes",
    "rejects two headers with two schemes",
    ["Basic YTpi", "Bearer reader"],
    INVALID_REQUEST,
  ],
  [
    "two-schemes-back",
    "rejects two headers with two schemes in the other order",
    ["Bearer reader", "Basic YTpi"],
    INVALID_REQUEST,
  ],
  ["unknown-token", "rejects an unknown token", ["Bearer no-such-token"], INVALID_TOKEN],
  [
    "prototype-token",
    "rejects a token with the name of a property of every object",
    ["Bearer constructor"],
    INVALID_TOKEN,
  ],
  ["revoked-token", "rejects a revoked token", ["Bearer revoked"], INVALID_TOKEN],
  ["timely-token", "accepts a token that is valid by exp and nbf", ["Bearer timely"], "reader"],
  ...BAD_TIME_TOKENS.map(
    ([token, what]): Row => [
      token,
      `rejects a token with ${what}`,
      [`Bearer ${token}`],
      INVALID_TOKEN,
    ],
  ),
  [
    "malformed-scope",
    "rejects a token with two spaces in the scope",
    ["Bearer spaces"],
    INVALID_TOKEN,
  ],
  [
    "template-scope",
    "rejects a token with a placeholder in the scope",
    ["Bearer template"],
    INVALID_TOKEN,
  ],
];

const BOTH = ["tool", "endpoint"] as const;

const headerCases: readonly ContractCase[] = BOTH.flatMap((surface) =>
  ROWS.map(([id, title, authorization, expect]) => ({
    id: `${surface}-${id}`,
    surface,
    title,
    authorization,
    request: CALLS[surface].call,
    expect:
      expect === "reader"
        ? readerReached(surface)
        : expect === "anonymous"
          ? CALLS[surface].anonymous
          : expect,
  })),
);

function readerReached(surface: "tool" | "endpoint"): Expected {
  return { reached: { operation: CALLS[surface].operation, sub: "reader", params: {} } };
}

const SOURCES: readonly CallbackName[] = ["verify", "subject", "isRevoked", "audit"];

const outages: readonly ContractCase[] = BOTH.flatMap((surface) =>
  SOURCES.map((outage) => ({
    id: `${surface}-outage-${outage}`,
    surface,
    title: `responds with 503 to an outage of \`${outage}\`, never with success or 401`,
    authorization: ["Bearer reader"],
    request: CALLS[surface].call,
    outage,
    expect: OUTAGE,
  })),
);

const order: readonly ContractCase[] = [
  {
    id: "tool-denied-bad-token",
    surface: "tool",
    title: "denies a denied tool before it rejects an invalid token",
    authorization: ["Bearer no-such-token"],
    request: { tool: "refund" },
    expect: { status: 403, code: "denied", challenge: null },
  },
  {
    id: "tool-denied-outage",
    surface: "tool",
    title: "denies a denied tool before it reports an outage",
    authorization: ["Bearer reader"],
    request: { tool: "refund" },
    outage: "verify",
    expect: { status: 403, code: "denied", challenge: null },
  },
  {
    id: "tool-params-anonymous",
    surface: "tool",
    title: "rejects an invalid parameter before it asks for credentials",
    authorization: [],
    request: { tool: "read_profile", params: { account_id: "acc-1*" } },
    expect: { status: 400, code: "invalid_params", challenge: null },
  },
  {
    id: "tool-public-bad-token",
    surface: "tool",
    title: "rejects an invalid token for a public tool",
    authorization: ["Bearer no-such-token"],
    request: { tool: "search_directory" },
    expect: INVALID_TOKEN,
  },
  {
    id: "endpoint-public-bad-token",
    surface: "endpoint",
    title: "rejects an invalid token for a public endpoint",
    authorization: ["Bearer no-such-token"],
    request: { method: "GET", path: "/health" },
    expect: INVALID_TOKEN,
  },
];

const JSON_TYPE = "Content-Type: application/json";

/** The test never sends the rest of this body. A gate that waits for it responds too late. */
const HUGE = "Content-Length: 50000000";

type BodyRow = readonly [id: string, title: string, headers: readonly string[], body: string];

const BODIES: readonly BodyRow[] = [
  ["malformed", "a body that is not JSON", [JSON_TYPE], "{not json"],
  ["huge", "an incomplete body that is too long", [JSON_TYPE, HUGE], "{"],
  ["media-type", "a body with another content type", ["Content-Type: text/x-unknown"], "<a/>"],
  [
    "form",
    "a token in a form",
    ["Content-Type: application/x-www-form-urlencoded"],
    "access_token=writer",
  ],
  ["prototype", "a body with a poisoned key", [JSON_TYPE], '{"__proto__":{"a":1}}'],
];

const bodies: readonly ContractCase[] = BODIES.map(([id, title, headers, body]) => ({
  id: `endpoint-body-${id}`,
  surface: "endpoint",
  title: `does not read ${title} without credentials`,
  authorization: [],
  request: { method: "POST", path: "/courses", headers, body },
  expect: noCredentials("courses:write"),
}));

const elsewhere: readonly ContractCase[] = [
  {
    id: "endpoint-query-token",
    surface: "endpoint",
    title: "ignores a token in the query",
    authorization: [],
    request: { method: "GET", path: "/courses?access_token=reader" },
    expect: CALLS.endpoint.anonymous,
  },
  {
    id: "tool-body-malformed",
    surface: "tool",
    title: "does not read a body that is not JSON without credentials",
    authorization: [],
    request: { tool: "list_courses", body: "{not json" },
    expect: CALLS.tool.anonymous,
  },
  {
    id: "tool-two-spellings",
    surface: "tool",
    title: "rejects two headers, one of them in capitals",
    authorization: ["Bearer reader"],
    request: { tool: "list_courses", headers: ["AUTHORIZATION: Bearer reader"] },
    expect: INVALID_REQUEST,
  },
  {
    id: "tool-cookie-token",
    surface: "tool",
    title: "ignores tokens in other headers",
    authorization: [],
    request: {
      tool: "list_courses",
      headers: [
        "Cookie: access_token=reader",
        "X-Access-Token: reader",
        "Proxy-Authorization: Bearer reader",
        "X-Forwarded-Authorization: Bearer reader",
      ],
    },
    expect: CALLS.tool.anonymous,
  },
];

/** Cases about credentials and about outages. */
export const CREDENTIAL_CASES: readonly ContractCase[] = [
  ...headerCases,
  ...outages,
  ...order,
  ...bodies,
  ...elsewhere,
];
