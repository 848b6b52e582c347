// A case: a policy, and questions that the library and the model both answer. All of it is plain data, so that it can be reduced and
// printed.

import type { Definition } from "../../model/model.js";

/** A question by its name, with its arguments. */
export interface Question {
  readonly ask: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface FuzzCase {
  readonly definition: Definition;
  readonly questions: readonly Question[];
}

/** What the library and the model return for a question, both as data. */
export interface Pair {
  readonly library: unknown;
  readonly model: unknown;
  /** The codes, conditions and rules that the question reaches. */
  readonly points: () => readonly string[];
}
