/** The beginning of the reason of an operation that is denied because its rule was not chosen yet. */
export const NOT_ASSIGNED = "not assigned: ";

/** Returns the reason of an operation whose rule was not chosen yet. */
export function notAssigned(why: string): string {
  return `${NOT_ASSIGNED}${why}`;
}

/** Returns whether a reason is that of an operation whose rule was not chosen yet. */
export function isNotAssigned(reason: string | undefined): boolean {
  return reason?.startsWith(NOT_ASSIGNED) === true;
}
