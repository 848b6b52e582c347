import fc from "fast-check";
import { expect, it } from "vitest";
import { type ImportOptions, readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { loadPolicy, type Policy } from "../../src/decision/define-policy.js";

type Requirement = Readonly<Record<string, readonly string[]>>;
interface Extension {
  readonly rule: unknown;
  /** The endpoint; `""` for that of the operation with other parameter names. */
  readonly endpoint?: string;
}
interface Documented {
  readonly "x-scope-policy"?: Extension;
  readonly security?: readonly Requirement[];
  readonly servers?: readonly { readonly url: string }[];
}
type Methods = Readonly<Record<string, Documented>>;

const SCOPES = ["a", "a.read", "b:write", "b:read", "none", "bad scope", "t/{p}", "t/{q}"];
/** Scopes in tokens: in the place of a parameter, the value of each request, and another one. */
const HELD = [...SCOPES, "t/~v~", "t/w"];
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
  "{q}",
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
const METHODS = ["get", "post", "head", "options", "trace", "query"];
/** Base paths of a list of servers: none, one, several, one with a placeholder that no default fills. */
const BASES = [undefined, ["/"], ["/x"], ["/X", "/v"], ["{root}"], ["/{p}", "/v"]];

const requirement = fc.dictionary(
  fc.constantFrom(...Object.keys(SCHEMES), "unknown"),
  fc.uniqueArray(fc.constantFrom(...SCOPES), { maxLength: 3 }),
  { maxKeys: 2 },
);
const security = fc.array(requirement, { maxLength: 3 });
const servers = fc
  .constantFrom(...BASES.filter((urls) => urls !== undefined))
  .map((urls) => urls.map((url) => ({ url })));
const rarely = { requiredKeys: [] };
/** Endpoints of extensions: the path itself with other names, and others. */
const extension = fc.record(
  {
    rule: fc.constantFrom<unknown>({ public: true }, "a", 3),
    endpoint: fc.constantFrom("", "", "GET /{all*}", "GET /elsewhere", "POST /x/{p}", "GET /x"),
  },
  { requiredKeys: ["rule"] },
);
const operation = fc.oneof(
  { arbitrary: fc.record({ security }, rarely), weight: 4 },
  { arbitrary: fc.record({ security, servers }, rarely), weight: 1 },
  { arbitrary: fc.record({ security, "x-scope-policy": extension }, rarely), weight: 1 },
);
const path = fc.array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 2 });
const paths = fc.dictionary(
  path.map((segments) => `/${segments.join("/")}`),
  fc.dictionary(fc.constantFrom(...METHODS), operation, { minKeys: 1, maxKeys: 3 }),
  { maxKeys: 7 },
);
const listMeans = fc.constantFrom("and" as const, "or" as const);

interface World extends Documented {
  readonly paths: Readonly<Record<string, Methods>>;
}
const world = fc.oneof(
  fc.record({ paths, security }, { requiredKeys: ["paths"] }),
  fc.record({ paths, security, servers }, { requiredKeys: ["paths"] }),
);

function read({ paths, security, servers }: World, options: ImportOptions) {
  const root = {
    openapi: "3.2.0",
    info: { title: "T", version: "1" },
    paths: withEndpoints(paths),
    ...(security && { security }),
    ...(servers && { servers }),
    components: { securitySchemes: SCHEMES },
  };
  return readOpenApi({ version: "3.2", source: "api.yaml", root }, options);
}

/** Returns paths with the endpoint of each extension in full. */
function withEndpoints(paths: World["paths"]) {
  const full = (path: string, method: string, { "x-scope-policy": own, ...rest }: Documented) => {
    if (own === undefined) return rest;
    const renamed = `${method.toUpperCase()} ${path.replaceAll("{p}", "{z}").replaceAll("+}", "*}")}`;
    const endpoint = own.endpoint === "" ? renamed : own.endpoint;
    return { ...rest, "x-scope-policy": { ...own, ...(endpoint && { endpoint }) } };
  };
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, one]) => [method, full(path, method, one)]),
      ),
    ]),
  );
}

