import { DECISION_CODES } from "scope-policy";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import {
  importsOf,
  parseSource,
  readSourceTree,
  resolveImport,
  type SourceTree,
} from "./source-tree.js";
import { titled } from "./titled.js";

/** Rooms from which a room imports, in addition to itself and the leaf `src/errors.ts`. A row lists no room that it does not need. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  grammar: [],
  policy: ["grammar"],
  decision: ["policy", "grammar"],
  consent: ["policy", "grammar"],
  html: ["consent", "audit", "policy", "grammar"],
  discovery: ["policy", "grammar"],
  audit: ["decision", "policy", "grammar"],
  "resource-server": ["audit", "discovery", "decision", "policy", "grammar"],
  adapters: ["resource-server", "audit", "decision", "policy", "grammar"],
  verify: ["resource-server", "decision", "policy", "grammar"],
  providers: ["verify", "policy", "grammar"],
  express: ["adapters", "policy"],
  fastify: ["adapters", "resource-server", "decision", "policy"],
  hono: ["adapters", "decision"],
  koa: ["adapters", "decision"],
  nest: ["adapters", "decision"],
  "mcp/shared": ["resource-server", "decision", "policy", "grammar"],
  "mcp/http": ["mcp/shared", "adapters", "resource-server", "decision", "policy", "grammar"],
  "mcp/server": ["mcp/shared", "resource-server", "decision", "policy", "grammar"],
  analysis: ["decision", "policy", "grammar"],
  store: ["audit", "consent", "decision", "policy", "grammar"],
  "policy-source": ["analysis", "verify", "resource-server", "decision", "policy", "grammar"],
  cli: [
    "mcp/server",
    "analysis",
    "resource-server",
    "verify",
    "consent",
    "decision",
    "policy",
    "grammar",
  ],
};

/** Rooms from which an entry, a file at the top of `src`, imports. */
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  index: [...["grammar", "policy", "decision", "consent", "discovery", "audit"], "resource-server"],
  verify: ["verify", "resource-server", "decision"],
  providers: ["providers", "verify"],
  audit: ["audit"],
  express: ["express", "adapters", "resource-server", "decision", "policy"],
  fastify: ["fastify", "adapters", "resource-server", "decision", "policy"],
  fetch: ["adapters", "resource-server", "decision", "policy"],
  hono: ["hono", "adapters", "resource-server", "policy"],
  koa: ["koa", "adapters", "resource-server", "decision", "policy"],
  nest: ["nest", "adapters", "resource-server", "policy"],
  mcp: ["mcp/http", "mcp/server", "mcp/shared"],
  html: ["html", "consent", "policy"],
  analysis: ["analysis"],
  store: ["store"],
  "policy-source": ["policy-source"],
  testing: ["analysis", "decision", "policy", "grammar"],
  cli: ["cli"],
};

/** Rooms that run on every Web-standard runtime. They use no names of Node or of the DOM. */
const CORE = new Set([
  "grammar",
  "policy",
  "decision",
  "consent",
  "html",
  "discovery",
  "analysis",
  "audit",
  "resource-server",
  "adapters",
]);

/** Names of Node and of the DOM. */
const PLATFORM_NAMES = new Set(
  `AbortController AbortSignal Blob Buffer Bun Deno Document Element Event EventTarget File FormData Headers
  HTMLElement NodeJS Performance ReadableStream Request Response TextDecoder TextEncoder URL URLSearchParams WebSocket
  Window Worker XMLHttpRequest __dirname __filename alert atob btoa clearImmediate clearInterval clearTimeout console
  crypto document fetch global location localStorage module navigator performance process queueMicrotask require self
  sessionStorage setImmediate setInterval setTimeout structuredClone window`.split(/\s+/),
);

const MAX_LINES = 350;
const LEAF = "src/errors.ts";

interface Place {
  readonly kind: "leaf" | "entry" | "room" | "unknown";
  readonly name: string;
}

function placeOf(path: string): Place {
  const parts = path.split("/");
  const [, top = "", second = ""] = parts;
  // the room `mcp` consists of sub-rooms
  const name = top === "mcp" && parts.length > 3 ? `mcp/${second}` : top.replace(/\.ts$/, "");
  if (path === LEAF) return { kind: "leaf", name };
  if (parts.length === 2) return { kind: Object.hasOwn(ENTRIES, name) ? "entry" : "unknown", name };
  return { kind: Object.hasOwn(ROOMS, name) ? "room" : "unknown", name };
}

function allowedRooms({ kind, name }: Place): readonly string[] {
  if (kind === "entry") return ENTRIES[name] ?? [];
  if (kind === "room") return [name, ...(ROOMS[name] ?? [])];
  return [];
}

