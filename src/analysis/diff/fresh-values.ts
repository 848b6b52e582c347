import { PROBE_VALUES } from "../../grammar/bound-value.js";
import { wordOf } from "../fresh-words.js";

/** Values of parameters that neither of two policies names. */
export interface FreshValues {
  /** Text that occurs in neither policy. */
  readonly fresh: string;
  /** Values, one of each set of values that the same placeholders of both policies reject. */
  readonly probes: readonly string[];
}

const LETTERS = [..."abcdeghijklmnopqtuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Returns text that no policy contains, and values of which each has its own set of placeholders that reject it. */
export function freshValues(taken: string, patterns: readonly RegExp[]): FreshValues {
  const acceptedBy = (value: string) => patterns.map((pattern) => pattern.test(value)).join();
  const isFree = (text: string) => patterns.every((pattern) => pattern.test(text));
  const letters = LETTERS.filter(isFree);
  const first = isFree("fresh") ? "fresh" : (letters[0] ?? "fresh");
  let fresh = first;
  // short, whatever the policies contain: a value that is too long would be accepted nowhere
  // a path with another letter case of a literal is for no endpoint
  const used = taken.toLowerCase();
  for (let count = 0; used.includes(fresh.toLowerCase()); count += 1)
    fresh = `${first}${wordOf(count, letters)}`;
  const probes = new Map<string, string>();
  for (const probe of PROBE_VALUES) {
    const value = probe.replace(/^[aZ7](?=.)|(?<=.)[aZ7]$/g, fresh);
    const key = acceptedBy(value);
    if (key !== acceptedBy(fresh) && !probes.has(key)) probes.set(key, value);
  }
  return { fresh, probes: [...probes.values()] };
}
