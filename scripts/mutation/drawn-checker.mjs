// A checker for Stryker: it sets aside the changes that a range also holds and that were not drawn (a drawn change of a whole function
// holds those of its parts). They would take half of a run, and are not counted.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * @typedef {{ line: number, column: number }} Position
 * @typedef {{ fileName: string, mutatorName: string, replacement?: string, location: { start: Position, end: Position } }} Change
 */

/** @param {Change} change counted from 0 @param {string} [folder] of absolute paths */
export const changeKey = (
  { fileName, mutatorName, replacement, location: { start, end } },
  folder,
) =>
  [
    folder === undefined ? fileName : relative(folder, fileName),
    mutatorName,
    replacement,
    start.line,
    start.column,
    end.line,
    end.column,
  ].join("|");

class DrawnChecker {
  /** @type {Set<unknown>} */
  drawn = new Set();

  async init() {
    /** @type {unknown[]} */
    const keys = JSON.parse(readFileSync("drawn.json", "utf8"));
    this.drawn = new Set(keys);
  }

  /** @param {(Change & { id: string })[]} changes */
  async check(changes) {
    return Object.fromEntries(
      changes.map((change) => [
        change.id,
        this.drawn.has(changeKey(change, process.cwd()))
          ? { status: "passed" }
          : { status: "compileError", reason: "not drawn" },
      ]),
    );
  }

  /** @param {{ id: string }[]} changes */
  group(changes) {
    return [changes.map(({ id }) => id)];
  }
}

export const strykerPlugins = [{ kind: "Checker", name: "drawn", injectableClass: DrawnChecker }];
