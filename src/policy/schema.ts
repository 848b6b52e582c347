import * as z from "zod";
import { isObject } from "../grammar/is-object.js";
import type { PolicyDefinition } from "./definition.js";
import { formatPath, nearest, type Path, type Report } from "./findings.js";

const name = z.string().min(1);
const names = z.array(name).min(1);
const texts = {
  title: z.string().optional(),
  description: z.string().optional(),
  warning: z.string().optional(),
};

const Scope = z
  .strictObject({
    ...texts,
    group: z.string().optional(),
    default: z.enum(["on", "off"]).optional(),
    required: z.boolean().optional(),
    reserved: z.boolean().optional(),
    tier: name.optional(),
    accountTypes: names.optional(),
    implies: names.optional(),
    replaces: names.optional(),
    locales: z.record(z.string(), z.strictObject(texts)).optional(),
  })
  .meta({ id: "Scope", description: "One scope: texts, defaults and gates." });

const gates = {
  tier: name.optional(),
  accountTypes: names.optional(),
  params: z.record(z.string(), name).optional(),
};

// lazy, since a requirement holds requirements
const part: z.ZodType<unknown> = z.lazy(() => z.union([name, Requirement]));
const parts = z.array(part).min(1);

const Requirement = z
  .strictObject({
    scope: name.optional(),
    allOf: parts.optional(),
    anyOf: parts.optional(),
    ...gates,
  })
  .meta({ id: "Requirement", description: "Exactly one of scope, allOf and anyOf, with gates." });

const Operation = z
  .strictObject({
    scope: name.optional(),
    allOf: parts.optional(),
    anyOf: parts.optional(),
    ...gates,
    deny: name.optional(),
    public: z.literal(true).optional(),
    enrichedBy: name.optional(),
    authenticated: z.literal(true).optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    hidden: z.literal(true).optional(),
    audit: z.strictObject({ show: names.optional(), hash: names.optional() }).optional(),
  })
  .meta({
    id: "Operation",
    description: "A requirement, or one of deny, public and authenticated; with texts.",
  });

const operations = z.record(z.string(), z.union([name, Operation]));

const Definition = z
  .strictObject({
    name: name.describe("Whose policy it is; free text."),
    version: name.describe("Which edition of the policy it is."),
    tiers: names.optional().describe("The plans, ascending."),
    accountTypes: names.optional().describe("The kinds of account."),
    scopes: z.record(z.string(), z.union([z.string(), Scope])).describe("Every scope there is."),
    baseline: names.optional().describe("What every tool needs besides its own rule."),
    defaultScopes: names.optional().describe("Granted when a request names no scope."),
    bundles: z
      .record(
        z.string(),
        z.union([names, z.strictObject({ every: z.literal(true), except: names.optional() })]),
      )
      .optional(),
    tools: operations.optional().describe("What each tool needs; a name with * or ? is a pattern."),
    endpoints: operations.optional().describe("What each endpoint needs: METHOD, a space, a path."),
    notCovered: names.optional().describe("What no scope covers."),
  })
  .meta({ title: "scope-policy: a policy" });

/**
 * The JSON Schema (draft 2020-12) of a policy: what an editor needs to complete and check a policy that is written as
 * JSON. It says the shape; that names are declared and rules make sense is `loadPolicy`'s to say.
 *
 * @example
 * ```ts
 * import { policyJsonSchema } from "scope-policy";
 *
 * const schema: Record<string, unknown> = policyJsonSchema();
 * ```
 */
export function policyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(Definition);
}

type Issue = z.core.$ZodIssue;

/**
 * Reports where `data` has not the shape of a policy, and removes the wrong parts, so that the rest can still be checked
 * for what it means: one run shows every finding. `data` is the caller's own copy and is changed.
 *
 * Wrong list items are left as `undefined`, so that the places of the others stay true. Where there are more findings than
 * a report lists, nothing of the data is left.
 */
