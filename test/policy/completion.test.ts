import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const file = join(here, "completion-subject.ts");

/** Returns the completions in a virtual file, as an editor asks the compiler for them. `|` marks the position. */
function completionsIn(text: string): ts.CompletionInfo | undefined {
  const position = text.indexOf("|");
  const subject = text.replace("|", "");
  host.show(subject);
  return service.getCompletionsAtPosition(file, position, {});
}

/** Returns the offered completions: strings within quotes, or properties of an object. */
function completionNames(text: string): readonly string[] {
  const kinds = new Set<string>([
    ts.ScriptElementKind.string,
    ts.ScriptElementKind.memberVariableElement,
  ]);
  const entries = completionsIn(text)?.entries ?? [];
  return entries
    .filter(({ kind, name }) => kinds.has(kind) && name !== "")
    .map(({ name }) => name)
    .sort();
}

function createHost(): ts.LanguageServiceHost & { show(text: string): void } {
  let content = "";
  let version = 0;
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, "tsconfig.json"), (name) => ts.sys.readFile(name)).config,
    ts.sys,
    root,
  );
  return {
    show(text) {
      content = text;
      version += 1;
    },
    getCompilationSettings: () => ({ ...options, types: [], noEmit: true }),
    getScriptFileNames: () => [file],
    getScriptVersion: (name) => (name === file ? String(version) : "1"),
    getScriptSnapshot: (name) => {
      const text = name === file ? content : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: (name) => ts.sys.directoryExists(name),
    getDirectories: (name) => ts.sys.getDirectories(name),
  };
}

const host = createHost();
const service = ts.createLanguageService(host);

const SCOPES = ["/accounts/{accountID}/", "courses:read", "openid"];

const policyWith = (parts: string, after = "") => `
  import { definePolicy } from "../../src/decision/define-policy.js";
  const policy = definePolicy({
    name: "Loopwise",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["mentor", "studio"],
    scopes: { openid: {}, "courses:read": "Read", "/accounts/{accountID}/": {} },
    ${parts}
  });
  ${after}`;

const TOOLS = `
  tools: {
    get_settings: "openid",
    delete_account: { deny: "no" },
    read_account: "/accounts/{accountID}/",
    between: { allOf: ["/accounts/{accountID}/", { scope: "/accounts/{accountID}/", params: { accountID: "to" } }] },
  },
  endpoints: { "GET /courses": "courses:read" },`;

const OPERATIONS = ["GET /courses", "between", "delete_account", "get_settings", "read_account"];

