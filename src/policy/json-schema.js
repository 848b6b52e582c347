import * as z from "zod/mini";
import { isObject } from "../grammar/is-object.js";
import { hasPlaceholder } from "../grammar/scope-syntax.js";
import { OPTION_DESCRIPTIONS } from "./option-descriptions.js";
import { schemas } from "./schema.js";
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
export function policyJsonSchema() {
    const { definition, scope, operation, requirement, audit, everyScope, declared } = schemas();
    const metadata = z
        .registry()
        .add(definition, { title: "scope-policy: a policy" })
        .add(scope, { id: "Scope", description: "One scope: texts, defaults and conditions." })
        .add(requirement, {
        id: "Requirement",
        description: "Exactly one of scope, allOf and anyOf, with conditions.",
    })
        .add(operation, {
        id: "Operation",
        description: "A requirement, or one of deny, public and authenticated; with texts.",
    })
        .add(declared.scope, { id: "ScopeName" })
        .add(declared.scopeWithoutPlaceholder, { id: "ScopeNameWithoutPlaceholder" })
        .add(declared.tier, { id: "TierName" })
        .add(declared.accountType, { id: "AccountTypeName" });
    const of = OPTION_DESCRIPTIONS;
    describe(metadata, definition.shape, of.PolicyDefinition);
    describe(metadata, scope.shape, { ...of.ScopeTexts, ...of.ScopeOptions });
    describe(metadata, requirement.shape, of.RequirementOptions);
    describe(metadata, operation.shape, { ...of.RequirementOptions, ...of.OperationOptions });
    describe(metadata, audit.shape, of.AuditOptions);
    describe(metadata, everyScope.shape, of.BundleDefinition);
    return withObjectArms(z.toJSONSchema(definition, { metadata }));
}
/**
 * Returns a schema in which each choice between an object and another value depends on the type of the value. An editor then
 * reports what is wrong with an object. For a plain `anyOf` it reports that a misspelt option is not a string.
 */
function withObjectArms(schema) {
    if (Array.isArray(schema))
        return schema.map(withObjectArms);
    if (!isObject(schema))
        return schema;
    const mapped = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withObjectArms(value)]));
    const { anyOf } = mapped;
    if (!Array.isArray(anyOf))
        return mapped;
    // the object is the last arm of every union of a policy
    const object = anyOf.at(-1);
    const type = { type: "object" };
    return { ...mapped, anyOf: [...anyOf.slice(0, -1), type], if: { not: type }, else: object };
}
/** Adds the description of each option. A shape without one of them does not compile. */
function describe(metadata, shape, descriptions) {
    for (const name of Object.keys(shape)) {
        metadata.add(shape[name], { description: descriptions[name] });
    }
}
/**
 * Returns the JSON Schema of one policy: as {@link policyJsonSchema}, with the scopes, tiers and account types that the policy
 * declares. A template is listed in both spellings of its placeholders. A name of a kind of which the policy declares none is
 * any text.
 */
export function jsonSchemaOf(policy) {
    const schema = policyJsonSchema();
    const definitions = { ...schema["$defs"] };
    for (const [id, names] of Object.entries(declaredNames(policy))) {
        if (names.length > 0)
            definitions[id] = { type: "string", enum: [...new Set(names)] };
    }
    return { ...schema, $defs: definitions };
}
function declaredNames({ definition, scopes, tiers }) {
    const spelled = Object.keys(definition.scopes);
    const printed = scopes.map(({ name }) => name);
    return {
        ScopeName: [...spelled, ...printed, ...printed.map(withAngleBrackets)],
        ScopeNameWithoutPlaceholder: printed.filter((name) => !hasPlaceholder(name)),
        TierName: tiers,
        AccountTypeName: definition.accountTypes ?? [],
    };
}
/** Returns the printed name of a scope with `<name>` for each placeholder. A brace in the name of a scope is always part of one. */
function withAngleBrackets(name) {
    return name.replaceAll("{", "<").replaceAll("}", ">");
}
