import { readFileSync } from "node:fs";

/**
 * One sentence of a provider's document with its counterparts: paths in the policy (`scopes > read:profile > required`), a code
 * that a case of the provider has (`decision > denied`), or the reason why the policy has no counterpart (`heading`, `guidance`,
 * `outside: …`).
 */
export type SentenceMapping = readonly [sentence: string, ...standsFor: [string, ...string[]]];

/** Returns the text of a provider's document in test/seeds. */
export function seedText(name: string): string {
  return readFileSync(new URL(`../seeds/${name}.txt`, import.meta.url), "utf8");
}

/** Returns the data of a provider's document in test/seeds. */
export function seedData<Seed>(name: string): Seed {
  return JSON.parse(
    readFileSync(new URL(`../seeds/${name}.json`, import.meta.url), "utf8"),
  ) as Seed;
}

/** Returns the rest of a text after the sentences are removed in order; empty if they are the whole text. */
export function uncoveredText(text: string, sentences: readonly string[]): string {
  let at = 0;
  let rest = "";
  for (const sentence of sentences) {
    const next = text.indexOf(sentence, at);
    if (next < 0) return `not in the document after position ${at}: ${sentence}`;
    rest += text.slice(at, next);
    at = next + sentence.length;
  }
  return (rest + text.slice(at)).trim();
}

/** Returns whether a path such as `scopes > read:profile > required` exists in a definition. */
export function existsIn(definition: unknown, place: string): boolean {
  let value = definition;
  for (const key of place.split(" > ")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return true;
}
