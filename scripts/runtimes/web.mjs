// Bundles the test files that reach no module of Node, and runs them in workerd and in Chromium.
import { createServer } from "node:http";
import { builtinModules, createRequire } from "node:module";
import { relative } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { createVitest } from "vitest/node";
import { launchBrowser } from "../browser.mjs";
import { root, sourceAliases } from "../entries.mjs";

/** @typedef {import("./list.mjs").Runtime} Runtime */
/** @typedef {import("./judge.mjs").TestResult} TestResult */
/** @typedef {{ version: string, run: (file: string) => Promise<TestResult[]>, stop: () => Promise<void> }} Host */

const BUILTINS = new Set(builtinModules);
const isBuiltin = (/** @type {string} */ name) => name.startsWith("node:") || BUILTINS.has(name);

/** Modules of Node, and optional packages of frameworks for Node that are not installed, stay imports. @type {import("esbuild").Plugin} */
const leaveNode = {
  name: "leave-node",
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, kind, ...from }) => {
      if (isBuiltin(path)) return { path, external: true };
      if (pluginData === "asked" || kind === "entry-point") return undefined;
      const { importer, resolveDir } = from;
      const found = await builder.resolve(path, {
        importer,
        resolveDir,
        kind,
        pluginData: "asked",
      });
      return found.errors.length > 0 ? { path: `node:${path}`, external: true } : undefined;
    });
  },
};

/** @satisfies {import("esbuild").BuildOptions} */
const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  format: "esm",
  platform: "browser",
  alias: sourceAliases,
  logLevel: "silent",
};

/** @returns {Promise<string[]>} paths of the files of vitest.runtimes.config.ts, from the root of the project */
async function listFiles() {
  const config = "vitest.runtimes.config.ts";
  const vitest = await createVitest("test", { root, config, watch: false });
  const specifications = await vitest.globTestSpecifications();
  await vitest.close();
  return specifications.map(({ moduleId }) => relative(root, moduleId)).sort();
}

/** Returns whether a module or one that it imports is a module of Node. @param {import("esbuild").Metafile} metafile @param {string} path */
function reachesNode({ inputs }, path) {
  const seen = new Set([path]);
  for (const one of seen) {
    for (const { path: imported, external } of inputs[one]?.imports ?? []) {
      if (external && isBuiltin(imported)) return true;
      seen.add(imported);
    }
  }
  return false;
}

/** @returns {Promise<{ web: string[], others: string[] }>} files that need no module of Node, and the others */
async function sortFiles() {
  const files = await listFiles();
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: files,
    outdir: ".",
    metafile: true,
    external: ["vitest"],
    plugins: [leaveNode],
  });
  const others = files.filter((file) => reachesNode(metafile, file));
  return { web: files.filter((file) => !others.includes(file)), others };
}

/** Bundles the files as one module. It loads nothing before the first request, since workerd forbids random numbers until then. @param {readonly string[]} files */
async function bundle(files) {
  const members = files.map((file) => `${JSON.stringify(file)}: () => import("./${file}")`);
  const contents = `
    const files = { ${members.join(",\n")} };
    export const run = async (file) =>
      (await import("./test/runtimes/run-files.ts")).runFiles(files, [file]);
    export default { fetch: async (request) => Response.json(await run(await request.text())) };
  `;
  const { outputFiles } = await build({
    ...OPTIONS,
    stdin: { contents, resolveDir: root, loader: "js" },
  });
  return String(outputFiles[0]?.text);
}

/** @param {string} script @returns {Promise<Host>} */
async function startWorkerd(script) {
  const { version } = /** @type {{ version: string }} */ (
    createRequire(createRequire(import.meta.url).resolve("miniflare"))("workerd/package.json")
  );
  const worker = new Miniflare({ modules: true, script, compatibilityDate: "2026-04-01" });
  await worker.ready;
  return {
    version,
    run: async (file) => {
      const response = await worker.dispatchFetch("https://runtime.example/", {
        method: "POST",
        body: file,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      const results = /** @type {TestResult[]} */ (JSON.parse(text));
      return results;
    },
    stop: () => worker.dispose(),
  };
}

/** Chromium gets the module from a server on the loopback address, which is a secure context. @param {string} script @returns {Promise<Host>} */
async function startChromium(script) {
  const server = createServer((request, response) => {
    const isModule = request.url === "/tests.mjs";
    response.setHeader("content-type", isModule ? "text/javascript" : "text/html");
    response.end(isModule ? script : "<!doctype html><title>Tests</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  return {
    version: browser.version(),
    run: (file) =>
      page.evaluate(`import("/tests.mjs").then(({ run }) => run(${JSON.stringify(file)}))`),
    stop: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** @type {Promise<{ web: string[], others: string[], script: string }> | undefined} */
let prepared;
async function prepare() {
  const sorted = await sortFiles();
  return { ...sorted, script: await bundle(sorted.web) };
}

/** @param {Runtime} runtime @param {readonly string[]} files @param {(file: string) => void} onFile */
export async function testInWeb({ kind }, files, onFile) {
  prepared ??= prepare();
  const { web, others, script } = await prepared;
  const host = await (kind === "workerd" ? startWorkerd : startChromium)(script);
  const chosen = web.filter(
    (one) => files.length === 0 || files.some((part) => one.includes(part)),
  );
  /** @type {TestResult[]} */
  const results = [];
  try {
    for (const file of chosen) {
      onFile(file);
      results.push(...(await host.run(file)));
    }
  } finally {
    await host.stop();
  }
  return { version: host.version, results, notRun: others.length };
}
