/** The beginning of the reason of an operation that is denied because its rule was not chosen yet. */
const NOT_ASSIGNED = "not assigned: ";

/** Returns whether a reason is that of an operation whose rule was not chosen yet. */
export function isNotAssigned(reason: string | undefined): boolean {
  return reason?.startsWith(NOT_ASSIGNED) === true;
}
