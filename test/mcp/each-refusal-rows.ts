// A policy with each refusal, and a row for each way in which a call meets it.

import {
  type AccessToken,
  type CredentialDenial,
  type DecisionCode,
  loadPolicy,
} from "scope-policy";

export const NOW = 1_800_000_000;

export const policy = loadPolicy(
  {
    name: "Fleet",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["person", "firm"],
    entitlements: ["fleet"],
    boundaries: { project: { claim: "projects" } },
    scopes: {
      "db:read": "Read data",
      "db:write": { description: "Change data", implies: ["db:read"] },
      sync: { description: "Mirror data", restricted: true },
      "admin:all": { description: "Operate", reserved: true },
      "user/{Type}.read": "Read records of one type",
      jobs: { description: "Use jobs", match: "parent" },
      "jobs:start": "Start jobs",
      "ops.*.read": { description: "Read the state of parts", match: "wildcard" },
      "ops.disk.read": "Read the state of disks",
      "files:/{path}": { description: "Read files below a path", match: "path-prefix" },
      "patient/{Kind}.r": { description: "Read records of patients", match: "smart" },
      "patient/{Kind}.s": { description: "Search records of patients", match: "smart" },
      "repository:{image}:pull": { description: "Pull an image", match: "registry" },
    },
    tools: {
      run_query: {
        cases: [
          { when: { mode: "explain" }, scope: "db:read" },
          { when: { mode: "drop" }, deny: "Tables are dropped on the console." },
        ],
        otherwise: "db:write",
        weakOtherwise: true,
      },
      list_keys: { scope: "db:read", within: { project: "projectId" } },
      fleet_map: { scope: "db:read", entitlement: "fleet" },
      export_all: { scope: "db:read", tier: "pro" },
      firm_page: { scope: "db:read", accountTypes: ["firm"] },
      pay: { scope: "db:write", acr: ["mfa", "phr"], maxAge: 300 },
      mirror: "sync",
      purge: "admin:all",
      erase: { deny: "An account is erased by mail." },
      "query.write": { scope: "db:write", internal: true },
      read_records: { scope: "user/{Type}.read" },
      read_file: { scope: "files:/{path}" },
      start_job: "jobs:start",
      disk_state: "ops.disk.read",
      read_patient: { allOf: ["patient/{Kind}.r", "patient/{Kind}.s"] },
      pull_image: "repository:{image}:pull",
      whoami: { authenticated: true },
    },
  },
  { now: () => NOW },
);

export type Verified = Partial<AccessToken> & { readonly [claim: string]: unknown };

/** What a client meets if the gate answers with a status: the scope that its authorization provider is asked for, if it is asked. */
export interface Challenged {
  readonly status: 400 | 401 | 403 | 503;
  /** The requested scope. `undefined`: the SDK asks for no authorization. `""`: for one without a scope. */
  readonly asks?: string;
}

export interface Row {
  readonly title: string;
  readonly code: Exclude<DecisionCode, "allowed"> | CredentialDenial["code"];
  readonly tool: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** The claims of the token, or a raw token. `undefined`: the client has no token. */
  readonly token: Verified | string | undefined;
  /** With challenges over HTTP. A tool result if it is missing. */
  readonly http?: Challenged;
  /** With denials as tool results. A tool result if it is missing. */
  readonly asResult?: Challenged;
  /** Members of the problem document. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** What the text of the tool result matches. */
  readonly text: RegExp;
}

export const READ = { scope: "db:read" };
const WRITE = { scope: "db:write", acr: "mfa", auth_time: NOW - 10 };
const AGAIN = { error: "insufficient_user_authentication", acr_values: ["mfa", "phr"] };
const inProject = (projects: unknown): Verified => ({
  ...READ,
  boundaries: { project: projects } as never,
});

const lacksScope = (
  title: string,
  tool: string,
  args: Row["args"],
  token: Verified,
  asks: string,
): Row => ({
  title,
  code: "insufficient_scope",
  tool,
  token,
  ...(args && { args }),
  http: { status: 403, asks },
  text: new RegExp(`asking for: (?:.* )?${asks.replace(/[*+.]/g, "\\$&")}$`),
});
/** A refusal that the gate answers before the mode of challenges matters. */
const withStatus = (
  title: string,
  code: Row["code"],
  token: Row["token"],
  every: Challenged,
): Row => ({
  title,
  code,
  tool: "run_query",
  token,
  http: every,
  asResult: every,
  text: /./,
});
const needsSignIn = (title: string, code: Row["code"], token: Row["token"]) =>
  withStatus(title, code, token, { status: 401, asks: "" });

export const UNKNOWN = [
  ["an internal operation", "query.write"],
  ["a tool outside of the policy", "no_such_tool"],
].map(
  ([title = "", tool = ""]): Row => ({
    title,
    code: "unknown_operation",
    tool,
    token: WRITE,
    text: /^unknown operation: the policy names no such tool/,
  }),
);

