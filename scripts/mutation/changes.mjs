// The changes that Stryker knows for a room of `src`, each with a name that stays the same when other lines of its file change.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../entries.mjs";
import { createRandom } from "../random.mjs";

/**
 * @typedef {{ line: number, column: number }} Position counted from 1
 * @typedef {object} Change one change of one place
 * @property {string} file path from the root of the project
 * @property {string} line text of the line on which it begins, without spaces around it
 * @property {string} mutator name of the kind of change
 * @property {string} replacement text that replaces what is there
 * @property {number} nth 1 for the first of several in the file that are the same in all of the above
 * @property {Position} start
 * @property {Position} end
 * @property {string} id number of the change in the instrumented source
 *
 * @typedef {{ line: number, column: number }} Place counted from 0
 * @typedef {{ id: string, fileName: string, mutatorName: string, replacement: string, location: { start: Place, end: Place } }} Mutant
 * @typedef {{ name: string, content: string }} Source
 * @typedef {{ instrument: (sources: unknown, options: unknown) => Promise<{ files: Source[], mutants: Mutant[] }> }} Instrumenter
 * @typedef {{ createInjector: () => { provideValue: (name: string, value: unknown) => { injectFunction: (create: unknown) => Instrumenter } } }} InjectModule
 * @typedef {{ tests: string[], wide?: string[], source?: string[] }} Room folders and files. `wide`: slow tests; `source`: by default the
 *   folder in `src` of the same name
 */

/** @type {Record<string, Room>} */
export const rooms = JSON.parse(readFileSync(join(root, "scripts/mutation/rooms.json"), "utf8"));

/** Returns the name of a change, the same as long as its line stays. @param {Omit<Change, "id" | "start" | "end">} change */
export const nameOf = ({ file, line, mutator, replacement, nth }) =>
  [file, line, mutator, replacement.replace(/\s+/g, " "), nth].join("\n");

/** Returns the place of a change. @param {Pick<Change, "file" | "mutator" | "replacement" | "start" | "end">} change */
export const placeOf = ({ file, mutator, replacement, start, end }) =>
  [file, mutator, replacement, start.line, start.column, end.line, end.column].join("\n");

/** @param {string} room @returns {string[]} its files, from the root of the project */
export function filesOf(room) {
  return (rooms[room]?.source ?? [`src/${room}`])
    .flatMap((path) =>
      statSync(join(root, path)).isFile()
        ? [path]
        : readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
            .filter((name) => name.endsWith(".ts"))
            .map((name) => join(path, name)),
    )
    .sort();
}

/**
 * Returns every change, in order, and the source that can make each of them.
 *
 * @param {string} folder where Stryker is installed @param {string[]} files
 * @returns {Promise<{ changes: Change[], sources: Source[] }>}
 */
export async function changesOf(folder, files) {
  const lines = new Map(
    files.map((file) => [file, readFileSync(join(root, file), "utf8").split("\n")]),
  );
  const { mutants, files: sources } = await instrument(
    folder,
    files.map((name) => ({ name, mutate: true, content: (lines.get(name) ?? []).join("\n") })),
  );
  /** @type {Map<string, number>} */
  const seen = new Map();
  const inOrder = mutants.toSorted(
    (one, other) =>
      files.indexOf(one.fileName) - files.indexOf(other.fileName) ||
      one.location.start.line - other.location.start.line ||
      one.location.start.column - other.location.start.column,
  );
  const changes = inOrder.map((mutant) => {
    const { id, fileName: file, mutatorName: mutator, replacement, location } = mutant;
    const line = (lines.get(file)?.[location.start.line] ?? "").trim();
    const first = nameOf({ file, line, mutator, replacement, nth: 1 });
    const nth = (seen.get(first) ?? 0) + 1;
    seen.set(first, nth);
    const position = (/** @type {Place} */ place) => ({
      line: place.line + 1,
      column: place.column + 1,
    });
    const [start, end] = [position(location.start), position(location.end)];
    return { file, line, mutator, replacement, nth, start, end, id };
  });
  return { changes, sources };
}

/** @param {string} folder @param {{ name: string, mutate: boolean, content: string }[]} sources */
async function instrument(folder, sources) {
  const core = createRequire(join(folder, "node_modules/@stryker-mutator/core/package.json"));
  /** @param {string} name @returns {Promise<unknown>} */
  const load = async (name) => {
    /** @type {unknown} */
    const loaded = await import(pathToFileURL(core.resolve(name)).href);
    return loaded;
  };
  const { createInjector } = /** @type {InjectModule} */ (await load("typed-inject"));
  const { createInstrumenter } = /** @type {{ createInstrumenter: unknown }} */ (
    await load("@stryker-mutator/instrumenter")
  );
  const log = { debug() {}, info() {}, isDebugEnabled: () => false };
  const injector = createInjector().provideValue("logger", log);
  const options = { plugins: null, excludedMutations: [], ignorers: [] };
  return injector.injectFunction(createInstrumenter).instrument(sources, options);
}

/** Draws some of the changes, the same for the same seed. @param {readonly Change[]} all @param {number} count @param {number} seed */
export function sampleOf(all, count, seed) {
  const { below } = createRandom(seed);
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () =>
    left.splice(below(left.length), 1),
  ).flat();
}

/**
 * Reads a value of `--only`: a file, by its path or its end, and lines of it.
 *
 * @param {string} text `url.ts`, `url.ts:12` or `url.ts:12-40` @param {readonly string[]} files those of the room
 * @returns {(change: Change) => boolean}
 */
export function readOnly(text, files) {
  const [, name = "", from, to = from] = /^(.*?)(?::(\d+)(?:-(\d+))?)?$/.exec(text) ?? [];
  const found = files.filter((file) => file === name || file.endsWith(`/${name}`));
  if (found.length === 0) throw new Error(`--only: unknown file ${name}`);
  const [first, last] = from === undefined ? [1, Infinity] : [Number(from), Number(to)];
  return ({ file, start, end }) => found.includes(file) && start.line >= first && end.line <= last;
}
