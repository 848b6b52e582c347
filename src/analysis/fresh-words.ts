import type { CompiledPolicy } from "../policy/compiled-policy.js";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
/** Number of characters of the shortest word, so that a word is seldom part of a name. */
const SHORTEST = 6;

/**
 * Creates a function that returns another word at each call. Every placeholder of the policy accepts the words, and neither the policy nor
 * `taken` contains one.
 */
export function createFreshWords(policy: CompiledPolicy, taken: unknown): () => string {
  const words = freshWords(policy, taken);
  return () => words.next().value;
}

/** Yields the words. Reads the policy at the first one, since most operations of a large policy need none. */
function* freshWords(policy: CompiledPolicy, taken: unknown): Generator<string, never> {
  const patterns = holePatterns([policy]);
  const free = LETTERS.filter((letter) => patterns.every((pattern) => pattern.test(letter)));
  const known = JSON.stringify([policy.definition, taken]);
  for (let count = 0; ; count += 1) {
    const word = wordOf(count, free);
    if (!known.includes(word)) yield word;
  }
}

/** Returns the patterns of the values that the placeholders of policies accept, each once. */
export function holePatterns(policies: readonly CompiledPolicy[]): readonly RegExp[] {
  const names = policies.flatMap(({ templates }) => [...templates.values()].flat());
  const accepted = names.flatMap(({ template }) => template.accepted.flat());
  return [...new Set(accepted.map(({ pattern }) => pattern))];
}

/** Returns a number in digits that are letters: each number has another word. */
export function wordOf(number: number, free: readonly string[]): string {
  const letters = [...free, ...LETTERS];
  const base = Math.max(2, free.length);
  let word = "";
  for (let rest = number; rest > 0; rest = Math.floor(rest / base)) {
    word = `${letters[rest % base]}${word}`;
  }
  return word.padStart(SHORTEST, letters[0]);
}
