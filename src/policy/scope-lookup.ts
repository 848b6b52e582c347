import { bindTemplate, shapeKey, type Template } from "../grammar/template.js";
import { buildTemplateIndex } from "../grammar/template-index.js";

/** A name of a scope in a token: its own name, or an older one that it replaces. */
export interface NamedScope {
  /** The id of the scope. */
  readonly scope: number;
  /** The index of the declared scope. It differs from `scope` for a template that has a twin declared before it. */
  readonly declared: number;
  readonly template: Template;
  readonly text: string;
  /** The rule by which a scope token is compared with the name. */
  readonly matching: keyof typeof MATCHING_RULES;
  /** For each placeholder of the scope: the index of the value in this name. */
  readonly values: readonly number[];
  /** Whether it is an older name. Two scopes may replace the same one. */
  readonly old: boolean;
}

/**
 * The scopes that one scope token names, before implications. It has no order and no index, because a token can name several
 * scopes. Code that used only the first would read a different meaning than the decision does.
 */
export interface NamedScopes {
  readonly size: number;
  /** Calls `visit` for each scope, with the values of its placeholders. */
  forEach(visit: (scope: number, values: readonly string[]) => void): void;
}

/** Returns the scopes that one scope token names. */
export type ScopeLookup = (text: string) => NamedScopes;

interface NamedScopeValues {
  readonly scope: number;
  readonly values: readonly string[];
}

/**
 * The rules for comparing a scope token with the names of a policy. `exact` compares whole tokens, case-sensitive. To add a rule,
 * add a row and set `matching` of the names that use it.
 */
const MATCHING_RULES = { exact: exactLookup } as const;

/** Creates the lookups of a policy: one for each matching rule. */
export function buildLookups(names: readonly NamedScope[]): readonly ScopeLookup[] {
  return Object.entries(MATCHING_RULES).map(([rule, lookup]) =>
    lookup(names.filter(({ matching }) => matching === rule)),
  );
}

function namedScopes(hits: readonly NamedScopeValues[]): NamedScopes {
  return Object.freeze({
    size: hits.length,
    forEach: (visit: (scope: number, values: readonly string[]) => void) => {
      for (const { scope, values } of hits) visit(scope, values);
    },
  });
}

/** Returns the names with placeholders by their text. Two scopes may replace the same name. */
export function templatesByName(
  names: readonly NamedScope[],
): ReadonlyMap<string, readonly NamedScope[]> {
  const templates = new Map<string, NamedScope[]>();
  for (const name of names) if (name.template.names.length > 0) push(templates, name.text, name);
  return templates;
}

const NOTHING = namedScopes([]);

/**
 * Creates a lookup of exact names. It reads one table of the names without placeholders, and an index of the templates, but never each
 * name.
 */
function exactLookup(names: readonly NamedScope[]): ScopeLookup {
  const literalHits = new Map<string, NamedScopeValues[]>();
  // twins have one scope and one shape
  const templates = new Map<string, NamedScope>();
  for (const name of names) {
    const { template, scope, text, old } = name;
    if (template.names.length === 0) {
      push(literalHits, bindTemplate(template, []), { scope, values: [] });
    } else {
      const key = `${scope} ${old ? text : shapeKey(template)}`;
      if (!templates.has(key)) templates.set(key, name);
    }
  }
  const literals = new Map([...literalHits].map(([text, hits]) => [text, namedScopes(hits)]));
  const index = buildTemplateIndex([...templates.values()]);
  return (text) => {
    const literal = literals.get(text);
    if (literal !== undefined || templates.size === 0) return literal ?? NOTHING;
    const hits: NamedScopeValues[] = [];
    index.find(text, ({ scope, values: places }, values) => {
      hits.push({ scope, values: places.map((place) => values[place] as string) });
    });
    return hits.length === 0 ? NOTHING : namedScopes(hits);
  };
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
