import type { CaseValue } from "../../policy/definition.js";

/** Values of parameters by name, path parameters included. An argument that cases compare can have any JSON scalar. */
export type ParamValues = ReadonlyMap<string, CaseValue>;

/** No parameter has a name with it. */
const QUERY = "query ";

/** Returns the key of an argument of the query, apart from the path parameter of the same name. */
export function queryKey(argument: string): string {
  return `${QUERY}${argument}`;
}

/** Returns the name of the argument or parameter of a key. */
export function nameOfKey(key: string): string {
  return key.startsWith(QUERY) ? key.slice(QUERY.length) : key;
}
