// What is known of a room: the last measurement, and the changes that no test can notice, with the reasons. A file for each room.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../entries.mjs";
import { nameOf } from "./changes.mjs";

/**
 * @typedef {import("./changes.mjs").Change} Change
 * @typedef {[line: string, mutator: string, replacement: string, nth?: number]} Entry `nth` where the line occurs more than once
 * @typedef {{ reason: string, changes: Record<string, Entry[]> }} Group changes by file that are equivalent for the same reason
 * @typedef {object} Measurement
 * @property {number} total number of changes that Stryker knows in the room
 * @property {number} measured number of those that were made
 * @property {number} noticed number of those that made a test fail
 * @property {number} equivalent number of those that are not noticed, and are listed as equivalent
 * @property {number} [seed] of the draw; missing when all were made
 * @property {number} minutes
 *
 * @typedef {{ measurement?: Measurement, equivalent: Group[] }} RoomRecord
 */

/** Returns a share in percent, as text. Rounded down: one change that is not noticed is not 100 %. @param {number} part @param {number} whole */
export const percentOf = (part, whole) => (Math.floor((1_000 * part) / whole) / 10).toFixed(1);

/** @param {string} room */
const pathOf = (room) => join(root, `scripts/mutation/results/${room}.json`);

/** @param {string} room @returns {RoomRecord} */
export function readRecord(room) {
  if (!existsSync(pathOf(room))) return { equivalent: [] };
  /** @type {RoomRecord} */
  const record = JSON.parse(readFileSync(pathOf(room), "utf8"));
  return record;
}

/** Writes a measurement beside the list of the room. @param {string} room @param {Measurement} measurement */
export function writeMeasurement(room, measurement) {
  const record = { measurement, equivalent: readRecord(room).equivalent };
  writeFileSync(pathOf(room), JSON.stringify(record));
  execFileSync("npx", ["biome", "format", "--write", pathOf(room)], { cwd: root, stdio: "ignore" });
}

/** @param {RoomRecord} record @returns {string[]} names of the changes that are listed as equivalent */
export const equivalentNames = ({ equivalent }) =>
  equivalent.flatMap(({ changes }) =>
    Object.entries(changes).flatMap(([file, entries]) =>
      entries.map(([line, mutator, replacement, nth = 1]) =>
        nameOf({ file, line, mutator, replacement, nth }),
      ),
    ),
  );

/** A text as the entry of a list, to copy. @param {Change} change */
export const entryOf = ({ line, mutator, replacement, nth }) =>
  JSON.stringify([line, mutator, replacement.replace(/\s+/g, " "), ...(nth === 1 ? [] : [nth])]);

/**
 * What earlier runs in a folder saw, so that a room can be measured in parts.
 *
 * @param {string} folder @param {string} room
 */
export function createMemory(folder, room) {
  const path = join(folder, `mutation-${room}.json`);
  /** @type {{ minutes: number, statuses: Record<string, string>, drawn?: string[] }} */
  const known = existsSync(path)
    ? JSON.parse(readFileSync(path, "utf8"))
    : { minutes: 0, statuses: {} };
  const statuses = new Map(Object.entries(known.statuses));
  return {
    statuses,
    minutes: known.minutes,
    /** Names of the changes of the last draw: another one would follow when the source changes. */
    drawn: new Set(known.drawn),
    /** Keeps statuses. @param {number} minutes how long it took to see them @param {string[]} drawn */
    save(minutes, drawn) {
      const kept = {
        minutes: known.minutes + minutes,
        drawn,
        statuses: Object.fromEntries(statuses),
      };
      writeFileSync(path, JSON.stringify(kept));
    },
  };
}
