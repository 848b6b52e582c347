import type { DecisionCode } from "../../../../src/index.js";

/** A decision of the policy that a document results in, written by hand. */
export interface ExpectedDecision {
  /** The scopes of the token; `undefined` for a request without a token. */
  readonly scopes: readonly string[] | undefined;
  /** The request: a method, one space and a path. */
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly expected: DecisionCode;
  /** Whether an allowed call may return additional detail. Default: not compared. */
  readonly enriched?: boolean;
  /** Why, where the document alone does not show it. */
  readonly because?: string;
}

/** The choices of an owner, as options of the import and as flags of the command line. */
export interface OwnerChoice {
  readonly listMeans?: "and" | "or";
  readonly noScopeWords?: readonly string[];
  readonly basePath?: string;
  readonly addImplies?: boolean;
}

/** A real document made small, and what is expected of it. */
export interface DocumentCase {
  /** The start of titles. */
  readonly title: string;
  /** The file in the folder of documents. */
  readonly file: string;
  readonly choice: OwnerChoice;
  /** The number of operations by outcome. */
  readonly counts: Readonly<Record<"read" | "merged" | "guessed" | "left", number>>;
  /** Keys of `endpoints` that are in the policy. */
  readonly endpoints: readonly string[];
  /** Codes of notes that the report has. */
  readonly codes: readonly string[];
  /** Whether the import needs `--list-means`. */
  readonly needsListMeans: boolean;
  readonly decisions: readonly ExpectedDecision[];
}

/** Returns the flags of a choice. */
export function flagsOf(choice: OwnerChoice): readonly string[] {
  return [
    ...(choice.listMeans === undefined ? [] : ["--list-means", choice.listMeans]),
    ...(choice.noScopeWords ?? []).flatMap((word) => ["--no-scope-word", word]),
    ...(choice.basePath === undefined ? [] : ["--base-path", choice.basePath]),
    ...(choice.addImplies === true ? ["--add-implies"] : []),
  ];
}
