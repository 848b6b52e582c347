import { groupBy } from "../grammar/entry-of.js";
import type { CompiledPolicy, CompiledScope } from "./compiled-policy.js";
import type { NamedScope } from "./scope-lookup.js";

/** A name with placeholders of a scope: its own name, or an older one that it replaces. */
export type TemplateName = Pick<NamedScope, "template" | "values">;

/** Returns the names with placeholders of a declared scope; an empty list for a scope without placeholders. */
export type TemplateNames = (scope: CompiledScope) => readonly TemplateName[];

/** Creates the reader of the names with placeholders of scopes, older names included. Each of two twins has its own names. */
export function createTemplateNames({ scopes, templates }: CompiledPolicy): TemplateNames {
  const names = groupBy(
    [...templates.values()].flat(),
    ({ declared }) => (scopes[declared] as CompiledScope).name,
  );
  return ({ name }) => names.get(name) ?? [];
}
