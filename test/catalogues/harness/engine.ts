// What the harness asks the library. A test passes a library with an error in it.
import { loadPolicy, type Policy, PolicyError } from "scope-policy";

export type Load = (definition: unknown) => Policy;

export const LIBRARY: Load = (definition) => loadPolicy(definition);

/** A finding of the library, as a reason that is the same for all entries with this error. */
export interface Refusal {
  readonly code: string;
  readonly path: string;
  readonly reason: string;
}

/** Returns the policy, or why the library rejects the definition. */
export function tryLoad(load: Load, definition: unknown): Policy | readonly Refusal[] {
  try {
    return load(definition);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.findings.map(({ code, path, message }) => ({
      code,
      path,
      reason: `${code}: ${withoutNames(message)}`,
    }));
  }
}

/** Returns a message without names and places of one entry; a quoted option stays. */
function withoutNames(message: string): string {
  return message
    .replace(/: the policy declares .*/s, "")
    .replaceAll(/`([^`]*)(?:`|$)/g, (quoted, text: string) =>
      /^[A-Za-z]{1,20}(?:: true)?$/.test(text) ? quoted : "`...`",
    )
    .replaceAll(/\d+/g, "N");
}

export function isLoaded(result: Policy | readonly Refusal[]): result is Policy {
  return !Array.isArray(result);
}

/** The members that every definition needs. */
export const HEAD = { name: "Catalogue", version: "1" } as const;
