/** One finding: code, exact path, a part of the message, and the suggestion if it has one. */
export type Found =
  | readonly [code: string, path: string, part: string]
  | readonly [code: string, path: string, part: string, suggestion: string];

/** A mistake in a policy, and all of its expected findings. */
export interface FindingCase {
  readonly title: string;
  /** Members that are merged into a policy with a name, a version and no scopes. */
  readonly policy: { readonly [option: string]: unknown };
  readonly finds: readonly Found[];
}
