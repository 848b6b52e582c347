// A checker for Stryker: it sets aside the changes that a range also holds and that are not to be made (the range of a whole function
// holds those of its parts). In a sample they would take half of the time.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { placeOf } from "./changes.mjs";

/**
 * @typedef {import("./changes.mjs").Mutant & { id: string }} Mutant
 */

class WantedChecker {
  /** @type {Set<unknown>} */
  places = new Set();

  init() {
    /** @type {unknown[]} */
    const places = JSON.parse(readFileSync("wanted.json", "utf8"));
    this.places = new Set(places);
    return Promise.resolve();
  }

  /** @param {Mutant[]} mutants */
  check(mutants) {
    const entries = Object.fromEntries(
      mutants.map((one) => [
        one.id,
        this.places.has(placeOf(changeAt(one)))
          ? { status: "passed" }
          : { status: "compileError", reason: "not wanted" },
      ]),
    );
    return Promise.resolve(entries);
  }

  /** @param {Mutant[]} mutants */
  group(mutants) {
    return [mutants.map(({ id }) => id)];
  }
}

/** @param {Mutant} mutant */
function changeAt({ fileName, mutatorName: mutator, replacement, location: { start, end } }) {
  const position = (/** @type {typeof start} */ { line, column }) => ({
    line: line + 1,
    column: column + 1,
  });
  const file = relative(process.cwd(), fileName);
  return { file, mutator, replacement, start: position(start), end: position(end) };
}

export const strykerPlugins = [{ kind: "Checker", name: "wanted", injectableClass: WantedChecker }];
