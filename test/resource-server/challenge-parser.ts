// Parses a challenge exactly by RFC 6750, section 3, RFC 9110, section 11.6.1, RFC 9470, section 3, and RFC 9728, section 5.1, and
// rejects anything else. It is written from the grammars alone, and no code of the package uses it.

const VALUES: Readonly<Record<string, RegExp>> = {
  error: /^(invalid_request|invalid_token|insufficient_scope|insufficient_user_authentication)$/,
  acr_values: /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  max_age: /^[1-9][0-9]*$/,
  error_description: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  scope: /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  realm: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  resource_metadata: /^https?:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/,
};

/** Returns the attributes of a challenge, in their order. Throws for an invalid challenge. */
export function parseChallenge(line: unknown): ReadonlyMap<string, string> {
  if (typeof line !== "string") throw new Error(`no challenge: ${typeof line}`);
  const [, rest] = /^Bearer (.+)$/.exec(line) ?? [];
  if (rest === undefined) throw new Error(`not Bearer first: ${line}`);
  const attributes = new Map<string, string>();
  // no value contains a quote, so a quote, a comma and a space always separate two attributes
  for (const part of rest.split(/(?<="), /)) {
    const [, name = "", value = ""] = /^([a-z_]+)="([^"\\]+)"$/.exec(part) ?? [];
    const rule = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
    if (rule?.test(value) !== true) throw new Error(`bad attribute ${part} in: ${line}`);
    if (attributes.has(name)) throw new Error(`${name} twice in: ${line}`);
    attributes.set(name, value);
  }
  return attributes;
}
