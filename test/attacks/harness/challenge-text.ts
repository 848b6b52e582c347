const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/;
/** RFC 6750, section 3: no quotes and no backslashes, not even escaped, in any attribute. */
const QUOTED = /^"([\x20\x21\x23-\x5b\x5d-\x7e]*)"/;
/** The value of `scope` (RFC 6750, section 3): scope-tokens, separated by one space. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** Parses a Bearer challenge strictly by RFC 6750. Returns its attributes, or the error. */
export function readChallenge(field: string): ReadonlyMap<string, string> | string {
  if (!/^Bearer( |$)/.test(field)) return "does not start with `Bearer`";
  const attributes = new Map<string, string>();
  let rest = field.slice("Bearer".length).replace(/^ +/, "");
  while (rest !== "") {
    const name = TOKEN.exec(rest)?.[0];
    if (name === undefined || rest[name.length] !== "=") return "an attribute without a value";
    const value = QUOTED.exec(rest.slice(name.length + 1));
    if (value === null) return `no valid value at \`${name}\``;
    if (attributes.has(name)) return `the attribute \`${name}\` is duplicated`;
    attributes.set(name, value[1] ?? "");
    rest = rest.slice(name.length + 1 + value[0].length);
    const comma = /^, */.exec(rest)?.[0];
    if (rest !== "" && comma === undefined) return "attributes must be separated by a comma";
    rest = rest.slice(comma?.length ?? 0);
    if (rest === "" && comma !== undefined) return "ends in a comma";
  }
  const scope = attributes.get("scope");
  if (scope !== undefined && !SCOPE.test(scope)) return "`scope` is not a scope";
  return attributes;
}
