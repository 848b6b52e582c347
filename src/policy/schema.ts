import * as z from "zod/mini";
import { isObject } from "../grammar/is-object.js";
import { once } from "../grammar/once.js";
import type { PolicyDefinition } from "./definition.js";
import { isPlainDefinition, withoutPlainEntries } from "./plain-entries.js";
import { formatPath, type Path, type Report } from "./report.js";
import { MATCHING_RULES } from "./scope-lookup.js";
import { hintAt } from "./shape-hints.js";
import { meantBy } from "./slips.js";

/** Creates the schema of a policy, and those of the objects in it whose options a finding suggests. */
function createSchemas() {
  const list = <Item extends z.ZodMiniType>(item: Item) => z.array(item).check(z.minLength(1));
  const text = () => z.string().check(z.minLength(1));
  const name = text();
  // an instance for each kind of name: the JSON Schema of one policy lists the names that it declares
  const declared = {
    scope: text(),
    scopeWithoutPlaceholder: text(),
    tier: text(),
    accountType: text(),
    entitlement: text(),
    boundary: text(),
  };
  const scopes = list(declared.scope);
  // an instance for each option: it has a description of its own
  const optional = {
    text: () => z.optional(z.string()),
    name: () => z.optional(name),
    names: () => z.optional(list(name)),
    scope: () => z.optional(declared.scope),
    scopes: () => z.optional(scopes),
    plainScopeOrList: () =>
      z.optional(
        z.union([declared.scopeWithoutPlaceholder, list(declared.scopeWithoutPlaceholder)]),
      ),
    plainScopes: () => z.optional(list(declared.scopeWithoutPlaceholder)),
    tier: () => z.optional(declared.tier),
    accountTypes: () => z.optional(list(declared.accountType)),
    entitlement: () => z.optional(declared.entitlement),
    true: () => z.optional(z.literal(true)),
  };
  const texts = { title: optional.text(), description: optional.text(), warning: optional.text() };
  const localTexts = z.strictObject(texts);
  const scope = z.strictObject({
    ...texts,
    group: optional.text(),
    default: z.optional(z.literal(["on", "off"])),
    required: z.optional(z.boolean()),
    reserved: z.optional(z.boolean()),
    restricted: z.optional(z.boolean()),
    tier: optional.tier(),
    accountTypes: optional.accountTypes(),
    entitlement: optional.entitlement(),
    implies: optional.scopes(),
    replaces: optional.names(),
    match: z.optional(z.literal(Object.keys(MATCHING_RULES))),
    locales: z.optional(z.record(z.string(), localTexts)),
  });

  // lazy, because a requirement contains requirements
  const part: z.ZodMiniType = z.lazy(() => z.union([declared.scope, requirement]));
  const parts = () => z.optional(list(part));
  const rule = () => ({
    scope: optional.scope(),
    allOf: parts(),
    anyOf: parts(),
    tier: optional.tier(),
    accountTypes: optional.accountTypes(),
    entitlement: optional.entitlement(),
    params: z.optional(z.record(z.string(), name)),
  });
  const requirement = z.strictObject(rule());
  const audit = z.strictObject({ show: optional.names(), hash: optional.names() });
  const scalars = () => [z.string(), z.number(), z.boolean(), z.null()] as const;
  const common = () => ({
    deny: optional.name(),
    enrichedBy: optional.plainScopeOrList(),
    acr: z.optional(z.union([name, list(name)])),
    maxAge: z.optional(z.number()),
  });
  const branch = z.strictObject({ ...rule(), ...common() });
  const oneCase = z.strictObject({
    ...rule(),
    ...common(),
    when: z.record(z.string(), z.union([...scalars(), list(z.union(scalars()))])),
  });
  const operation = z.strictObject({
    ...rule(),
    ...common(),
    within: z.optional(z.record(declared.boundary, name)),
    cases: z.optional(list(oneCase)),
    otherwise: z.optional(z.union([declared.scope, branch])),
    weakOtherwise: optional.true(),
    public: optional.true(),
    authenticated: optional.true(),
    title: optional.text(),
    description: optional.text(),
    hidden: optional.true(),
    internal: optional.true(),
    audit: z.optional(audit),
  });
  const boundary = z.strictObject({
    claim: text(),
    title: optional.name(),
    absent: z.optional(z.literal(["none", "dangerouslyAll"])),
  });
  const translated = () => z.optional(z.record(z.string(), text()));
  const policyTexts = z.strictObject({
    groups: translated(),
    bundles: translated(),
    boundaries: translated(),
    notCovered: translated(),
  });
  const accepted = z.strictObject({ code: text(), path: z.string(), reason: text() });
  const operations = () => z.optional(z.record(z.string(), z.union([declared.scope, operation])));
  const everyScope = z.strictObject({ every: z.literal(true), except: optional.scopes() });
  const definition = z.strictObject({
    $schema: optional.text(),
    name: text(),
    version: text(),
    language: optional.text(),
    tiers: optional.names(),
    accountTypes: optional.names(),
    entitlements: optional.names(),
    boundaries: z.optional(z.record(z.string(), boundary)),
    scopes: z.record(z.string(), z.union([z.string(), scope])),
    baseline: optional.plainScopes(),
    defaultScopes: optional.plainScopes(),
    bundles: z.optional(z.record(z.string(), z.union([scopes, everyScope]))),
    tools: operations(),
    endpoints: operations(),
    notCovered: optional.names(),
    locales: z.optional(z.record(z.string(), policyTexts)),
    lint: z.optional(list(accepted)),
  });
  return {
    definition,
    scope,
    localTexts,
    policyTexts,
    operation,
    requirement,
    boundary,
    branch,
    oneCase,
    audit,
    everyScope,
    accepted,
    declared,
  };
}

