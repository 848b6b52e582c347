/** Copies an object without some of its members. */
export function without<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Omit<Whole, Name> {
  const entries = Object.entries(whole).filter(([name]) => !names.includes(name as Name));
  return Object.fromEntries(entries) as Omit<Whole, Name>;
}
