import type { Finding } from "../../errors.js";
import { parseFindingPath } from "./finding-path.js";
import {
  allNodes,
  child,
  children,
  type Node,
  nodeText,
  parseJson,
  parseProgram,
  type Range,
  rangeOf,
  syntaxErrorAt,
} from "./syntax-tree.js";

/** The language of a source: JSON, or JavaScript and TypeScript. */
export type Language = "json" | "code";

/** Codes of the findings that concern a key rather than its value. */
const KEY_CODES = new Set([
  "unknown_key",
  "duplicate_key",
  "reserved_key",
  "tool_name",
  "pattern_syntax",
  "scope_syntax",
  "stray_bracket",
  "overlap",
  "duplicate",
  "endpoint_syntax",
  "endpoint_method",
  "duplicate_endpoint",
  "catch_all_param",
  "mixed_operation",
  "unused_param",
]);

const START: Range = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

/**
 * Returns the positions of findings in the source of a policy, in the order of the findings. Follows each path as far as
 * the source can be read without running it. A finding deeper than that gets the range of the nearest enclosing value, and a
 * finding without an enclosing value gets the start of the text.
 */
export function locateFindings(
  source: string,
  language: Language,
  findings: readonly Finding[],
): readonly Range[] {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const tree = language === "json" ? parseJson(text) : parseProgram(text);
  const scope =
    tree === undefined || language === "json" ? new Map<string, Node>() : constantsOf(tree);
  const roots = tree === undefined ? [] : language === "json" ? [tree] : candidatesIn(tree);
  const root = bestCandidate(roots, findings, scope);
  const twins = new Map<string, number>();
  return findings.map((finding) => {
    if (finding.code === "json_syntax") return syntaxErrorRange(text, finding.message);
    if (finding.code === "json_bom" || root === undefined) return START;
    if (finding.code !== "duplicate_key") return follow(root, finding, scope).range;
    const earlier = twins.get(finding.path) ?? 0;
    twins.set(finding.path, earlier + 1);
    return duplicateRange(root, finding, earlier, scope) ?? follow(root, finding, scope).range;
  });
}

/** Returns where a text stops being JSON. The message of `JSON.parse` names the position, the token, or an unexpected end. */
function syntaxErrorRange(text: string, message: string): Range {
  const named = /at position (\d+)/.exec(message)?.[1];
  const position = Math.min(
    named === undefined ? guessErrorPosition(text, message) : Number(named),
    text.length,
  );
  const before = text.slice(0, position).split("\n");
  const start = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return { start, end: start };
}

function guessErrorPosition(text: string, message: string): number {
  if (/end of JSON/.test(message)) return text.trimEnd().length;
  const position = syntaxErrorAt(text);
  if (position !== undefined) return position;
  // the text is valid JavaScript but not JSON: quotes, comments, commas
  const token = /token '?(.)'?/.exec(message)?.[1];
  return token === undefined ? 0 : Math.max(text.indexOf(token), 0);
}

/** Returns the constants and variables at the top level of a module, by name. */
function constantsOf(program: Node): ReadonlyMap<string, Node> {
  const constants = new Map<string, Node>();
  for (const statement of children(program, "body")) {
    const declaration =
      statement?.type === "ExportNamedDeclaration" ? child(statement, "declaration") : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const declarator of children(declaration, "declarations")) {
      const name = declarator && nodeText(child(declarator, "id"));
      const value = declarator && child(declarator, "init");
      if (name !== undefined && value !== undefined) constants.set(name, value);
    }
  }
  return constants;
}

const MAKERS = new Set(["definePolicy", "loadPolicy"]);

/** Returns the candidates for the policy of a module: the arguments of `definePolicy` and `loadPolicy`, then the exports. */
function candidatesIn(program: Node): readonly Node[] {
  const made: Node[] = [];
  const exported: Node[] = [];
  for (const node of allNodes(program)) {
    if (node.type === "CallExpression") {
      const callee = child(node, "callee");
      const name = nodeText(
        callee?.type === "MemberExpression" ? child(callee, "property") : callee,
      );
      const [argument] = children(node, "arguments");
      if (name !== undefined && MAKERS.has(name) && argument !== undefined) made.push(argument);
    } else if (node.type === "ExportDefaultDeclaration") {
      exported.push(...[child(node, "declaration")].filter((value) => value !== undefined));
    } else if (node.type === "ExportNamedDeclaration") {
      exported.push(...exportedBy(node));
    } else if (node.type === "AssignmentExpression" && isCommonJsExport(child(node, "left"))) {
      exported.push(...[child(node, "right")].filter((value) => value !== undefined));
    }
  }
  return [...made, ...exported];
}