const COMPLETIONS: readonly (readonly [where: string, text: string, names: readonly string[]])[] = [
  ["a bare scope", policyWith('tools: { t: "|" }'), SCOPES],
  ["a scope in an object", policyWith('tools: { t: { scope: "|" } }'), SCOPES],
  ["a scope in anyOf", policyWith('tools: { t: { anyOf: ["|"] } }'), SCOPES],
  ["a second scope in anyOf", policyWith('tools: { t: { anyOf: ["openid", "|"] } }'), SCOPES],
  [
    "a scope in a nested requirement",
    policyWith('tools: { t: { allOf: ["openid", { anyOf: [{ allOf: ["|"] }] }] } }'),
    SCOPES,
  ],
  ["a scope of an endpoint", policyWith('endpoints: { "GET /a": { allOf: ["|"] } }'), SCOPES],
  [
    "the scope for additional detail",
    policyWith('tools: { t: { public: true, enrichedBy: "|" } }'),
    SCOPES,
  ],
  ["the baseline", policyWith('baseline: ["|"]'), SCOPES],
  ["a default scope", policyWith('defaultScopes: ["|"]'), SCOPES],
  ["a member of a bundle", policyWith('bundles: { b: ["|"] }'), SCOPES],
  [
    "an exception of a bundle",
    policyWith('bundles: { b: { every: true, except: ["|"] } }'),
    SCOPES,
  ],
  ["an implied scope", policyWith("").replace("openid: {}", 'openid: { implies: ["|"] }'), SCOPES],
  [
    "the scope of a case",
    policyWith(
      'tools: { t: { cases: [{ when: { mode: "x" }, scope: "|" }], otherwise: "openid" } }',
    ),
    SCOPES,
  ],
  [
    "a scope in a list of a case",
    policyWith(
      'tools: { t: { cases: [{ when: { mode: "x" }, anyOf: ["|"] }], otherwise: "openid" } }',
    ),
    SCOPES,
  ],
  [
    "`otherwise`",
    policyWith(
      'tools: { t: { cases: [{ when: { mode: "x" }, scope: "openid" }], otherwise: "|" } }',
    ),
    SCOPES,
  ],
  [
    "an option of a case",
    policyWith('tools: { t: { cases: [{ when: { mode: "x" }, | }], otherwise: "openid" } }'),
    [
      "accountTypes",
      "acr",
      "allOf",
      "anyOf",
      "deny",
      "enrichedBy",
      "entitlement",
      "maxAge",
      "params",
      "scope",
      "tier",
    ],
  ],
  [
    "an option of `otherwise`",
    policyWith('tools: { t: { cases: [], otherwise: { scope: "openid", | } } }'),
    [
      "accountTypes",
      "acr",
      "allOf",
      "anyOf",
      "deny",
      "enrichedBy",
      "entitlement",
      "maxAge",
      "params",
      "tier",
    ],
  ],
  [
    "the tier of a case",
    policyWith(
      'tools: { t: { cases: [{ when: { mode: "x" }, scope: "openid", tier: "|" }], otherwise: "openid" } }',
    ),
    ["free", "pro"],
  ],
  [
    "the entitlement of a case",
    policyWith(
      'entitlements: ["fleet", "beta"], tools: { t: { cases: [{ when: { mode: "x" }, scope: "openid", entitlement: "|" }], otherwise: "openid" } }',
    ),
    ["beta", "fleet"],
  ],
  [
    "the tier of a rule",
    policyWith('tools: { t: { scope: "openid", tier: "|" } }'),
    ["free", "pro"],
  ],
  [
    "the tier of a scope",
    policyWith("").replace("openid: {}", 'openid: { tier: "|" }'),
    ["free", "pro"],
  ],
  [
    "an account type of a rule",
    policyWith('tools: { t: { scope: "openid", accountTypes: ["|"] } }'),
    ["mentor", "studio"],
  ],
  [
    "an account type of a scope",
    policyWith("").replace("openid: {}", 'openid: { accountTypes: ["|"] }'),
    ["mentor", "studio"],
  ],
  [
    "an entitlement of a rule",
    policyWith(
      'entitlements: ["fleet", "beta"], tools: { t: { scope: "openid", entitlement: "|" } }',
    ),
    ["beta", "fleet"],
  ],
  [
    "a boundary of a rule",
    policyWith(
      'boundaries: { project: { claim: "projects" }, region: { claim: "regions" } }, tools: { t: { scope: "openid", within: { | } } }',
    ),
    ["project", "region"],
  ],
  [
    "an option of a boundary",
    policyWith('boundaries: { project: { claim: "projects", | } }'),
    ["absent", "title"],
  ],
  [
    "the parameter of a boundary",
    policyWith(
      'boundaries: { project: { claim: "projects" } }, tools: { t: { scope: "openid", within: { project: "projectId" } } }',
      'policy.decide(undefined, "t", { | })',
    ),
    ["projectId"],
  ],
  [
    "a boundary of an endpoint with cases",
    policyWith(
      'boundaries: { project: { claim: "projects" } }, endpoints: { "GET /a": { cases: [{ when: { a: 1 }, scope: "openid" }], otherwise: "openid", within: { | } } }',
    ),
    ["project"],
  ],
  [
    "no boundary without a declared one",
    policyWith('tools: { t: { scope: "openid", within: { | } } }'),
    [],
  ],
  [
    "the values of a token without the claim of a boundary",
    policyWith('boundaries: { project: { claim: "projects", absent: "|" } }'),
    ["dangerouslyAll", "none"],
  ],
  [
    "an entitlement of a scope",
    policyWith('entitlements: ["fleet", "beta"],').replace(
      "openid: {}",
      'openid: { entitlement: "|" }',
    ),
    ["beta", "fleet"],
  ],
  [
    "an entitlement inside a requirement",
    policyWith(
      'entitlements: ["fleet", "beta"], tools: { t: { allOf: ["openid", { scope: "courses:read", entitlement: "|" }] } }',
    ),
    ["beta", "fleet"],
  ],
  [
    "an entitlement of an operation for any token",
    policyWith(
      'entitlements: ["fleet", "beta"], endpoints: { "GET /a": { authenticated: true, entitlement: "|" } }',
    ),
    ["beta", "fleet"],
  ],
  [
    "a scope of `otherwise` in an object",
    policyWith('tools: { t: { cases: [], otherwise: { anyOf: ["|"] } } }'),
    SCOPES,
  ],
  [
    "an account type of `otherwise`",
    policyWith('tools: { t: { cases: [], otherwise: { scope: "openid", accountTypes: ["|"] } } }'),
    ["mentor", "studio"],
  ],
  [
    "the scope for additional detail of a case",
    policyWith(
      'tools: { t: { cases: [{ when: { a: 1 }, scope: "openid", enrichedBy: ["|"] }], otherwise: "openid" } }',
    ),
    SCOPES,
  ],
  [
    "an argument that a case compares",
    policyWith(
      'tools: { t: { cases: [{ when: { mode: "x" }, scope: "openid" }], otherwise: "openid" } }',
      'policy.decide(undefined, "t", { | })',
    ),
    ["mode"],
  ],
  [
    "one of several scopes for additional detail",
    policyWith('tools: { t: { scope: "openid", enrichedBy: ["|"] } }'),
    SCOPES,
  ],
  ["a default", policyWith("").replace("openid: {}", 'openid: { default: "|" }'), ["off", "on"]],
  [
    "an option of a policy",
    policyWith("|"),
    [
      "$schema",
      "baseline",
      "boundaries",
      "bundles",
      "defaultScopes",
      "endpoints",
      "entitlements",
      "language",
      "lint",
      "locales",
      "notCovered",
      "tools",
    ],
  ],
  [
    "an option of a scope",
    policyWith("").replace("openid: {}", 'openid: { title: "x", | }'),
    [
      "accountTypes",
      "default",
      "description",
      "entitlement",
      "group",
      "implies",
      "locales",
      "match",
      "replaces",
      "required",
      "reserved",
      "restricted",
      "tier",
      "warning",
    ],
  ],
  [
    "a matching rule",
    policyWith("").replace("openid: {}", 'openid: { match: "|" }'),
    ["exact", "parent", "path-prefix", "registry", "smart", "wildcard"],
  ],
  [
    "an option of a tool",
    policyWith('tools: { t: { scope: "openid", | } }'),
    [
      "accountTypes",
      "acr",
      "allOf",
      "anyOf",
      "audit",
      "authenticated",
      "cases",
      "deny",
      "description",
      "enrichedBy",
      "entitlement",
      "hidden",
      "internal",
      "maxAge",
      "otherwise",
      "params",
      "public",
      "tier",
      "title",
      "weakOtherwise",
      "within",
    ],
  ],
  [
    "an option inside a requirement",
    policyWith('tools: { t: { anyOf: [{ scope: "openid", | }] } }'),
    ["accountTypes", "allOf", "anyOf", "entitlement", "params", "tier"],
  ],
  [
    "the name of an operation to decide",
    policyWith(TOOLS, 'policy.decide(undefined, "|")'),
    OPERATIONS,
  ],
  [
    "the name of an operation to authorize",
    policyWith(TOOLS, 'policy.authorize(undefined, "|")'),
    OPERATIONS,
  ],
  ["the name of an operation to resolve", policyWith(TOOLS, 'policy.operation("|")'), OPERATIONS],
  [
    "a parameter",
    policyWith(TOOLS, 'policy.decide(undefined, "read_account", { | })'),
    ["accountID"],
  ],
  [
    "a second parameter",
    policyWith(TOOLS, 'policy.decide(undefined, "between", { to: "a", | })'),
    ["accountID"],
  ],
];

describe("an editor completes", () => {
  // the first request makes the compiler read the library
  it.each(COMPLETIONS)("%s", { timeout: 60_000 }, (_, text, names) => {
    expect(completionNames(text)).toEqual(names);
  });

  it("nothing if the compiler does not know the names", {
    timeout: 60_000,
  }, () => {
    const text =
      'import { loadPolicy } from "../../src/decision/define-policy.js"; loadPolicy({}).decide(undefined, "|")';
    expect(completionNames(text)).toEqual([]);
  });
});
