import fc from "fast-check";
import { expect, it } from "vitest";
import { type ImportOptions, readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { loadPolicy, type Policy } from "../../src/decision/define-policy.js";

type Requirement = Readonly<Record<string, readonly string[]>>;
type Methods = Readonly<Record<string, { readonly security?: readonly Requirement[] }>>;

const SCOPES = ["a", "a.read", "b:write", "b:read", "none", "bad scope"];
const SCHEMES = {
  oauth: { type: "oauth2", flows: { implicit: { scopes: { a: "A", "a.read": "" } } } },
  oidc: { type: "openIdConnect" },
  bearer: { type: "http", scheme: "Bearer" },
  key: { type: "apiKey", in: "header", name: "X-Key" },
};
/** Segments that clash: names of one shape, letter case, mixed segments with paths in common, catch-alls, invalid ones. */
const SEGMENTS = [
  "x",
  "X",
  "{p}",
  "{q-1}",
  "{p}.js",
  "b{p}",
  "{r*}",
  "{s+}",
  "y?z=1",
  ":v",
  "{p}:go",
  "",
];
const METHODS = ["get", "post", "head", "trace", "query"];

const requirement = fc.dictionary(
  fc.constantFrom(...Object.keys(SCHEMES), "unknown"),
  fc.uniqueArray(fc.constantFrom(...SCOPES), { maxLength: 3 }),
  { maxKeys: 2 },
);
const security = fc.array(requirement, { maxLength: 3 });
const operation = fc.record({ security }, { requiredKeys: [] });
const path = fc.array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 2 });
const paths = fc.dictionary(
  path.map((segments) => `/${segments.join("/")}`),
  fc.dictionary(fc.constantFrom(...METHODS), operation, { minKeys: 1, maxKeys: 3 }),
  { maxKeys: 7 },
);
const listMeans = fc.constantFrom("and" as const, "or" as const);

interface World {
  readonly paths: Readonly<Record<string, Methods>>;
  readonly security?: readonly Requirement[];
}
const world = fc.record({ paths, security }, { requiredKeys: ["paths"] });

function read({ paths, security }: World, options: ImportOptions) {
  const root = {
    openapi: "3.2.0",
    info: { title: "T", version: "1" },
    paths,
    ...(security && { security }),
    components: { securitySchemes: SCHEMES },
  };
  return readOpenApi({ version: "3.2", source: "api.yaml", root }, options);
}

function operationsOf({ paths }: World) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** Returns whether a set of scopes meets `security` as the document has it; `noScope` is not a scope. */
function meets(
  security: readonly Requirement[] | undefined,
  token: ReadonlySet<string> | undefined,
  means: "and" | "or",
  noScope: string,
): boolean {
  if (security === undefined) return true;
  if (security.length === 0) return true;
  return security.some((alternative) =>
    Object.entries(alternative).every(([scheme, list]) => {
      if (token === undefined || scheme === "key" || scheme === "unknown") return false;
      const scopes = list.filter((scope) => scope !== noScope);
      if (scopes.length === 0) return true;
      return means === "and"
        ? scopes.every((one) => token.has(one))
        : scopes.some((one) => token.has(one));
    }),
  );
}

/** Returns a path that the template of a document matches. */
function requestOf(path: string, value: string): string {
  return path.replaceAll(/\{[^{}]*\}/g, value).replace(/\?.*$/, "");
}

function decides(
  policy: Policy,
  token: ReadonlySet<string> | undefined,
  method: string,
  path: string,
) {
  const given = token && { scope: [...token].filter((scope) => !scope.includes(" ")) };
  return policy.decideRequest(given, { method: method.toUpperCase(), path }).allowed;
}

it("counts each operation of a document once, and results in a policy that loads", () => {
  fc.assert(
    fc.property(world, listMeans, (drawn, means) => {
      const { report, definition, findings } = read(drawn, { listMeans: means });
      expect(findings).toBeUndefined();
      expect(() => loadPolicy(definition)).not.toThrow();
      const total = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
      expect(total).toBe(operationsOf(drawn).length);
      const noted = new Set(report.notes.map(({ subject }) => subject));
      const unread = operationsOf(drawn).filter(({ path, method }) =>
        noted.has(`${method.toUpperCase()} ${path}`),
      );
      expect(unread.length).toBeGreaterThanOrEqual(total - report.counts.read);
    }),
    { numRuns: 150 },
  );
});

it("allows no request of an operation that its document does not allow to the same scopes", () => {
  const token = fc.option(fc.uniqueArray(fc.constantFrom(...SCOPES)), { nil: undefined });
  fc.assert(
    fc.property(
      world,
      listMeans,
      token,
      fc.constantFrom("none", "nothing"),
      (drawn, means, scopes, noScope) => {
        const { definition } = read(drawn, { listMeans: means, noScopeWords: [noScope] });
        const policy = loadPolicy(definition);
        const held = scopes && new Set(scopes);
        for (const { path, method, operation } of operationsOf(drawn)) {
          const isAllowed = decides(policy, held, method, requestOf(path, "~v~"));
          const effective = operation.security ?? drawn.security;
          const isMet = meets(effective, held, means, noScope);
          if (isAllowed && !isMet) {
            expect.fail(
              `${method} ${path} is wider: ${JSON.stringify({ drawn, definition, scopes }, undefined, 1)}`,
            );
          }
        }
      },
    ),
    { numRuns: 400 },
  );
});

it("allows what the document allows, for a document of one operation with supported schemes", () => {
  const plain = fc.dictionary(
    fc.constantFrom("oauth", "oidc", "bearer"),
    fc.uniqueArray(fc.constantFrom("a", "a.read", "b:write", "b:read"), { maxLength: 3 }),
    { maxKeys: 2 },
  );
  const token = fc.uniqueArray(fc.constantFrom("a", "a.read", "b:write", "b:read"));
  fc.assert(
    fc.property(fc.array(plain, { maxLength: 3 }), listMeans, token, (security, means, scopes) => {
      const drawn = { paths: { "/x": { get: { security } } } };
      const policy = loadPolicy(read(drawn, { listMeans: means }).definition);
      const held = new Set(scopes);
      expect(decides(policy, held, "get", "/x")).toBe(meets(security, held, means, "none"));
    }),
    { numRuns: 100 },
  );
});
