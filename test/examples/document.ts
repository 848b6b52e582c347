import { readFileSync } from "node:fs";

/**
 * One sentence of a provider's document, and what stands for it: places of the policy, from the top
 * (`scopes > read:profile > required`); a code that a case of the provider shows (`decision > denied`);
 * or why the policy says nothing (`heading`, `guidance`, `outside: …`).
 */
export type Reading = readonly [sentence: string, ...standsFor: [string, ...string[]]];

/** The file of a provider's document, as it stands in test/seeds. */
export function seedText(name: string): string {
  return readFileSync(new URL(`../seeds/${name}.txt`, import.meta.url), "utf8");
}

/** The data that was read from a provider's document, as it stands in test/seeds. */
export function seedData<Seed>(name: string): Seed {
  return JSON.parse(
    readFileSync(new URL(`../seeds/${name}.json`, import.meta.url), "utf8"),
  ) as Seed;
}

/** What of a text is left once the sentences are taken out, one after the other; blank when they are all of it. */
export function unread(text: string, sentences: readonly string[]): string {
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

/** Whether a place written as `scopes > read:profile > required` exists in a definition. */
export function standsIn(definition: unknown, place: string): boolean {
  let value = definition;
  for (const key of place.split(" > ")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return true;
}