/** Returns the schemas. The first call creates them, so that an import alone costs nothing. */
export const schemas = once(createSchemas);

type Issue = z.core.$ZodIssue;

const EMPTY: PolicyDefinition = { name: "", version: "", scopes: {} };

/**
 * Reports where `data` does not have the shape of a policy, and removes the invalid parts. The meaning of the rest can then be
 * checked too, so that one run shows all findings. Changes `data`, which must be a private copy.
 *
 * Invalid list items become `undefined`, so that the others keep their index. If there are more findings than a report lists,
 * the result is an empty policy.
 */
export function checkShape(data: unknown, report: Report): PolicyDefinition {
  const result = parse(data);
  if (result === undefined) {
    report.add("too_large", [], "too many invalid values: they are not listed");
    return EMPTY;
  }
  if (result.success) return data as PolicyDefinition;
  const root: MutableObject = isObject(data) ? data : {};
  for (const { issue, path } of issuesIn(result.error.issues, [])) {
    if (report.isFull) {
      report.stop();
      return EMPTY;
    }
    // one finding per place: a value of the wrong type can also be too small, and `undefined` already has a finding
    if (!report.removed.has(formatPath(path))) reportIssue(issue, path, report);
    report.remove(path);
    prune(root, path);
  }
  return root as unknown as PolicyDefinition;
}

const VALID = { success: true } as const;

/** Returns the result of the schema; `undefined` if it throws, because zod copies issues as arguments, and the stack limits those. */
function parse(data: unknown) {
  try {
    const rest = withoutPlainEntries(data);
    if (isPlainDefinition(rest)) return VALID;
    return z.safeParse(schemas().definition, rest, { reportInput: true });
  } catch {
    return undefined;
  }
}

interface PlacedIssue {
  readonly issue: Issue;
  readonly path: Path;
}

/**
 * Yields each issue with its place. An unknown key has its own place. The issues of a union are those of the arm that matches
 * the type of the value. If no arm matches, the union itself is the issue.
 */
function* issuesIn(issues: readonly Issue[], above: Path): Generator<PlacedIssue> {
  for (const issue of issues) {
    const path = [...above, ...(issue.path as Path)];
    const arm = issue.code === "invalid_union" ? matchingArm(issue) : undefined;
    if (arm !== undefined) yield* issuesIn(arm, path);
    else if (issue.code !== "unrecognized_keys") yield { issue, path };
    else for (const key of issue.keys) yield { issue, path: [...path, key] };
  }
}