/** Returns every broken rule of a tree, each with its file. */
function faultsOf(tree: SourceTree): readonly string[] {
  const files = [...tree].map(([path, text]) => ({ path, text, file: parseSource(path, text) }));
  return [
    ...files.flatMap(({ path, text, file }) => [
      ...placeFaults(path, text),
      ...importFaults(path, file, tree),
      ...exportFaults(path, file),
      ...(ADAPTERS.test(path) ? adapterFaults(path, file) : []),
      ...(MAY_USE_LOOKUPS.test(path) ? [] : lookupFaults(path, file)),
      ...(READS_BY_IN.has(path) ? [] : inFaults(path, file)),
      ...(CORE.has(placeOf(path).name) || path === LEAF ? platformFaults(path, file) : []),
    ]),
    ...cycleFaults(new Map(files.map(({ path, file }) => [path, targetsOf(path, file)]))),
  ];
}

function placeFaults(path: string, text: string): readonly string[] {
  const faults: string[] = [];
  const lines = text.trimEnd().split("\n").length;
  if (lines > MAX_LINES) faults.push(`${path}: ${lines} lines, over ${MAX_LINES}`);
  if (placeOf(path).kind === "unknown") faults.push(`${path}: unknown room or entry`);
  if (path.endsWith("/index.ts") && path !== "src/index.ts") faults.push(`${path}: a barrel`);
  return faults;
}

function targetsOf(path: string, file: ts.SourceFile): readonly string[] {
  return importsOf(file).flatMap(({ specifier }) => resolveImport(path, specifier) ?? []);
}

function importFaults(path: string, file: ts.SourceFile, tree: SourceTree): readonly string[] {
  const from = placeOf(path);
  const allowed = allowedRooms(from);
  return importsOf(file).flatMap(({ specifier }) => {
    const target = resolveImport(path, specifier);
    if (target === undefined) return packageFault(path, from, specifier);
    if (!tree.has(target)) return `${path}: imports \`${specifier}\`, which is not a file of src`;
    const to = placeOf(target);
    if (from.kind !== "leaf" && to.kind === "leaf") return [];
    return to.kind === "room" && allowed.includes(to.name)
      ? []
      : `${path}: must not import from ${target}`;
  });
}

/** Files outside of the command line that may import modules of Node: they load them when they need them. */
const USES_NODE: ReadonlySet<string> = new Set(["src/policy-source/read-file.ts"]);

function packageFault(path: string, from: Place, specifier: string): readonly string[] {
  if (specifier.startsWith("scope-policy")) return [`${path}: imports its own package by name`];
  if (specifier.startsWith("node:") && from.name !== "cli" && !USES_NODE.has(path))
    return [`${path}: imports \`${specifier}\``];
  return [];
}

function exportFaults(path: string, file: ts.SourceFile): readonly string[] {
  const faults = importsOf(file).flatMap(({ star, specifier }) =>
    star ? [`${path}: export * from \`${specifier}\``] : [],
  );
  for (const statement of file.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const isDefault =
      ts.isExportAssignment(statement) ||
      modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ||
      (ts.isExportDeclaration(statement) &&
        statement.exportClause !== undefined &&
        ts.isNamedExports(statement.exportClause) &&
        statement.exportClause.elements.some(({ name }) => name.text === "default"));
    if (isDefault) faults.push(`${path}: a default export`);
  }
  return faults;
}

function platformFaults(path: string, file: ts.SourceFile): readonly string[] {
  const declared = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && PLATFORM_NAMES.has(node.text)) {
      if (isDeclarationName(node)) declared.add(node.text);
      else if (!isMemberName(node)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...used]
    .filter((name) => !declared.has(name))
    .map((name) => `${path}: uses \`${name}\`, a name of Node or of the DOM`);
}

/** Adapters that only translate. The statuses and codes of denials are in `resource-server`. */
const ADAPTERS = /^src\/(express|fastify|fetch|hono|koa|nest)(\.ts|\/)/;

const CODES: ReadonlySet<string> = new Set([
  ...DECISION_CODES,
  "invalid_request",
  "temporarily_unavailable",
  "offline_access",
]);

/** Returns the statuses and codes that an adapter contains. */
function adapterFaults(path: string, file: ts.SourceFile): readonly string[] {
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    const isCode = ts.isStringLiteralLike(node) && CODES.has(node.text);
    const isStatus = ts.isNumericLiteral(node) && /^[45]\d\d$/.test(node.text);
    if (isCode || isStatus) faults.push(`${path}: contains \`${node.text}\``);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
}

/** Files that may use the scope lookup. Every other file uses the meanings of a scope token. */
const MAY_USE_LOOKUPS = /^src\/(policy\/|decision\/token-scopes-reader\.ts$)/;

