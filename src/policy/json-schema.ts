import * as z from "zod/mini";
import { isObject } from "../grammar/is-object.js";
import { hasPlaceholder } from "../grammar/placeholder.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { LINT_CODES } from "./lint-codes.js";
import { OPTION_DESCRIPTIONS } from "./option-descriptions.js";
import { schemas } from "./schema.js";

/** The names that a policy declares, by the definition in the JSON Schema that lists them. */
type DeclaredNames = Readonly<
  Record<
    | "ScopeName"
    | "ScopeNameWithoutPlaceholder"
    | "TierName"
    | "AccountTypeName"
    | "EntitlementName"
    | "BoundaryName",
    readonly string[]
  >
>;

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
  const { definition, scope, operation, requirement, oneCase, branch, audit, declared } = schemas();
  const { boundary, everyScope, policyTexts, accepted } = schemas();
  const metadata = z
    .registry<z.core.JSONSchemaMeta>()
    .add(definition, { title: "scope-policy: a policy" })
    .add(scope, { id: "Scope", description: "One scope: texts, defaults and conditions." })
    .add(requirement, {
      id: "Requirement",
      description: "Exactly one of scope, allOf and anyOf, with conditions.",
    })
    .add(branch, { id: "Branch", description: "A requirement, or deny." })
    .add(oneCase, { id: "Case", description: "A requirement, or deny, for some arguments." })
    .add(operation, {
      id: "Operation",
      description: "A requirement, or one of cases, deny, public and authenticated; with texts.",
    })
    .add(declared.scope, { id: "ScopeName" })
    .add(declared.scopeWithoutPlaceholder, { id: "ScopeNameWithoutPlaceholder" })
    .add(declared.tier, { id: "TierName" })
    .add(declared.accountType, { id: "AccountTypeName" })
    .add(declared.entitlement, { id: "EntitlementName" })
    .add(boundary, { id: "Boundary", description: "Values that a token is limited to." })
    .add(declared.boundary, { id: "BoundaryName" })
    .add(accepted, { id: "AcceptedFinding", description: "A finding of lint that is accepted." });
  const of = OPTION_DESCRIPTIONS;
  describe(metadata, definition.shape, of.PolicyDefinition);
  describe(metadata, scope.shape, { ...of.ScopeTexts, ...of.ScopeOptions });
  describe(metadata, requirement.shape, of.RequirementOptions);
  describe(metadata, branch.shape, {
    ...of.RequirementOptions,
    ...of.CommonOptions,
    ...of.BranchOptions,
  });
  describe(metadata, oneCase.shape, {
    ...of.RequirementOptions,
    ...of.CommonOptions,
    ...of.BranchOptions,
    ...of.CaseOptions,
  });
  describe(metadata, operation.shape, {
    ...of.RequirementOptions,
    ...of.CommonOptions,
    ...of.OperationOptions,
  });
  describe(metadata, audit.shape, of.AuditOptions);
  describe(metadata, boundary.shape, of.BoundaryOptions);
  describe(metadata, everyScope.shape, of.BundleDefinition);
  describe(metadata, policyTexts.shape, of.PolicyTexts);
  describe(metadata, accepted.shape, of.AcceptedFinding);
  // an unknown code has a finding of its own, so the shape accepts any text
  metadata.add(accepted.shape.code, {
    description: of.AcceptedFinding.code,
    enum: [...LINT_CODES],
  });
  return withObjectArms(z.toJSONSchema(definition, { metadata })) as Record<string, unknown>;
}

/**
 * Returns a schema in which each choice between an object or a list and another value depends on the type of the value. An editor then
 * reports what is wrong with an object. For a plain `anyOf` it reports that a misspelt option is not a string.
 */
function withObjectArms(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const mapped = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, withObjectArms(value)]),
  );
  const arms: unknown = mapped["anyOf"];
  if (!Array.isArray(arms)) return mapped;
  const [value, object] = arms as readonly unknown[];
  // the values of a case are a union of scalars and a list; every other union is one of a value and an object, or of a value and a list
  if (arms.length > 2) return mapped;
  const isList = isObject(object) && object["type"] === "array";
  const type = { type: isList ? "array" : "object" };
  return { ...mapped, anyOf: [value, type], if: { not: type }, else: object };
}

type Metadata = ReturnType<typeof z.registry<z.core.JSONSchemaMeta>>;

/** Adds the description of each option. A shape without one of them does not compile. */
function describe<Name extends string>(
  metadata: Metadata,
  shape: Readonly<Record<Name, z.ZodMiniType>>,
  descriptions: Readonly<Record<Name, string>>,
): void {
  for (const name of Object.keys(shape) as Name[]) {
    metadata.add(shape[name], { description: descriptions[name] });
  }
}

/**
 * Returns the JSON Schema of one policy: as {@link policyJsonSchema}, with the scopes, tiers, account types, entitlements and boundaries that
 * the policy declares. A template is listed in both spellings of its placeholders. A name of a kind of which the policy declares none is
 * any text.
 */
export function jsonSchemaOf(policy: CompiledPolicy): Record<string, unknown> {
  const schema = policyJsonSchema();
  const definitions = { ...(schema["$defs"] as Record<string, object>) };
  for (const [id, names] of Object.entries(declaredNames(policy))) {
    if (names.length > 0) definitions[id] = { type: "string", enum: [...new Set(names)] };
  }
  return { ...schema, $defs: definitions };
}

function declaredNames({ definition, scopes, tiers }: CompiledPolicy): DeclaredNames {
  const spelled = Object.keys(definition.scopes);
  const printed = scopes.map(({ name }) => name);
  return {
    ScopeName: [...spelled, ...printed, ...printed.map(withAngleBrackets)],
    ScopeNameWithoutPlaceholder: printed.filter((name) => !hasPlaceholder(name)),
    TierName: tiers,
    AccountTypeName: definition.accountTypes ?? [],
    EntitlementName: definition.entitlements ?? [],
    BoundaryName: Object.keys(definition.boundaries ?? {}),
  };
}

/** Returns the printed name of a scope with `<name>` for each placeholder. A brace in the name of a scope is always part of one. */
function withAngleBrackets(name: string): string {
  return name.replaceAll("{", "<").replaceAll("}", ">");
}