/** Returns the issues of the arm that matches the type of the value; `undefined` if no arm matches. */
function matchingArm({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const arm = errors.find(
    (issues) => !issues.some((inner) => inner.code === "invalid_type" && inner.path.length === 0),
  );
  // a missing key next to a misspelt one is the same mistake
  const misspelt = arm?.some(
    (inner) => inner.code === "unrecognized_keys" && inner.path.length === 0,
  );
  return arm?.filter((inner) => misspelt !== true || inner.input !== undefined);
}

function reportIssue(issue: Issue, path: Path, report: Report): void {
  switch (issue.code) {
    case "unrecognized_keys": {
      const key = String(path.at(-1));
      const hint = isOfOperation(key, path) ? ": it belongs at the top of the operation" : "";
      report.add("unknown_key", path, `unknown option \`${key}\`${hint}`, () =>
        meantBy(key, optionsAt(path.slice(0, -1))),
      );
      return;
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const { input } = issue;
      const isWord = typeof input === "string" || typeof input === "boolean";
      const meant = () => (isWord ? meantBy(String(input), values) : undefined);
      report.add(
        "invalid_type",
        path,
        `expected ${values.join(" or ")}, got ${nameOf(issue.input)}`,
        meant,
      );
      return;
    }
    case "too_small":
      report.add(issue.origin === "array" ? "empty_list" : "empty_text", path, "must not be empty");
      return;
    default:
      if (issue.input === undefined && issue.code === "invalid_type" && path.length === 1) {
        report.add("missing_key", path, `\`${String(path[0])}\` is missing`);
      } else {
        report.add(
          "invalid_type",
          path,
          `expected ${expectedBy(issue)}, got ${nameOf(issue.input)}${hintAt(issue.input, path)}`,
        );
      }
  }
}

/** Returns the types that an issue expected; for a union, those of all arms. */
function expectedBy(issue: Issue): string {
  const wrong = issue.code === "invalid_union" ? issue.errors.flat() : [issue];
  const kinds = wrong.flatMap((one) =>
    one.code === "invalid_type" ? (KINDS[one.expected] as string) : [],
  );
  return [...new Set(kinds)].join(" or ");
}

/** The name in messages of each type in the schema. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a string",
  object: "an object",
  record: "an object",
  array: "a list",
  boolean: "true or false",
  number: "a number",
  null: "null",
};

function nameOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return `\`${value.slice(0, 64)}\``;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Returns whether an unknown key, so one of a nested requirement, is an option of the whole operation. */
function isOfOperation(key: string, path: Path): boolean {
  const [top, , third] = path;
  const isRule = (top === "tools" || top === "endpoints") && third !== "audit";
  return isRule && Object.hasOwn(schemas().operation.shape, key);
}

/** Returns the valid options of the object at `path`, for a suggestion. */
function optionsAt(path: Path): readonly string[] {
  const [top, , third] = path;
  const { definition, scope, operation, requirement, branch, oneCase, localTexts } = schemas();
  if (top === undefined) return Object.keys(definition.shape);
  if (top === "scopes") return Object.keys((third === "locales" ? localTexts : scope).shape);
  if (top === "bundles") return ["every", "except"];
  if (top === "boundaries") return ["claim", "title", "absent"];
  if (top === "locales") return Object.keys(schemas().policyTexts.shape);
  if (top === "lint") return Object.keys(schemas().accepted.shape);
  if (third === "audit") return ["show", "hash"];
  if (path.length === 2) return Object.keys(operation.shape);
  if (path.length === 3 && third === "otherwise") return Object.keys(branch.shape);
  return Object.keys((path.length === 4 && third === "cases" ? oneCase : requirement).shape);
}

type MutableObject = Record<string | number, unknown>;

/** Removes the invalid part. A scope with invalid options stays declared, because rules that name it are valid. */
function prune(root: MutableObject, path: Path): void {
  let holder: MutableObject = root;
  for (const key of path.slice(0, -1)) holder = holder[key] as MutableObject;
  const last = path.at(-1);
  if (last === undefined) return;
  if (Array.isArray(holder)) holder[last as number] = undefined;
  else if (path[0] === "scopes" && path.length === 2) holder[last] = {};
  else delete holder[last];
}