function exportedBy(node: Node): readonly Node[] {
  const declaration = child(node, "declaration");
  const declared = declaration === undefined ? [] : children(declaration, "declarations");
  const values = declared.map((declarator) => declarator && child(declarator, "init"));
  const named = children(node, "specifiers").map((one) => one && child(one, "local"));
  return [...values, ...named].filter((value) => value !== undefined);
}

function isCommonJsExport(target: Node | undefined): boolean {
  if (target?.type !== "MemberExpression") return false;
  const object = child(target, "object");
  const holder = nodeText(object);
  return (
    holder === "exports" ||
    (holder === "module" && nodeText(child(target, "property")) === "exports")
  );
}

/** Returns the candidate in which the paths of the findings can be followed furthest. */
function bestCandidate(
  roots: readonly Node[],
  findings: readonly Finding[],
  scope: ReadonlyMap<string, Node>,
): Node | undefined {
  let best: Node | undefined;
  let furthest = -1;
  for (const root of roots) {
    const steps = findings.reduce((sum, finding) => sum + follow(root, finding, scope).steps, 0);
    const reach = steps + (resolve(root, scope)?.type === "ObjectExpression" ? 0.5 : 0);
    if (reach > furthest) {
      best = root;
      furthest = reach;
    }
  }
  return best;
}

/** Types of the nodes that do not change a value: `as const`, `satisfies`, parentheses, `!`. */
const WRAPPERS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
  "TSNonNullExpression",
  "ParenthesizedExpression",
]);

function unwrap(start: Node | undefined): Node | undefined {
  let node = start;
  while (node !== undefined && WRAPPERS.has(node.type)) node = child(node, "expression");
  return node;
}

const MAX_NAMES = 32;

/** Returns the literal behind a node: removes wrappers and looks up constants of the module. */
function resolve(start: Node | undefined, scope: ReadonlyMap<string, Node>): Node | undefined {
  let node = start;
  for (let names = 0; node !== undefined && names <= MAX_NAMES; names += 1) {
    node = unwrap(node);
    if (node?.type !== "Identifier") return node;
    node = scope.get(String(node["name"]));
  }
  return undefined;
}

interface FollowResult {
  readonly range: Range;
  /** The number of steps of the path that could be followed. */
  readonly steps: number;
}

function follow(root: Node, finding: Finding, scope: ReadonlyMap<string, Node>): FollowResult {
  const path = parseFindingPath(finding.path);
  let value: Node | undefined = root;
  let key: Node | undefined;
  let deepest: Node = resolve(root, scope) ?? root;
  let steps = 0;
  for (const step of path) {
    const holder = resolve(value, scope);
    if (holder === undefined) break;
    const property = typeof step === "number" ? undefined : propertiesOf(holder, step).at(-1);
    const next: Node | undefined =
      typeof step === "number"
        ? itemOf(holder, step)
        : property && (child(property, "value") ?? property);
    if (next === undefined) break;
    key = property && child(property, "key");
    value = next;
    deepest = unwrap(next) ?? next;
    steps += 1;
  }
  const atKey = key !== undefined && steps === path.length && KEY_CODES.has(finding.code);
  return { range: rangeOf(atKey && key ? key : deepest) ?? START, steps };
}

/** Returns the properties of an object literal with a name. If there are several, the last one counts. */
function propertiesOf(holder: Node, name: string): readonly Node[] {
  if (holder.type !== "ObjectExpression") return [];
  return children(holder, "properties").filter((property): property is Node => {
    if (property === undefined || property.type === "SpreadElement") return false;
    const key = child(property, "key");
    // a computed key is the value of an expression: an identifier in it is a variable, not the key
    if (property["computed"] === true && key?.type === "Identifier") return false;
    return nodeText(key) === name;
  });
}

function itemOf(holder: Node, index: number): Node | undefined {
  return holder.type === "ArrayExpression" ? children(holder, "elements")[index] : undefined;
}

/** Returns the range of a duplicate key; `earlier` is the number of duplicates of the same key that were located before it. */
function duplicateRange(
  root: Node,
  finding: Finding,
  earlier: number,
  scope: ReadonlyMap<string, Node>,
): Range | undefined {
  const path = parseFindingPath(finding.path);
  let holders: readonly Node[] = [root];
  const last = path.at(-1);
  for (const step of path.slice(0, -1)) {
    holders = holders.flatMap((node) => {
      const holder = resolve(node, scope);
      if (holder === undefined) return [];
      if (typeof step === "number") return itemOf(holder, step) ?? [];
      return propertiesOf(holder, step).flatMap((property) => child(property, "value") ?? []);
    });
  }
  const twins = holders.flatMap((node) => {
    const holder = resolve(node, scope);
    return holder === undefined ? [] : propertiesOf(holder, String(last)).slice(1);
  });
  const key = twins[earlier] && child(twins[earlier], "key");
  return key && rangeOf(key);
}
