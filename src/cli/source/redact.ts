import { replaceInvisible } from "../../grammar/shown-text.js";

/** What stands in the place of a token. */
const PLACEHOLDER = "(the token)";

/** Minimum length of a token that is replaced in data. A shorter one is no secret, and can be a part of words. */
const MIN_LENGTH = 8;

/** Returns a message without the token. */
export function withoutToken(text: string, token: string | undefined): string {
  return token === undefined ? text : text.replaceAll(token, PLACEHOLDER);
}

/**
 * Replaces the token in every text of data that a server sent, also one with invisible characters in it, which a later step would
 * remove. Names of members stay as they are.
 *
 * @param data - plain data, which is changed
 */
export function redactToken(data: unknown, token: string | undefined): void {
  if (token === undefined || token.length < MIN_LENGTH) return;
  // a list of places in the place of recursion, since data can be as deep as a server likes
  const waiting: unknown[] = [data];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const holder = place as Record<string, unknown>;
    for (const [name, value] of Object.entries(holder)) {
      if (typeof value === "object" && value !== null) waiting.push(value);
      else if (typeof value === "string") holder[name] = redacted(value, token);
    }
  }
}

function redacted(text: string, token: string): string {
  const plain = withoutToken(text, token);
  return replaceInvisible(plain, "").includes(token) ? PLACEHOLDER : plain;
}
