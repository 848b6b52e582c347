import type { Json, Outcome } from "./corpus.js";

/** What came of a case, or of one run of it. */
export interface Result {
  /** What it may be called: a 401 is both a denial and the refusal of malformed text. Empty for what is neither. */
  readonly outcomes: readonly Outcome[];
  /** One line for people. */
  readonly detail: string;
  readonly status?: number | undefined;
  /** The `WWW-Authenticate` field. */
  readonly challenge?: string | undefined;
  /** Everything that was written out, as text. */
  readonly output?: string | undefined;
  /** A document or an event that was made, as data. */
  readonly document?: Json | undefined;
  /** The scopes that were read or granted. */
  readonly scopes?: readonly string[] | undefined;
  /** The tokens of the earlier grant that consent takes back. */
  readonly removed?: readonly string[] | undefined;
  /** The names that a list of tools showed. */
  readonly list?: readonly string[] | undefined;
  /** How long the library took, in milliseconds. */
  readonly milliseconds?: number | undefined;
  /** Faults that no case needs to name. */
  readonly faults?: readonly string[] | undefined;
}

/** What a status means in the words of the corpus. */
export function outcomesOf(status: number): readonly Outcome[] {
  if (status >= 200 && status < 300) return ["allow"];
  if (status === 401) return ["deny", "reject-input"];
  if (status === 403 || status === 404 || status === 503) return ["deny"];
  if (status === 402) return ["deny"];
  return status >= 400 && status < 500 ? ["reject-input"] : [];
}

/** Runs something and says how long it took. */
export async function timed<Value>(
  run: () => Value | Promise<Value>,
): Promise<readonly [value: Value, milliseconds: number]> {
  const start = performance.now();
  const value = await run();
  return [value, performance.now() - start];
}
