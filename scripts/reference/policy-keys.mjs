// Makes the page of all keys of a policy from its JSON Schema. Which keys exclude each other is tried: a policy with both is loaded.
import { code, page, splitDefault, table } from "./markdown.mjs";

/**
 * A JSON Schema, or a part of it.
 *
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {string} [type]
 * @property {unknown} [const]
 * @property {readonly unknown[]} [enum]
 * @property {readonly Schema[]} [anyOf]
 * @property {Schema} [else]
 * @property {Schema} [items]
 * @property {Record<string, Schema>} [properties]
 * @property {Schema} [propertyNames]
 * @property {Schema} [additionalProperties]
 * @property {readonly string[]} [required]
 * @property {string} [description]
 * @property {Record<string, Schema>} [$defs]
 */

/**
 * Returns a part of a schema that must be there.
 *
 * @template Part
 * @param {Part | undefined} part
 * @returns {Part}
 */
function given(part) {
  if (part === undefined) throw new Error("the schema of a policy has another form");
  return part;
}

/** Words for the kinds of names in the schema. */
const NAMES = new Map([
  ["ScopeName", "a scope"],
  ["ScopeNameWithoutPlaceholder", "a scope without placeholders"],
  ["TierName", "a tier"],
  ["AccountTypeName", "an account type"],
  ["EntitlementName", "an entitlement"],
  ["BoundaryName", "a boundary"],
  ["Operation", "an [operation](#tool-or-endpoint)"],
  ["Scope", "a [scope object](#scope)"],
  ["Boundary", "a [boundary](#boundary)"],
  ["Case", "a [case](#case)"],
  ["Branch", "a [branch](#branch)"],
  ["Requirement", "a [requirement](#requirement)"],
  ["AcceptedFinding", "an [accepted finding](#accepted-finding)"],
]);

/** The objects without a definition of their own, by the key that has them. */
const INLINE = new Map([
  ["audit", "an [audit object](#arguments-in-audit-events)"],
  ["bundles", "a [selection](#bundle)"],
  ["locales", "an object of [texts](#texts-of-a-scope)"],
  ["policy locales", "an object of [texts](#texts-of-a-policy)"],
]);

/** @param {string} words "a scope" -> "scopes" */
const plural = (words) =>
  words
    .replace(/^an? (\[)?/, "$1")
    .replace(/^([\w ]*?)(\w+)( without.*)?$/, "$1$2s$3")
    .replace(/^\[([^\]]+)\]/, "[$1s]");

/**
 * Returns the type of a value in words.
 *
 * @param {Schema} schema
 * @param {string} key
 * @returns {string}
 */
function typeOf(schema, key) {
  if (key === "when")
    return "an object by argument: a text, a number, `true`, `false`, `null`, or a list of these";
  const name = schema.$ref?.replace("#/$defs/", "");
  if (name !== undefined) {
    const words = NAMES.get(name);
    if (words === undefined) throw new Error(`no words for ${name}`);
    return words;
  }
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined)
    return key === "code"
      ? "a [lint code](./codes.md#lint-codes)"
      : schema.enum.map((one) => code(JSON.stringify(one))).join(" or ");
  if (schema.else !== undefined)
    return `${typeOf(given(schema.anyOf?.[0]), key)}, or ${typeOf(schema.else, key)}`;
  if (schema.anyOf !== undefined) {
    const arms = schema.anyOf.map((arm) => typeOf(arm, key));
    return `${arms.slice(0, -1).join(", ")}, or ${arms.at(-1)}`;
  }
  if (schema.type === "array") {
    if (schema.items?.$ref?.endsWith("__schema0"))
      return "a list of scopes and [requirements](#requirement)";
    return `a list of ${plural(typeOf(given(schema.items), key))}`;
  }
  if (schema.type === "object") {
    if (schema.properties !== undefined)
      return INLINE.get(key) ?? INLINE.get(key.replace(/^.* /, "")) ?? "an object";
    const by = NAMES.get(schema.propertyNames?.$ref?.replace("#/$defs/", "") ?? "");
    return `an object by ${by === undefined ? "name" : `name of ${by}`}: ${typeOf(given(schema.additionalProperties), key)}`;
  }
  return { string: "a text", number: "a number", boolean: "`true` or `false`", null: "`null`" }[
    /** @type {"string"} */ (schema.type)
  ];
}

/** A valid value of each key of an operation, to try which keys exclude each other. */
const VALUES = {
  scope: "a",
  allOf: ["a"],
  anyOf: ["a"],
  tier: "pro",
  accountTypes: ["firm"],
  entitlement: "fleet",
  params: { id: "number" },
  deny: "closed",
  enrichedBy: "b",
  acr: "mfa",
  maxAge: 300,
  within: { project: "projectId" },
  cases: [{ when: { mode: "x" }, scope: "a" }],
  otherwise: "a",
  weakOtherwise: true,
  public: true,
  authenticated: true,
  title: "T",
  description: "D",
  hidden: true,
  internal: true,
  audit: { show: ["mode"] },
};
/** Keys that need another one, with it. */
const NEEDS = { otherwise: "cases", weakOtherwise: "cases", cases: "otherwise" };
/** The findings about keys that exclude each other. */
const EXCLUDING = new Set(["mixed_operation", "ambiguous_requirement"]);

