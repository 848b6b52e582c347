import type { Json, Outcome } from "./corpus.js";

/** The result of a case, or of one of its runs. */
export interface Result {
  /** The outcomes that apply: a 401 is both `deny` and `reject-input`. Empty if none applies. */
  readonly outcomes: readonly Outcome[];
  /** A description in one line. */
  readonly detail: string;
  readonly status?: number | undefined;
  /** The `WWW-Authenticate` header. */
  readonly challenge?: string | undefined;
  /** The complete output, as text. */
  readonly output?: string | undefined;
  /** The created document or event, as data. */
  readonly document?: Json | undefined;
  /** The parsed or granted scopes. */
  readonly scopes?: readonly string[] | undefined;
  /** The tokens of the earlier grant that the consent revokes. */
  readonly removed?: readonly string[] | undefined;
  /** The names in a list of tools. */
  readonly list?: readonly string[] | undefined;
  /** The time that the library took, in milliseconds. */
  readonly milliseconds?: number | undefined;
  /** Errors that fail every case. */
  readonly faults?: readonly string[] | undefined;
}

/** Returns the outcomes of a status code. */
export function outcomesOf(status: number): readonly Outcome[] {
  if (status >= 200 && status < 300) return ["allow"];
  if (status === 401) return ["deny", "reject-input"];
  if (status === 403 || status === 404 || status === 503) return ["deny"];
  if (status === 402) return ["deny"];
  return status >= 400 && status < 500 ? ["reject-input"] : [];
}

/** Runs a function and returns its value with the time that it took. */
export async function timed<Value>(
  run: () => Value | Promise<Value>,
): Promise<readonly [value: Value, milliseconds: number]> {
  const start = performance.now();
  const value = await run();
  return [value, performance.now() - start];
}
