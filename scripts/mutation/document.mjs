// Writes the tables of docs/quality.md from the records of the rooms.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../entries.mjs";
import { rooms } from "./changes.mjs";
import { percentOf, readRecord } from "./record.mjs";

/** @typedef {import("./record.mjs").RoomRecord} RoomRecord */

const PAGE = join(root, "docs/quality.md");
const PARTS = /(<!-- mutation:[^>]*-->\n)[\s\S]*?(<!-- end of mutation -->)/;

/** Writes the parts of the page that come from the records. */
export function writeDocument() {
  const records = Object.keys(rooms).map((room) => /** @type {const} */ ([room, readRecord(room)]));
  const page = readFileSync(PAGE, "utf8");
  writeFileSync(
    PAGE,
    page.replace(
      PARTS,
      (_, begin, end) =>
        `${begin}\n${[tableOf(records), ...listsOf(records)].join("\n\n")}\n\n${end}`,
    ),
  );
}

/** @param {(readonly [string, RoomRecord])[]} records */
function tableOf(records) {
  const rows = records.flatMap(([room, { measurement }]) => {
    if (measurement === undefined) return [];
    const { total, measured, noticed, equivalent, seed, minutes } = measurement;
    const share = percentOf(noticed, measured - equivalent);
    const changes =
      seed === undefined ? `${measured} (all)` : `${measured} of ${total}, seed ${seed}`;
    return `| \`${room}\` | ${changes} | ${noticed} | ${equivalent} | ${measured - noticed - equivalent} | ${share} % | ${minutes} min |`;
  });
  const missing = records
    .filter(([, { measurement }]) => measurement === undefined)
    .map(([room]) => `\`${room}\``);
  return [
    "| room | changes | noticed | equivalent | not noticed | share noticed of those that are not equivalent | duration |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    ...(missing.length === 0 ? [] : ["", `Not measured: ${missing.join(", ")}.`]),
  ].join("\n");
}

/** @param {(readonly [string, RoomRecord])[]} records the reasons why changes are equivalent, with the number of changes in each file */
function listsOf(records) {
  return records.flatMap(([room, { equivalent }]) => {
    if (equivalent.length === 0) return [];
    const items = equivalent.map(({ reason, changes }) => {
      const files = Object.entries(changes).map(
        ([file, entries]) => `\`${basename(file)}\` ${entries.length}`,
      );
      return `* ${reason} (${files.join(", ")})`;
    });
    return [`### Equivalent in \`${room}\``, items.join("\n")];
  });
}
