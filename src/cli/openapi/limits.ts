/**
 * Limits of a document with all of its files. Below them, the slowest document that we found takes 5 seconds on a small machine; see
 * decision record 45.
 */
export const LIMITS = {
  /** All files together. */
  bytes: 16 * 1024 * 1024,
  /** All files in YAML together: the parser needs some 300 bytes of memory for one of text. */
  yamlBytes: 8 * 1024 * 1024,
  /** Words, marks, spaces and line breaks of all files in YAML. The time of the parser depends on them, not on bytes. */
  yamlTokens: 800_000,
  files: 4_096,
  /** Objects, lists and values of all files, after aliases and merges are copied. */
  nodes: 1_000_000,
  depth: 256,
  /**
   * Lengths of the JSON pointers of all objects and lists, and of the references that each reference leads to, in a document of several
   * files. The bundler keeps each pointer and follows each reference.
   */
  pointers: 64_000_000,
  /** Comparisons of values that have the same name in several files. The bundler compares each with each. */
  comparisons: 50_000_000,
  /** References that one value leads to before it counts as a circle. */
  hops: 32,
  findings: 20,
  /** Time for the response of a server, in milliseconds. */
  timeout: 10_000,
} as const;

/** What the files that are not read yet may still use. */
export interface Budget {
  bytes: number;
  yamlBytes: number;
  yamlTokens: number;
  nodes: number;
}

/** Returns the budget of a document. */
export function createBudget(): Budget {
  const { bytes, yamlBytes, yamlTokens, nodes } = LIMITS;
  return { bytes, yamlBytes, yamlTokens, nodes };
}

/** A fault of one file, without the file. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** A value, or why there is none. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Fault };

/** Returns an outcome without a value. */
export function failed(
  code: string,
  message: string,
  position: { readonly line?: number; readonly column?: number } = {},
): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { code, message, ...position } };
}
