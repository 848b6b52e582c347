// Joins the modules of the build into few files. Node spends some 0.5 ms of CPU on each file, so the 160 modules of the main entry took
// as long to load as zod.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "rollup";
import { entries, root } from "./entries.mjs";

const built = join(root, "dist");
const filesOfEntries = new Set(entries.map((entry) => join(root, entry.built)));
const main = join(built, "index.js");

/**
 * Returns the shared file that contains a module; `undefined` for a module that one entry alone reaches. A module that is reached
 * through entries with zod alone is in the file `policy`, so that the other entries load without zod.
 *
 * @param {string} id
 * @param {import("rollup").ManualChunkMeta} graph
 */
function sharedFile(id, { getModuleInfo: infoOf }) {
  if (infoOf(id)?.isEntry === true) return undefined;
  const above = reach(id, (one) => infoOf(one)?.importers ?? []);
  const users = [...above].filter((one) => filesOfEntries.has(one));
  if (users.length < 2 && users[0] !== main) return undefined;
  const needsZod = users.every((user) =>
    [...reach(user, (one) => infoOf(one)?.importedIds ?? [])].some((one) => one.startsWith("zod")),
  );
  return needsZod ? "policy" : "shared";
}

/**
 * Returns what can be reached from a module, and the module itself.
 *
 * @param {string} from
 * @param {(id: string) => readonly string[]} next
 * @param {Set<string>} [seen]
 */
function reach(from, next, seen = new Set()) {
  if (seen.has(from)) return seen;
  seen.add(from);
  for (const id of next(from)) reach(id, next, seen);
  return seen;
}

/**
 * Marks the values of top-level constants as free of side effects, which is what `sideEffects: false` promises of modules. Without
 * the marks, a bundler would keep each constant of a shared file that calls a function.
 *
 * @type {import("rollup").Plugin}
 */
const markConstants = {
  name: "mark-constants",
  renderChunk(code, { fileName }) {
    if (fileName === "cli.js") return null;
    let marked = code;
    for (const statement of this.parse(code).body.toReversed()) {
      if (statement.type !== "VariableDeclaration") continue;
      for (const { init } of statement.declarations.toReversed()) {
        if (init == null || SIMPLE.has(init.type)) continue;
        const { start, end } = /** @type {{ start: number, end: number }} */ (
          /** @type {unknown} */ (init)
        );
        const value = `/* @__PURE__ */ (() => (${code.slice(start, end)}))()`;
        marked = marked.slice(0, start) + value + marked.slice(end);
      }
    }
    return { code: marked, map: null };
  },
};

/** Values that every bundler knows to be free of side effects. A function keeps its name. */
const SIMPLE = new Set([
  "Literal",
  "ArrowFunctionExpression",
  "FunctionExpression",
  "ClassExpression",
]);

/** Replaces the modules in `dist` by the entries, the command line and the files that they share, in `dist/shared`. */
export async function joinModules() {
  const bundle = await rollup({
    input: [...filesOfEntries, join(built, "cli.js")],
    // packages, and the libraries of the command line
    external: (id) => !/^[./]/.test(id) || id.startsWith("./cli/"),
    treeshake: false,
    plugins: [markConstants],
  });
  // rollup has read them
  rmSync(join(built, "errors.js"));
  for (const file of readdirSync(built, { withFileTypes: true })) {
    if (file.isDirectory() && file.name !== "cli")
      rmSync(join(built, file.name), { recursive: true });
  }
  await bundle.write({
    dir: built,
    format: "es",
    chunkFileNames: "shared/[name].js",
    hoistTransitiveImports: false,
    manualChunks: sharedFile,
  });
  await bundle.close();
}