/** Returns what the operation means for {@link meets}: the rule of its extension counts, unless its endpoint is another path. */
function securityIn(
  drawn: World,
  { path, method, operation }: ReturnType<typeof operationsOf>[number],
): readonly Requirement[] | undefined {
  const own = operation["x-scope-policy"];
  if (own === undefined) return operation.security ?? drawn.security;
  const shape = (text: string) => text.replaceAll(/\{[\w-]+/g, "{").replace("+}", "*}");
  const { rule, endpoint = "" } = own;
  const isOther = endpoint !== "" && shape(endpoint) !== shape(`${method.toUpperCase()} ${path}`);
  if (isOther || rule === 3) return undefined;
  return rule === "a" ? [{ oauth: ["a"] }] : [];
}

function operationsOf({ paths }: World) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** How a law reads a document. */
interface Reading {
  readonly means: "and" | "or";
  /** An entry of lists that is not a scope. */
  readonly noScope: string;
  readonly token: ReadonlySet<string> | undefined;
}

const VALUE = "~v~";

/** Returns whether a token meets `security` as the document has it, for a path with {@link VALUE} as its parameters. */
function meets(
  security: readonly Requirement[] | undefined,
  path: string,
  { means, noScope, token }: Reading,
): boolean {
  if (security === undefined) return false;
  if (security.length === 0) return true;
  const holds = (scope: string) =>
    token?.has(scope.replace(/\{(\w)\}/, (all) => (path.includes(all) ? VALUE : "{}"))) === true;
  return security.some((alternative) =>
    Object.entries(alternative).every(([scheme, list]) => {
      if (token === undefined || scheme === "key" || scheme === "unknown") return false;
      const scopes = list.filter((scope) => scope !== noScope);
      if (scopes.length === 0) return true;
      return means === "and" ? scopes.every(holds) : scopes.some(holds);
    }),
  );
}

/** Returns a path that a template matches. A catch-all takes so many segments that no template without one matches. */
function requestOf(path: string): string {
  return path
    .replaceAll(/\{\w[*+]\}/g, [VALUE, VALUE, VALUE, VALUE].join("/"))
    .replaceAll(/\{[^{}]*\}/g, VALUE)
    .replace(/\?.*$/, "");
}

/** Returns the templates of an operation below each of its servers. */
function templatesOf(path: string, operation: Documented, { servers }: World): readonly string[] {
  const urls = (operation.servers ?? servers ?? [{ url: "/" }]).map(({ url }) => url);
  return urls.map((url) => url.replace(/^(?!\/)/, "/").replace(/\/$/, "") + path);
}

function decides(
  policy: Policy,
  token: ReadonlySet<string> | undefined,
  method: string,
  path: string,
) {
  const given = token && { scope: [...token].filter((scope) => !/[ {]/.test(scope)).join(" ") };
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

const CATCH_ALL = /\{\w[*+]\}$/;
const DEEPER = /\{[^/]*\}\/\{\w[*+]\}$/;

/** Returns the requests that the policy allows and the document does not. */
function widerThan(drawn: World, policy: Policy, reading: Reading): readonly string[] {
  const all = operationsOf(drawn).flatMap((one) => {
    const { path, method, operation } = one;
    const security = securityIn(drawn, one);
    // HEAD without a rule of its own is decided as GET
    const isSilent = security === undefined && operation["x-scope-policy"] === undefined;
    if (method === "head" && isSilent) return [];
    return templatesOf(path, operation, drawn).map((template) => ({
      template,
      method,
      path: requestOf(template),
      identity: `${method} ${requestOf(template)}`.toLowerCase().replace(/^head/, "get"),
      isMet: meets(security, path, reading),
    }));
  });
  const hasDeeper = all.some(({ template }) => DEEPER.test(template));
  return all.flatMap(({ template, method, path, identity }) => {
    // a catch-all below a placeholder decides before one without
    if (CATCH_ALL.test(template) && !DEEPER.test(template) && hasDeeper) return [];
    if (!decides(policy, reading.token, method, path)) return [];
    const same = all.filter((one) => one.identity === identity);
    return same.every(({ isMet }) => isMet) ? [] : [`${method} ${path}`];
  });
}

it("allows no request of an operation that its document does not allow to the same scopes", () => {
  const token = fc.option(fc.uniqueArray(fc.constantFrom(...HELD), { minLength: 2 }), {
    nil: undefined,
  });
  const noScope = fc.constantFrom("none", "nothing");
  fc.assert(
    fc.property(world, listMeans, token, noScope, (drawn, means, scopes, word) => {
      const { definition } = read(drawn, { listMeans: means, noScopeWords: [word] });
      const policy = loadPolicy(definition);
      const reading = { means, noScope: word, token: scopes && new Set(scopes) };
      const wider = widerThan(drawn, policy, reading);
      if (wider.length > 0) {
        expect.fail(JSON.stringify({ wider, drawn, definition, scopes }, undefined, 1));
      }
    }),
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
      expect(decides(policy, held, "get", "/x")).toBe(
        meets(security, "/x", { means, noScope: "none", token: held }),
      );
    }),
    { numRuns: 100 },
  );
});
