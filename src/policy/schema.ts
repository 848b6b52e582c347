import * as z from "zod";
import { isObject } from "../grammar/is-object.js";
import type { PolicyDefinition } from "./definition.js";
import { formatPath, type Path, type Report } from "./report.js";
import { nearest } from "./suggest.js";

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
  .meta({ id: "Scope", description: "One scope: texts, defaults and conditions." });

const gates = {
  tier: name.optional(),
  accountTypes: names.optional(),
  params: z.record(z.string(), name).optional(),
};

// lazy, because a requirement contains requirements
const part: z.ZodType<unknown> = z.lazy(() => z.union([name, Requirement]));
const parts = z.array(part).min(1);

const Requirement = z
  .strictObject({
    scope: name.optional(),
    allOf: parts.optional(),
    anyOf: parts.optional(),
    ...gates,
  })
  .meta({
    id: "Requirement",
    description: "Exactly one of scope, allOf and anyOf, with conditions.",
  });

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
    description: "A requirement, or one of deny, public and authenticated, with texts.",
  });

const operations = z.record(z.string(), z.union([name, Operation]));

const Definition = z
  .strictObject({
    name: name.describe("Name of the policy, as free text."),
    version: name.describe("Version of the policy."),
    tiers: names.optional().describe("Tiers in ascending order."),
    accountTypes: names.optional().describe("Account types."),
    scopes: z.record(z.string(), z.union([z.string(), Scope])).describe("All scopes by name."),
    baseline: names
      .optional()
      .describe("Scopes that every tool requires in addition to its own rule."),
    defaultScopes: names.optional().describe("Scopes for authorization requests without a scope."),
    bundles: z
      .record(
        z.string(),
        z.union([names, z.strictObject({ every: z.literal(true), except: names.optional() })]),
      )
      .optional(),
    tools: operations
      .optional()
      .describe("Requirement of each tool. A name with * or ? is a pattern."),
    endpoints: operations
      .optional()
      .describe("Requirement of each endpoint. A name is METHOD, a space, a path."),
    notCovered: names.optional().describe("What no scope covers, as texts for users."),
  })
  .meta({ title: "scope-policy: a policy" });

/**
 * Returns the JSON Schema (draft 2020-12) of a policy, with which an editor completes and checks a policy in JSON. The schema
 * describes the shape only: `loadPolicy` checks that names are declared and rules are consistent.
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
 * Reports where `data` does not have the shape of a policy, and removes the invalid parts. The meaning of the rest can then be
 * checked too, so that one run shows all findings. Changes `data`, which must be a private copy.
 *
 * Invalid list items become `undefined`, so that the others keep their index. If there are more findings than a report lists,
 * the result is an empty policy.
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
    // one finding per place: a value of the wrong type can also be too small, and `undefined` already has a finding
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
 * Yields each issue with its place. An unknown key has its own place. The issues of a union are those of the arm that matches
 * the type of the value. If no arm matches, the union itself is the issue.
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

/** Returns the issues of the arm that matches the type of the value; `undefined` if no arm matches. */
function armOf({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
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
};

function nameOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return `\`${value.slice(0, 64)}\``;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Returns the valid options of the object at `path`, for a suggestion. */
function optionsAt(path: Path): readonly string[] {
  const [top, , third] = path;
  if (top === undefined) return Object.keys(Definition.shape);
  if (top === "scopes") return Object.keys(third === "locales" ? texts : Scope.shape);
  if (top === "bundles") return ["every", "except"];
  if (third === "audit") return ["show", "hash"];
  return Object.keys(path.length === 2 ? Operation.shape : Requirement.shape);
}

type Bag = Record<string | number, unknown>;

/** Removes the invalid part. A scope with invalid options stays declared, because rules that name it are valid. */
function prune(root: Bag, path: Path): void {
  let holder: Bag = root;
  for (const key of path.slice(0, -1)) holder = holder[key] as Bag;
  const last = path.at(-1);
  if (last === undefined) return;
  if (Array.isArray(holder)) holder[last as number] = undefined;
  else if (path[0] === "scopes" && path.length === 2) holder[last] = {};
  else delete holder[last];
}
