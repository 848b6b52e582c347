// Values that break a way of reading them. fast-check reads each value that it makes, so it gets their names only.

import fc from "fast-check";
import { HOSTILE } from "../../model/hostile.js";

class Hostile {
  readonly label: string;

  constructor(label: string) {
    this.label = label;
  }
}

/** Names of hostile values, and any other values. */
export const ANY_VALUE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE.keys()).map((label) => new Hostile(label)),
  fc.anything(),
);

/** Returns the value of a name, also where it is a member of an object; every other value unchanged. */
export function opened(value: unknown): unknown {
  if (value instanceof Hostile) return HOSTILE.get(value.label);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  if (!entries.some(([, own]) => own instanceof Hostile)) return value;
  return Object.fromEntries(entries.map(([key, own]) => [key, opened(own)]));
}
