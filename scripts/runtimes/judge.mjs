// Sorts the results of a runtime: failures that are known, failures that are not, and known failures that no longer fail.

/** @typedef {import("../../test/runtimes/run-files.js").TestResult} TestResult */
/** @typedef {import("./list.mjs").Runtime} Runtime */
/** @typedef {import("./list.mjs").KnownFailure} KnownFailure */

/**
 * @typedef {object} Judgement
 * @property {number} files number of files that ran
 * @property {number} passed number of tests
 * @property {number} known number of failed tests and files that are known failures
 * @property {number} skipped number of tests
 * @property {readonly string[]} findings what must not be: a failed test, a known failure that passed, other answers than the reference
 */

/** @param {TestResult} result */
const titleOf = ({ file, name }) => (name === "" ? file : `${file} > ${name}`);

/** @param {TestResult} result */
const isPassed = ({ state }) => state === "passed";

/** @param {readonly TestResult[]} results @returns {Record<string, string>} */
export const answersOf = (results) =>
  Object.fromEntries(results.flatMap(({ name, answers }) => (answers ? [[name, answers]] : [])));

/**
 * @param {Pick<Runtime, "id">} runtime
 * @param {readonly TestResult[]} results
 * @param {Record<string, string>} reference answers of the Node that runs this program
 * @param {readonly KnownFailure[]} knownFailures
 * @returns {Judgement}
 */
export function judge({ id }, results, reference, knownFailures) {
  const known = knownFailures.filter(({ runtimes }) => runtimes.includes(id));
  const failed = results.filter(({ state }) => state === "failed");
  const isOf = (/** @type {TestResult} */ result, /** @type {KnownFailure} */ { test }) =>
    titleOf(result) === test || titleOf(result).startsWith(`${test} > `);
  const unknown = failed.filter((result) => !known.some((one) => isOf(result, one)));
  // the entry of a whole file says that none of its tests can run there: beside one that passes, it would hide failures of others
  const stale = known.filter((one) => {
    const ofEntry = results.filter((result) => isOf(result, one));
    return ofEntry.every(({ state }) => state !== "failed") || ofEntry.some(isPassed);
  });
  const answers = answersOf(results);
  const others = Object.entries(reference).filter(([name, answer]) => answers[name] !== answer);
  return {
    files: new Set(results.map(({ file }) => file)).size,
    passed: results.filter(isPassed).length,
    known: failed.length - unknown.length,
    skipped: results.filter(({ state }) => state === "skipped").length,
    findings: [
      ...unknown.map((result) => `failed: ${titleOf(result)}\n    ${result.error ?? ""}`),
      ...stale.map(({ test }) => `a known failure passes: ${test}`),
      ...others.map(
        ([name, answer]) =>
          `other answers: ${name}: ${answers[name] ?? "none"} instead of ${answer}`,
      ),
    ],
  };
}