/**
 * Returns which keys of an operation exclude each other.
 *
 * @param {(definition: unknown) => readonly { code: string }[]} findingsOf
 * @returns {(key: string) => readonly string[]}
 */
function createExclusions(findingsOf) {
  const names = /** @type {(keyof typeof VALUES)[]} */ (Object.keys(VALUES));
  /** @param {keyof typeof VALUES} name */
  const withNeeded = (name) => {
    const needed = NEEDS[/** @type {"cases"} */ (name)];
    return {
      [name]: VALUES[name],
      ...(needed && { [needed]: VALUES[/** @type {"cases"} */ (needed)] }),
    };
  };
  /** @param {object} operation */
  const isRefused = (operation) =>
    findingsOf({
      name: "P",
      version: "1",
      tiers: ["free", "pro"],
      accountTypes: ["firm"],
      entitlements: ["fleet"],
      boundaries: { project: { claim: "projects" } },
      scopes: { a: {}, b: {}, "/x/{id}": {} },
      tools: { t: operation },
    }).some(({ code: found }) => EXCLUDING.has(found));
  return (key) =>
    names.filter(
      (other) =>
        other !== key &&
        NEEDS[/** @type {"cases"} */ (key)] !== other &&
        isRefused({ ...withNeeded(/** @type {"scope"} */ (key)), ...withNeeded(other) }),
    );
}

/**
 * Returns the table of the keys of an object.
 *
 * @param {Schema} schema
 * @param {{ excludes?: (key: string) => readonly string[], within?: string }} [options]
 */
function keysTable(schema, { excludes, within = "" } = {}) {
  const properties = given(schema.properties);
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(properties).map(([key, property]) => {
    const { text, value } = splitDefault(property.description ?? "");
    const fallback = required.has(key) ? "required" : value;
    const type = typeOf(property, `${within}${key}`);
    const excluded = excludes?.(key).filter((name) => name in properties);
    return [
      code(key),
      type,
      fallback,
      text,
      ...(excluded === undefined ? [] : [excluded.map(code).join(", ")]),
    ];
  });
  const head = ["key", "type", "default", "what it does"];
  return table(excludes ? [...head, "excludes"] : head, rows);
}

/**
 * Returns the page of all keys of a policy.
 *
 * @param {Schema} schema
 * @param {(definition: unknown) => readonly { code: string }[]} findingsOf
 */
export function policyKeysPage(schema, findingsOf) {
  const defs = given(schema.$defs);
  /** @param {Schema | undefined} of @param {string} key */
  const member = (of, key) => given(of?.properties?.[key]);
  /** @param {string} name */
  const def = (name) => given(defs[name]);
  const excludes = createExclusions(findingsOf);
  const inline = {
    texts: given(member(def("Scope"), "locales").additionalProperties),
    policyTexts: given(member(schema, "locales").additionalProperties),
    bundle: given(member(schema, "bundles").additionalProperties?.else),
    audit: member(def("Operation"), "audit"),
  };
  for (const [key, text] of Object.entries(given(inline.texts.properties)))
    text.description ??= member(def("Scope"), key).description ?? "";
  const body = `Each key of a policy, of its scopes and operations, and of the objects inside them. An empty default means that the key can be left out and then
has no effect. [Writing a policy](../policy.md) shows the keys in use. The JSON Schema of the package (\`scope-policy/policy.schema.json\`) has the
same content for editors.

## Policy

${keysTable(schema, { within: "policy " })}

## Scope

An entry of \`scopes\`. A text instead of an object is the description.

${keysTable(def("Scope"))}

## Texts of a scope

An entry of \`locales\` of a scope, by BCP 47 language tag.

${keysTable(inline.texts)}

## Texts of a policy

An entry of \`locales\` of the policy, by BCP 47 language tag.

${keysTable(inline.policyTexts)}

## Tool or endpoint

An entry of \`tools\` or \`endpoints\`: both have the same keys. A text instead of an object is the one scope that is required. Exactly one of \`scope\`,
\`allOf\`, \`anyOf\`, \`cases\`, \`deny\`, \`public\` and \`authenticated\` decides what the operation requires.

${keysTable(def("Operation"), { excludes })}

## Requirement

An item of \`allOf\` or \`anyOf\`, at any depth. A text instead of an object is one scope.

${keysTable(def("Requirement"), { excludes })}

## Case

An item of \`cases\` of a tool or endpoint.

${keysTable(def("Case"), { excludes })}

## Branch

The value of \`otherwise\` beside \`cases\`. A text instead of an object is one scope.

${keysTable(def("Branch"), { excludes })}

## Arguments in audit events

The value of \`audit\` of a tool or endpoint.

${keysTable(inline.audit)}

## Boundary

An entry of \`boundaries\`.

${keysTable(def("Boundary"))}

## Bundle

An entry of \`bundles\` that selects every scope. A list instead of an object names the scopes.

${keysTable(inline.bundle)}

## Accepted finding

An item of \`lint\`.

${keysTable(def("AcceptedFinding"))}

## Next step

* [Writing a policy](../policy.md), to see the keys in complete policies
* [Codes](./codes.md), if a policy is rejected with a code
* [Options](./options.md), for the options of the functions that take a policy`;
  return page(
    {
      title: "Keys of a policy",
      description: "All keys of a policy, its scopes, tools and endpoints, with types and defaults",
    },
    body,
  );
}
