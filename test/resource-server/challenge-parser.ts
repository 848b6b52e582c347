// Reads a challenge by the letter of RFC 6750, section 3, RFC 9110, section 11.6.1, and RFC 9728, section 5.1, and
// refuses all else: written from the grammars alone, and used by no code of the package.

const VALUES: Readonly<Record<string, RegExp>> = {
  error: /^(invalid_request|invalid_token|insufficient_scope)$/,
  error_description: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  scope: /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  realm: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  resource_metadata: /^https?:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/,
};

/** The attributes of a challenge, in their order. Throws for anything that is none. */
export function parseChallenge(line: unknown): ReadonlyMap<string, string> {
  if (typeof line !== "string") throw new Error(`no challenge: ${typeof line}`);
  const [, rest] = /^Bearer (.+)$/.exec(line) ?? [];
  if (rest === undefined) throw new Error(`not Bearer first: ${line}`);
  const attributes = new Map<string, string>();
  // no value holds a quote, so two quotes, a comma and a space part two attributes wherever they stand
  for (const part of rest.split(/(?<="), /)) {
    const [, name = "", value = ""] = /^([a-z_]+)="([^"\\]+)"$/.exec(part) ?? [];
    const rule = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
    if (rule?.test(value) !== true) throw new Error(`bad attribute ${part} in: ${line}`);
    if (attributes.has(name)) throw new Error(`${name} twice in: ${line}`);
    attributes.set(name, value);
  }
  return attributes;
}
