/** One finding: code, exact path, a part of the message, and the suggestion where there is one. */
export type Found =
  | readonly [code: string, path: string, part: string]
  | readonly [code: string, path: string, part: string, suggestion: string];

/** A slip of an author, and everything that is to be found in it. */
export interface FindingCase {
  readonly title: string;
  /** Merged over a policy that has a name, a version and no scopes. */
  readonly policy: { readonly [option: string]: unknown };
  readonly finds: readonly Found[];
}
