import { shapeKey, type Template } from "../grammar/template.js";
import { buildTemplateIndex } from "../grammar/template-index.js";
import type { ScopeOptions } from "./definition.js";
import { childrenOf, matchesOf, placeholderFault } from "./matching-names.js";
import {
  buildRegistryIndex,
  buildSmartIndex,
  registryFault,
  registryTemplate,
  smartFault,
  smartTemplate,
  spellRegistry,
  spellSmart,
  spreadRegistry,
  spreadSmart,
} from "./matching-parts.js";
import { buildPathIndex, pathFault, pathTemplate, spreadPaths } from "./matching-paths.js";
import type { MatchingRule } from "./matching-rule.js";

/** A name of a scope in a token: its own name, or an older one that it replaces. */
export interface NamedScope {
  /** The id of the scope. */
  readonly scope: number;
  /** The index of the declared scope. It differs from `scope` for a template that has a twin declared before it. */
  readonly declared: number;
  readonly template: Template;
  readonly text: string;
  /** The rule by which a scope token is compared with the name. */
  readonly matching: MatchingRuleName;
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

/** The name of a matching rule. */
export type MatchingRuleName = NonNullable<ScopeOptions["match"]>;

const noFault = () => undefined;

/** The members of rules that do not change the values of placeholders. */
const LITERAL = {
  faultOf: placeholderFault,
  index: buildTemplateIndex,
  template: undefined,
  spread: undefined,
  spellings: undefined,
  covered: undefined,
} satisfies MatchingRule;

/**
 * The rules for comparing a scope token with the names of a policy. `exact` compares whole tokens, case-sensitive. Names with `parent`
 * and `wildcard` are compared exactly, and imply the names that they cover. To add a rule, add a row.
 */
export const MATCHING_RULES: Readonly<Record<MatchingRuleName, MatchingRule>> = {
  exact: { ...LITERAL, faultOf: noFault },
  parent: { ...LITERAL, covered: childrenOf },
  wildcard: { ...LITERAL, covered: matchesOf },
  "path-prefix": {
    faultOf: pathFault,
    index: buildPathIndex,
    template: pathTemplate,
    spread: spreadPaths,
    spellings: undefined,
    covered: undefined,
  },
  smart: {
    faultOf: smartFault,
    index: buildSmartIndex,
    template: smartTemplate,
    spread: spreadSmart,
    spellings: spellSmart,
    covered: undefined,
  },
  registry: {
    faultOf: registryFault,
    index: buildRegistryIndex,
    template: registryTemplate,
    spread: spreadRegistry,
    spellings: spellRegistry,
    covered: undefined,
  },
};

/** Creates the lookups of a policy: one for each index of its matching rules. */
export function buildLookups(names: readonly NamedScope[]): readonly ScopeLookup[] {
  const groups = new Map<MatchingRule["index"], NamedScope[]>([[buildTemplateIndex, []]]);
  for (const name of names) push(groups, MATCHING_RULES[name.matching].index, name);
  return [...groups].map(([index, group]) => createLookup(group, index));
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
const NO_VALUES: readonly string[] = Object.freeze([]);

/** Creates a lookup. It reads one table of the names without placeholders, and an index of the templates, but never each name. */
function createLookup(
  names: readonly NamedScope[],
  createIndex: MatchingRule["index"],
): ScopeLookup {
  const literalHits = new Map<string, NamedScopeValues[]>();
  // twins have one scope and one shape; an older name can give one scope its values in two orders
  const templates = new Map<string, NamedScope>();
  for (const name of names) {
    const { template, scope, text, values } = name;
    if (template.names.length === 0) push(literalHits, text, { scope, values: NO_VALUES });
    else templates.set(`${scope} ${values.join()} ${shapeKey(template)}`, name);
  }
  const literals = new Map<string, NamedScopes>();
  for (const [text, hits] of literalHits) literals.set(text, namedScopes(hits));
  const index = createIndex([...templates.values()]);
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

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
