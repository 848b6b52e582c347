// A naive model of scopes: what a set of granted scopes covers.

/** Scopes and what they imply, by declared name. */
export interface ScopeModel {
  /** Returns the scopes and everything that they imply. */
  closure(granted: Iterable<string>): ReadonlySet<string>;
  /** Returns the other scopes that imply a scope. */
  parentsOf(name: string): readonly string[];
}

export function createScopeModel(implies: ReadonlyMap<string, readonly string[]>): ScopeModel {
  const closure = (granted: Iterable<string>) => {
    const all = new Set(granted);
    // a set visits what is added during the loop
    for (const name of all) for (const implied of implies.get(name) ?? []) all.add(implied);
    return all;
  };
  const parents = new Map<string, string[]>();
  for (const name of implies.keys()) {
    for (const implied of closure([name])) {
      if (implied !== name) parents.set(implied, [...(parents.get(implied) ?? []), name]);
    }
  }
  return { closure, parentsOf: (name) => parents.get(name) ?? [] };
}
