/** Returns an object without the members that are `undefined`: a row of a table takes an option away by naming it so. */
export function defined<Options extends object>(options: Options): Options {
  const members = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members) as Options;
}