/** Returns the uses of the scope lookup: imports of it, and reads of the member of a compiled policy. */
function lookupFaults(path: string, file: ts.SourceFile): readonly string[] {
  const faults = importsOf(file).flatMap(({ specifier }) =>
    resolveImport(path, specifier) === "src/policy/scope-lookup.ts"
      ? [`${path}: imports the scope lookup`]
      : [],
  );
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === "lookups") faults.push(`${path}: reads \`lookups\``);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
}

/**
 * Files that may use `in`, which includes inherited members. Those of the command line read their own objects, in a process of
 * their own; `read-token.ts` rejects inherited facts.
 */
const READS_BY_IN: ReadonlySet<string> = new Set([
  "src/cli/describe-rule.ts",
  "src/cli/matrix/matrix-html.ts",
  "src/cli/policy-file/load-policy-file.ts",
  ...["html-text", "markdown", "output"].map((name) => `src/cli/terminal/${name}.ts`),
  "src/resource-server/read-token.ts",
]);

/** Returns the uses of the operator `in`. Write `Object.hasOwn` to look up a member, and use the `kind` of a result. */
function inFaults(path: string, file: ts.SourceFile): readonly string[] {
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    const isIn =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
      !ts.isPrivateIdentifier(node.left); // a private field is never inherited
    if (isIn || ts.isForInStatement(node))
      faults.push(`${path}: reads inherited members by \`in\``);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
}

function isDeclarationName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isInterfaceDeclaration(parent) ||
      ts.isTypeAliasDeclaration(parent) ||
      ts.isTypeParameterDeclaration(parent) ||
      ts.isImportSpecifier(parent)) &&
    parent.name === node
  );
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isNamedTupleMember(parent)) &&
    parent.name === node
  );
}

function cycleFaults(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const faults: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) faults.push(`${[...trail.slice(start), path].join(" > ")}: an import cycle`);
    if (start >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return faults;
}

describe("src", () => {
  it("breaks none of these rules", () => {
    const tree = readSourceTree();
    expect(tree.size).toBeGreaterThan(1);
    expect(faultsOf(tree)).toEqual([]);
  });

  it("has an import for each arrow of the tables", () => {
    const used = new Set(
      [...readSourceTree()].flatMap(([path, text]) => {
        const from = placeOf(path);
        const targets = targetsOf(path, parseSource(path, text));
        return targets.map((target) => `${from.kind} ${from.name} > ${placeOf(target).name}`);
      }),
    );
    const unused = [
      ...Object.entries(ROOMS).map(([name, rooms]) => [`room ${name}`, rooms] as const),
      ...Object.entries(ENTRIES).map(([name, rooms]) => [`entry ${name}`, rooms] as const),
    ].flatMap(([name, rooms]) =>
      rooms.map((room) => `${name} > ${room}`).filter((arrow) => !used.has(arrow)),
    );
    expect(unused).toEqual([]);
  });

  it("has no cycle in the table of rooms", () => {
    const graph = new Map(Object.entries(ROOMS));
    expect(cycleFaults(graph)).toEqual([]);
  });
});