export const ROWS: readonly Row[] = [
  lacksScope("the scope of a case", "run_query", { mode: "explain" }, { scope: "" }, "db:read"),
  lacksScope("the scope of `otherwise`", "run_query", {}, READ, "db:write"),
  lacksScope("a mistyped argument of a case", "run_query", { mode: ["explain"] }, READ, "db:write"),
  {
    title: "a case that is denied",
    code: "denied",
    tool: "run_query",
    args: { mode: "drop" },
    token: WRITE,
    text: /^denied: Tables are dropped on the console\. Neither consent/,
  },
  {
    title: "an operation that is denied",
    code: "denied",
    tool: "erase",
    token: WRITE,
    text: /^denied: An account is erased by mail/,
  },
  ...[
    ["another value than that of the boundary", inProject(["p1", "7"]), "p2"],
    ["a value in other letter case", inProject(["p1"]), "P1"],
    ["an empty boundary", inProject([]), "p1"],
    ["a token without the boundary", READ, "p1"],
  ].map(
    ([title, token, projectId]): Row => ({
      title: title as string,
      code: "binding_mismatch",
      tool: "list_keys",
      args: { projectId },
      token: token,
      body: { param: "projectId" },
      text: /bound to another value of `projectId`/,
    }),
  ),
  needsSignIn("a boundary that is not a list", "invalid_token", inProject(7)),
  needsSignIn("a list with another value than texts", "invalid_token", inProject(["p1", 7])),
  {
    title: "a missing entitlement",
    code: "upgrade_required",
    tool: "fleet_map",
    token: { ...READ, entitlements: ["Fleet"] },
    body: { entitlement: "fleet" },
    text: /add-on `fleet`/,
  },
  {
    title: "a missing tier",
    code: "upgrade_required",
    tool: "export_all",
    token: { ...READ, tier: "free" },
    body: { tier: "pro" },
    text: /plan `pro`/,
  },
  {
    title: "several account types without the one that is needed",
    code: "account_type_required",
    tool: "firm_page",
    token: { ...READ, account_type: ["person", "Firm"] },
    body: { account_types: ["firm"] },
    text: /another account type is required: firm/,
  },
  ...[
    ["another authentication context class", { ...WRITE, acr: "pwd" }],
    ["no authentication context class", { ...WRITE, acr: undefined }],
    ["an authentication that is too old", { ...WRITE, auth_time: NOW - 301 }],
    ["no time of authentication", { ...WRITE, auth_time: undefined }],
    ["a time of authentication in the future", { ...WRITE, auth_time: NOW + 3_600 }],
  ].map(
    ([title, token]): Row => ({
      title: title as string,
      code: "insufficient_user_authentication",
      tool: "pay",
      token: token as Verified,
      body: { ...AGAIN, max_age: 300 },
      text: /Sign in again as required/,
    }),
  ),
  lacksScope("an operation with `acr` whose scope is missing", "pay", {}, READ, "db:write"),
  {
    title: "a restricted scope without an approval",
    code: "reserved_scope",
    tool: "mirror",
    token: READ,
    text: /^restricted: only clients that the API's owner approved/,
  },
  {
    title: "a restricted scope with an approval in the token",
    code: "reserved_scope",
    tool: "mirror",
    token: { ...READ, approvedScopes: ["sync"] },
    text: /^restricted: /,
  },
  lacksScope(
    "a restricted scope that `subject` approves",
    "mirror",
    {},
    { ...READ, client_id: "partner" },
    "sync",
  ),
  {
    title: "a reserved scope",
    code: "reserved_scope",
    tool: "purge",
    token: { ...READ, client_id: "partner" },
    text: /^reserved: /,
  },
  ...UNKNOWN,
  {
    title: "a parameter within a segment that is missing",
    code: "invalid_params",
    tool: "read_records",
    token: { scope: "user/Order.read" },
    body: { param: "Type" },
    text: /^invalid parameter `Type`: missing\. Call it again/,
  },
  ...["a/b", "", "..", "Order.read", ["Order"], -1, 1.5, true].map(
    (Type): Row => ({
      title: `a parameter within a segment that is not a safe value: ${JSON.stringify(Type)}`,
      code: "invalid_params",
      tool: "read_records",
      args: { Type },
      token: { scope: "user/Order.read" },
      body: { param: "Type" },
      text: /^invalid parameter `Type`: not a safe value/,
    }),
  ),
  {
    title: "a parameter within a segment that has another value in the token",
    code: "binding_mismatch",
    tool: "read_records",
    args: { Type: "order" },
    token: { scope: "user/Order.read" },
    body: { param: "Type" },
    text: /bound to another value of `Type`/,
  },
  lacksScope(
    "a parameter within a segment without the scope",
    "read_records",
    { Type: "Order" },
    READ,
    "user/Order.read",
  ),
  {
    title: "a path that only starts with the text of the granted prefix",
    code: "binding_mismatch",
    tool: "read_file",
    args: { path: "home2" },
    token: { scope: "files:/home" },
    body: { param: "path" },
    text: /bound to another value of `path`/,
  },
  lacksScope(
    "a text that only starts as a parent",
    "start_job",
    {},
    { scope: "job jobs:" },
    "jobs:start",
  ),
  lacksScope(
    "a wildcard with another star",
    "disk_state",
    {},
    { scope: "ops.* ops.*.* *" },
    "ops.disk.read",
  ),
  lacksScope(
    "a text of letters without one of those that are needed",
    "read_patient",
    { Kind: "X" },
    { scope: "patient/X.r" },
    "patient/X.r patient/X.s",
  ),
  lacksScope(
    "a text of letters in another order",
    "read_patient",
    { Kind: "X" },
    { scope: "patient/X.sr" },
    "patient/X.r patient/X.s",
  ),
  lacksScope(
    "another action of a registry",
    "pull_image",
    { image: "a/b" },
    { scope: "repository:a/b:push" },
    "repository:a/b:pull",
  ),
  needsSignIn("an invalid token", "invalid_token", "invalid"),
  needsSignIn("a malformed scope", "invalid_token", { scope: "db:read  db:write" }),
  needsSignIn("no credentials", "unauthenticated", undefined),
  withStatus("malformed credentials", "invalid_request", "a b", { status: 400 }),
  withStatus("an outage of the verifier", "temporarily_unavailable", "outage", { status: 503 }),
];
