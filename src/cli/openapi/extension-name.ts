/** The member that holds what security requirements cannot express. */
export const EXTENSION = "x-scope-policy";
