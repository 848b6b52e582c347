// Draws docs/pictures/architecture.svg from the imports of src: the rooms, and an arrow from each to those that it imports. With
// `--check` it writes nothing and fails where the file differs. A circle between rooms is an error.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { instance } from "@viz-js/viz";
import ts from "typescript";
import { root } from "./entries.mjs";

const PICTURE = join(root, "docs/pictures/architecture.svg");

/** @param {string} path path of a file under src, as `mcp/http/mcp-gate.ts` */
function roomOf(path) {
  const [first = "", second = ""] = path.split("/");
  if (first === "mcp" && !second.endsWith(".ts")) return `mcp/${second}`;
  return first.replace(/\.ts$/, "");
}

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && path !== "errors.ts")
  .sort();

/** @type {Map<string, Set<string>>} */
const imports = new Map();
for (const path of files) {
  const room = roomOf(path);
  const found = imports.get(room) ?? new Set();
  imports.set(room, found);
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, "src", path), "utf8"));
  for (const { fileName } of importedFiles.filter(({ fileName }) => fileName.startsWith("."))) {
    const target = roomOf(posix.join(dirname(path), fileName).replace(/\.js$/, ".ts"));
    if (target !== room && target !== "errors") found.add(target);
  }
}

/**
 * Returns the rooms that a room reaches by at least one arrow.
 *
 * @param {string} room
 * @param {readonly string[]} way
 * @returns {Set<string>}
 */
function reachOf(room, way = []) {
  if (way.includes(room)) throw new Error(`a circle of imports: ${[...way, room].join(" > ")}`);
  const next = [...(imports.get(room) ?? [])];
  return new Set(next.flatMap((each) => [each, ...reachOf(each, [...way, room])]));
}

/** @param {string} room the rooms that it imports, without those that follow from another arrow */
const arrowsOf = (room) => {
  const next = [...(imports.get(room) ?? [])].sort();
  return next.filter(
    (target) => !next.some((other) => other !== target && reachOf(other).has(target)),
  );
};

const count = (/** @type {string} */ room) => files.filter((path) => roomOf(path) === room).length;
const label = (/** @type {string} */ room) => (room === "index" ? "scope-policy" : room);
const graph = `digraph {
  graph [rankdir=TB, bgcolor=white, nodesep=0.3, ranksep=0.45, margin=0.2];
  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#41597d", fontname="Helvetica", fontsize=13];
  edge [color="#41597d", arrowsize=0.7];
${[...imports.keys()]
  .sort()
  .map(
    (room) =>
      `  "${room}" [label="${label(room)}\\n${count(room)} ${count(room) === 1 ? "file" : "files"}"];`,
  )
  .join("\n")}
${[...imports.keys()]
  .sort()
  .flatMap((room) => arrowsOf(room).map((target) => `  "${room}" -> "${target}";`))
  .join("\n")}
}`;

const svg = (await instance()).renderString(graph, { format: "svg" });
if (!process.argv.includes("--check")) writeFileSync(PICTURE, svg);
else if (readFileSync(PICTURE, "utf8") !== svg) {
  console.error(`${PICTURE.slice(root.length + 1)} differs from src: npm run architecture`);
  process.exitCode = 1;
}
