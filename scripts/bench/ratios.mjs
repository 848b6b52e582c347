// The ratios that `npm run bench` and `npm run bench:setup` compare with those of an earlier run.

/** How much worse a ratio may become: a third. */
const TOLERANCE = 4 / 3;

/**
 * Returns what is wrong with the ratios of a run, one text each: a ratio that is over a third more than the known one, or that has no
 * known one, because it would never fail.
 *
 * @param {readonly { readonly name: string, readonly ratio: number }[]} rows
 * @param {Readonly<Record<string, number>>} known
 * @param {string} command - the command that writes the known ratios
 */
export function ratioFaults(rows, known, command) {
  return rows.flatMap(({ name, ratio }) => {
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    if (before === undefined) return [`${name}: no known ratio; ${command} adds it`];
    const isWorse = !(ratio <= before * TOLERANCE);
    return isWorse ? [`${name}: ${ratio.toFixed(2)}, over a third more than ${before}`] : [];
  });
}

/**
 * Returns whether a run may replace the known ratios. Prints each one that is over a third more than before, unless `isAccepted`.
 *
 * @param {readonly { readonly name: string, readonly ratio: number }[]} rows
 * @param {Readonly<Record<string, number>>} known
 * @param {boolean} isAccepted
 */
export function mayReplace(rows, known, isAccepted) {
  const old = rows.filter(({ name }) => Object.hasOwn(known, name));
  const faults = ratioFaults(old, known, "");
  for (const fault of faults) console.error(`${isAccepted ? "accepted" : "FAILED"}: ${fault}`);
  if (faults.length === 0 || isAccepted) return true;
  console.error("nothing is written; --accept-worse writes these ratios too");
  return false;
}
