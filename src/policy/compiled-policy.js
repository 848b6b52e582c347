/** The rank for "no condition on the tier". */
export const ANY_TIER = -1;