describe("the check of a tree", () => {
  const leaf = { "src/errors.ts": "export const a = 1;" };
  const scope = { "src/grammar/scope.ts": "export const scope = 1;" };
  const cases: readonly {
    readonly title: string;
    readonly tree: Readonly<Record<string, string>>;
    readonly faults: readonly string[];
  }[] = [
    {
      title: "nothing for imports of the table, the leaf, and members with platform names",
      tree: {
        ...leaf,
        ...scope,
        "src/policy/compile.ts": `import { scope } from "../grammar/scope.js";
import { a } from "../errors.js";
import picomatch from "picomatch";
export const compile = (location: string) => ({ process: scope, fetch: a.document, location, picomatch });`,
        "src/index.ts": `export { compile } from "./policy/compile.js";`,
      },
      faults: [],
    },
    {
      title: "a room that imports from a room above",
      tree: {
        "src/grammar/scope.ts": `import { compile } from "../policy/compile.js";`,
        "src/policy/compile.ts": "export const compile = 1;",
      },
      faults: ["src/grammar/scope.ts: must not import from src/policy/compile.ts"],
    },
    {
      title: "a type import from a room above",
      tree: {
        "src/decision/decide.ts": "export type Decide = 1;",
        "src/consent/screen.ts": `import type { Decide } from "../decision/decide.js";`,
        "src/policy/compile.ts": `export type A = import("../decision/decide.js").Decide;`,
      },
      faults: [
        "src/consent/screen.ts: must not import from src/decision/decide.ts",
        "src/policy/compile.ts: must not import from src/decision/decide.ts",
      ],
    },
    {
      title: "a use of the scope lookup outside of policy and decision",
      tree: {
        "src/policy/scope-lookup.ts": "export const lookup = 1;",
        "src/policy/scope-meanings.ts": `import { lookup } from "./scope-lookup.js"; export const a = (b) => b.lookups;`,
        "src/decision/token-scopes-reader.ts": "export const a = ({ lookups }) => lookups;",
        "src/consent/grantable-scopes.ts": `import { lookup } from "../policy/scope-lookup.js"; export const a = (b) => b.lookups;`,
      },
      faults: [
        "src/consent/grantable-scopes.ts: imports the scope lookup",
        "src/consent/grantable-scopes.ts: reads `lookups`",
      ],
    },
    {
      title: "the operator `in`, except in the files of the list",
      tree: {
        "src/policy/a.ts": `export const a = (b: object) => "c" in b;`,
        "src/mcp/http/b.ts": "export const a = (b) => { for (const c in b) return c; };",
        "src/cli/terminal/output.ts": `export const a = (b: object) => "c" in b;`,
        "src/policy/c.ts": "export type A = { [B in keyof C]: 1 };",
      },
      faults: [
        "src/policy/a.ts: reads inherited members by `in`",
        "src/mcp/http/b.ts: reads inherited members by `in`",
      ],
    },
    {
      title: "a room that imports an entry",
      tree: { ...scope, "src/index.ts": "", "src/grammar/a.ts": `import "../index.js";` },
      faults: ["src/grammar/a.ts: must not import from src/index.ts"],
    },
    {
      title: "a leaf that imports",
      tree: { ...scope, "src/errors.ts": `import { scope } from "./grammar/scope.js";` },
      faults: ["src/errors.ts: must not import from src/grammar/scope.ts"],
    },
    {
      title: "a missing file, and the package's own name",
      tree: {
        "src/grammar/a.ts": `import "./b.js";`,
        "src/cli/check.ts": `import "scope-policy";`,
      },
      faults: [
        "src/grammar/a.ts: imports `./b.js`, which is not a file of src",
        "src/cli/check.ts: imports its own package by name",
      ],
    },
    {
      title: "a cycle, type imports included",
      tree: {
        "src/grammar/a.ts": `import { b } from "./b.js"; export const a = b;`,
        "src/grammar/b.ts": `import type { c } from "./c.js"; export const b = 1;`,
        "src/grammar/c.ts": `export { a as c } from "./a.js";`,
      },
      faults: [
        "src/grammar/a.ts > src/grammar/b.ts > src/grammar/c.ts > src/grammar/a.ts: an import cycle",
      ],
    },
    {
      title: "an `export *`",
      tree: {
        ...scope,
        "src/index.ts": `export * from "./grammar/scope.js";`,
        "src/policy/a.ts": `export * as scope from "../grammar/scope.js";`,
      },
      faults: [
        "src/index.ts: export * from `./grammar/scope.js`",
        "src/policy/a.ts: export * from `../grammar/scope.js`",
      ],
    },
    {
      title: "a default export in each spelling",
      tree: {
        "src/grammar/a.ts": "export default 1;",
        "src/grammar/b.ts": "export default function f() {}",
        "src/grammar/c.ts": "const x = 1; export { x as default };",
      },
      faults: ["a", "b", "c"].map((name) => `src/grammar/${name}.ts: a default export`),
    },
    {
      title: "a long file, a barrel, an unknown room and an unknown entry",
      tree: {
        "src/grammar/long.ts": "\n".repeat(350).concat("export {};"),
        "src/grammar/index.ts": "",
        "src/utils/a.ts": "",
        "src/helpers.ts": "",
      },
      faults: [
        "src/grammar/long.ts: 351 lines, over 350",
        "src/grammar/index.ts: a barrel",
        "src/utils/a.ts: unknown room or entry",
        "src/helpers.ts: unknown room or entry",
      ],
    },
    {
      title: "an adapter that contains a status or a code",
      tree: {
        "src/express.ts": `export const a = { status: 403, code: "denied", lines: 350 };`,
        "src/resource-server/b.ts": `export const b = { status: 403, code: "denied" };`,
      },
      faults: ["src/express.ts: contains `403`", "src/express.ts: contains `denied`"],
    },
    {
      title: "names of Node and of the DOM in a core room, but not in the command line",
      tree: {
        "src/policy/a.ts": `import { readFileSync } from "node:fs"; readFileSync(process.cwd());`,
        "src/decision/b.ts": "export const url: URL = document.location;",
        "src/cli/c.ts": `import { readFileSync } from "node:fs"; readFileSync(process.cwd());`,
      },
      faults: [
        "src/policy/a.ts: imports `node:fs`",
        "src/policy/a.ts: uses `process`, a name of Node or of the DOM",
        "src/decision/b.ts: uses `URL`, a name of Node or of the DOM",
        "src/decision/b.ts: uses `document`, a name of Node or of the DOM",
      ],
    },
  ];

  it.each(titled(cases))("reports %s", (_title, { tree, faults }) => {
    expect(faultsOf(new Map(Object.entries(tree)))).toEqual(faults);
  });
});
