import { builtinModules } from "node:module";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { entries, manifest } from "../scripts/entries.mjs";
import tsconfig from "../tsconfig.json" with { type: "json" };
import { parseSource, readSourceTree, runtimeReach } from "./source-tree.js";

const tree = readSourceTree();

describe("the entries of the package", () => {
  it("are the files at the top of src, except the errors and the command line", () => {
    const top = [...tree.keys()].filter((path) => path.split("/").length === 2);
    const expected = [...entries.map(({ source }) => source), "src/cli.ts", "src/errors.ts"];
    expect(top).toEqual(expected.sort());
  });

  it("have paths in the compiler options under the names that users import", () => {
    expect(tsconfig.compilerOptions.paths).toEqual(
      Object.fromEntries(entries.map(({ specifier, source }) => [specifier, [`./${source}`]])),
    );
  });

  it("have one bin, the command line", () => {
    expect(manifest.bin).toEqual({ "scope-policy": "./dist/cli.js" });
    expect(tree.get("src/cli.ts")?.split("\n")[0]).toBe("#!/usr/bin/env node");
  });
});

describe("the entry `scope-policy`", () => {
  const { packages, files } = runtimeReach(tree, "src/index.ts");

  it("loads zod and no other package", () => {
    expect(packages).toEqual(["zod"]);
  });

  it("loads no file of the command line", () => {
    expect(files.filter((path) => path.startsWith("src/cli"))).toEqual([]);
  });

  it("would fail this test with another package or a dynamic import", () => {
    const wrong = new Map([
      ["src/index.ts", `import { a } from "./a.js"; import type { File } from "@babel/types";`],
      [
        "src/a.ts",
        `import "node:fs"; export const a = () => import("zod/v4"); import { type B } from "b";`,
      ],
    ]);
    expect(runtimeReach(wrong, "src/index.ts")).toEqual({
      packages: ["b", "node:fs", "zod"],
      files: ["src/a.ts", "src/index.ts"],
    });
  });
});

describe("the packages that another entry loads in addition to those of the core", () => {
  const core = new Set(runtimeReach(tree, "src/index.ts").packages);
  const loads: Readonly<Record<string, readonly string[]>> = {
    verify: ["jose"],
    providers: [],
    analysis: [],
    "policy-source": ["node:fs"],
    audit: [],
    express: [],
    fastify: ["fastify-plugin"],
    fetch: [],
    hono: ["hono"],
    html: [],
    koa: [],
    mcp: [],
    nest: ["@nestjs/common", "@nestjs/core"],
    store: ["kysely"],
    testing: [],
  };

  it("are listed here for each entry", () => {
    const others = entries.map(({ name }) => name).filter((name) => name !== "index");
    expect(Object.keys(loads).sort()).toEqual(others.sort());
  });

  it.each(Object.entries(loads))("are, for `%s`: %j", (name, packages) => {
    const reach = runtimeReach(tree, `src/${name}.ts`).packages;
    expect(reach.filter((one) => !core.has(one))).toEqual(packages);
  });
});

it("the command line loads packages that the build bundles, and no other", () => {
  const known = new Set([
    ...Object.keys(manifest.dependencies),
    // an optional peer, which the owner of documents of several files installs
    "@redocly/openapi-core",
    // the main entry of this package, which policies in TypeScript import
    "pathToFileURL(entry).href",
    ...builtinModules.map((name) => `node:${name}`),
  ]);
  const { packages } = runtimeReach(tree, "src/cli.ts");
  const bundled = packages.filter((name) => !known.has(name));
  expect(bundled).toEqual([
    "@babel/parser",
    "@modelcontextprotocol/client",
    "@modelcontextprotocol/server",
    "commander",
    "jiti",
    "picocolors",
    "string-width",
    "wrap-ansi",
    "yaml",
  ]);
  expect(bundled.filter((name) => !Object.hasOwn(manifest.devDependencies, name))).toEqual([]);
});

describe("the names that `scope-policy` exports", () => {
  it("are exactly these; a new line here is new public API", () => {
    expect(exportedNames("src/index.ts")).toEqual(PUBLIC_NAMES);
  });
});