export function checkShape(data: unknown, report: Report): PolicyDefinition {
  const result = Definition.safeParse(data, { reportInput: true });
  if (result.success) return data as PolicyDefinition;
  const root: Bag = isObject(data) ? data : {};
  for (const { issue, path } of issuesIn(result.error.issues, [])) {
    if (report.isFull) {
      report.stop();
      return { name: "", version: "", scopes: {} };
    }
    // a value of the wrong type can also be too small, and the copy has reported `undefined`: one finding for a place
    if (!report.removed.has(formatPath(path))) reportIssue(issue, path, report);
    report.remove(path);
    prune(root, path);
  }
  return root as unknown as PolicyDefinition;
}

interface PlacedIssue {
  readonly issue: Issue;
  readonly path: Path;
}

/**
 * Yields each issue with its place. An unknown key is a place of its own. The issues of a union are those of the arm that
 * fits the type of the value; if none fits, the union itself is wrong.
 */
function* issuesIn(issues: readonly Issue[], above: Path): Generator<PlacedIssue> {
  for (const issue of issues) {
    const path = [...above, ...(issue.path as Path)];
    const arm = issue.code === "invalid_union" ? armOf(issue) : undefined;
    if (arm !== undefined) yield* issuesIn(arm, path);
    else if (issue.code !== "unrecognized_keys") yield { issue, path };
    else for (const key of issue.keys) yield { issue, path: [...path, key] };
  }
}

/** The issues of the arm that fits the type of the value; `undefined` where none fits. */
function armOf({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const arm = errors.find(
    (issues) => !issues.some((inner) => inner.code === "invalid_type" && inner.path.length === 0),
  );
  // a key that is missing beside one that is misspelt is the same slip
  const misspelt = arm?.some(
    (inner) => inner.code === "unrecognized_keys" && inner.path.length === 0,
  );
  return arm?.filter((inner) => misspelt !== true || inner.input !== undefined);
}

function reportIssue(issue: Issue, path: Path, report: Report): void {
  switch (issue.code) {
    case "unrecognized_keys": {
      const key = String(path.at(-1));
      report.add("unknown_key", path, `unknown option \`${key}\``, () =>
        nearest(key, optionsAt(path.slice(0, -1))),
      );
      return;
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const { input } = issue;
      const meant = () => (typeof input === "string" ? nearest(input, values) : undefined);
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
          `expected ${expectedBy(issue)}, got ${nameOf(issue.input)}`,
        );
      }
  }
}

/** Of a union, what each arm expected. */
function expectedBy(issue: Issue): string {
  const wrong = issue.code === "invalid_union" ? issue.errors.flat() : [issue];
  const kinds = wrong.flatMap((one) =>
    one.code === "invalid_type" ? (KINDS[one.expected] as string) : [],
  );
  return [...new Set(kinds)].join(" or ");
}

/** The types that the schema asks for, in words. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  object: "an object",
  record: "an object",
  array: "a list",
  boolean: "true or false",
};

function nameOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return `\`${value.slice(0, 64)}\``;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The options that the object at `path` knows, for a suggestion. */
function optionsAt(path: Path): readonly string[] {
  const [top, , third] = path;
  if (top === undefined) return Object.keys(Definition.shape);
  if (top === "scopes") return Object.keys(third === "locales" ? texts : Scope.shape);
  if (top === "bundles") return ["every", "except"];
  if (third === "audit") return ["show", "hash"];
  return Object.keys(path.length === 2 ? Operation.shape : Requirement.shape);
}

type Bag = Record<string | number, unknown>;

/** Takes the wrong part out. A scope stays declared even if its options are wrong, because rules that name it are correct. */
function prune(root: Bag, path: Path): void {
  let holder: Bag = root;
  for (const key of path.slice(0, -1)) holder = holder[key] as Bag;
  const last = path.at(-1);
  if (last === undefined) return;
  if (Array.isArray(holder)) holder[last as number] = undefined;
  else if (path[0] === "scopes" && path.length === 2) holder[last] = {};
  else delete holder[last];
}
