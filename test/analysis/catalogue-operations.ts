import type { Built } from "../catalogues/harness/build.js";

/** Returns lists of 20 operations: those with the most alternatives, and some that are spread over the catalogue. */
export function selections({ units }: Built): readonly (readonly string[])[] {
  const keys = (list: typeof units) =>
    [...new Set(list.map(({ target }) => target.key))].slice(0, 20);
  const wide = units.toSorted(
    (left, right) => right.alternatives.length - left.alternatives.length,
  );
  const step = Math.max(1, Math.floor(units.length / 20));
  const spread = [0, 1, 2].map((first) => units.filter((_, at) => at % step === first % step));
  return [wide, ...spread].map(keys);
}

/** Returns values for every parameter of some operations, and the arguments of their cases. */
export function valuesFor(
  { policy, units, valueFor }: Built,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const wanted = new Set(names);
  const args = units.flatMap(({ target, params }) =>
    wanted.has(target.key) ? Object.entries(params) : [],
  );
  const values = names.flatMap((name) =>
    policy.operation(name).params.map((param) => [param, valueFor(param)] as const),
  );
  return Object.fromEntries([...values, ...args]);
}