const PUBLIC_NAMES: readonly string[] = [
  "AccessDenied",
  "DECISION_CODES",
  "MAX_ALTERNATIVES",
  "MAX_SCOPE_LENGTH",
  "MAX_SCOPE_TOKENS",
  "PolicyError",
  "REVOCATION_STEPS",
  "SCOPE_VERBS",
  "authorizationServerMetadata",
  "bindScope",
  "clientRegistration",
  "connectedApp",
  "consentHeaders",
  "consentScreen",
  "createAuthorizer",
  "definePolicy",
  "droppedScopes",
  "formatScope",
  "formatScopeToken",
  "isScopeToken",
  "issuesRefreshToken",
  "loadPolicy",
  "matchScope",
  "parseScope",
  "parseScopeToken",
  "policyJsonSchema",
  "protectedResourceMetadata",
  "protectedResourceMetadataUrl",
  "refreshScope",
  "resolveConsent",
  "type AcceptedFinding",
  "type AccessToken",
  "type AccountTypeRequired",
  "type Admission",
  "type Allowed",
  "type AnyPolicy",
  "type AuditOptions",
  "type AuditedRequest",
  "type AuthenticationResult",
  "type AuthorizationCall",
  "type AuthorizationServerMetadata",
  "type AuthorizationServerOptions",
  "type Authorizer",
  "type AuthorizerDecision",
  "type AuthorizerOptions",
  "type AuthorizerResult",
  "type BindParams",
  "type BindResult",
  "type BindingMismatch",
  "type BoundaryOptions",
  "type BranchOptions",
  "type BundleDefinition",
  "type CallbackName",
  "type CaseOptions",
  "type CaseValue",
  "type ChallengeMode",
  "type CommonOptions",
  "type ConnectedApp",
  "type ConnectedGrant",
  "type ConsentBoundary",
  "type ConsentClient",
  "type ConsentClientView",
  "type ConsentError",
  "type ConsentFacts",
  "type ConsentOptions",
  "type ConsentOutcome",
  "type ConsentReceipt",
  "type ConsentRow",
  "type ConsentScreen",
  "type ConsentSelection",
  "type ConsentSources",
  "type ConsentState",
  "type ConsentText",
  "type ConsentWords",
  "type CredentialDenial",
  "type Decision",
  "type DecisionCode",
  "type Denial",
  "type DenialContext",
  "type DenialResponse",
  "type Denied",
  "type DroppedScope",
  "type EndpointMatch",
  "type EndpointOf",
  "type Finding",
  "type GrantedBoundary",
  "type InsufficientScope",
  "type InsufficientUserAuthentication",
  "type InvalidParams",
  "type InvalidRequest",
  "type InvalidToken",
  "type LintCode",
  "type MatchParams",
  "type MeaningOptions",
  "type OperationDefinition",
  "type OperationName",
  "type OperationOptions",
  "type Outage",
  "type ParamsOf",
  "type ParseScopeToken",
  "type PlaceholdersOf",
  "type Policy",
  "type PolicyDefinition",
  "type PolicyDenial",
  "type PolicyErrorCode",
  "type PolicyOptions",
  "type PolicyScopes",
  "type PolicyTexts",
  "type PolicyTypes",
  "type PolicyTypesOf",
  "type ProblemDocument",
  "type ProtectedResourceMetadata",
  "type ProtectedResourceOptions",
  "type ProtocolRequest",
  "type RefreshOptions",
  "type RefreshResult",
  "type RefusedScope",
  "type RegistrationOptions",
  "type RegistrationResult",
  "type Rejection",
  "type RejectionReason",
  "type ReportStatus",
  "type RequestLine",
  "type RequirementOptions",
  "type ReservedScope",
  "type ResolvedOperation",
  "type ScopeForm",
  "type ScopeInput",
  "type ScopeName",
  "type ScopeOf",
  "type ScopeOptions",
  "type ScopeResult",
  "type ScopeSet",
  "type ScopeTexts",
  "type ScopeToken",
  "type ScopeTokenFault",
  "type ScopeTokenResult",
  "type ScopeTokenSyntax",
  "type ScopeVerb",
  "type SubjectFacts",
  "type TemporarilyUnavailable",
  "type TierOf",
  "type ToolOf",
  "type ToolView",
  "type Unauthenticated",
  "type UnknownOperation",
  "type UpgradeRequired",
  "type Verify",
];

/** Returns the sorted names that an entry exports, types with the prefix `type `. */
function exportedNames(path: string): readonly string[] {
  const names: string[] = [];
  for (const statement of parseSource(path, tree.get(path) ?? "").statements) {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (clause === undefined || !ts.isNamedExports(clause))
      throw new Error(`${path} contains a statement that is not a list of names`);
    const allTypes = ts.isExportDeclaration(statement) && statement.isTypeOnly;
    for (const element of clause.elements)
      names.push(`${allTypes || element.isTypeOnly ? "type " : ""}${element.name.text}`);
  }
  return names.sort();
}
