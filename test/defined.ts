/** Returns an object without the members that are `undefined`, so that a row of a table can remove an option. */
export function defined<Options extends object>(options: Options): Options {
  const members = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members) as Options;
}
