// Packs the package, installs the tarball into an empty folder and uses it there as a user would.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { entries, manifest, root } from "../../scripts/entries.mjs";

const folder = mkdtempSync(join(tmpdir(), "smoke-"));

/** Runs one step and prints its result. A failing step fails the run. */
async function step(label, action) {
  const start = Date.now();
  try {
    const said = await action();
    console.log(`ok   ${label} (${Date.now() - start} ms) ${said ?? ""}`.trimEnd());
  } catch (error) {
    const told = `${error.stdout ?? ""}${error.stderr ?? ""}`.trim();
    console.log(`FAIL ${label} (${Date.now() - start} ms)\n${told === "" ? error.message : told}`);
    process.exitCode = 1;
  }
}

function run(command, args, cwd = folder) {
  const options = { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  return execFileSync(command, args, options).trim();
}

const lastLine = (text) => text.split("\n").at(-1);
const node = (...args) => run(process.execPath, args);
const bin = join(folder, "node_modules/.bin", Object.keys(manifest.bin)[0]);

await step("pack", () => {
  const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder];
  return run("npm", args, root);
});
await step("install", () => {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "smoke", private: true }));
  run("npm", ["install", "--silent", `./${manifest.name}-${manifest.version}.tgz`]);
  cpSync(import.meta.dirname, folder, { recursive: true });
});

await step("import", () => lastLine(node("esm.mjs")));
await step("require()", () => lastLine(node("cjs.cjs")));
for (const { specifier } of entries)
  await step(`${specifier} has names`, () => {
    const names = node("-p", `Object.keys(require("${specifier}")).length`);
    if (!(Number(names) > 0)) throw new Error(`${specifier} exports nothing`);
    return names;
  });

cpSync(join(folder, "types.mts"), join(folder, "types.cts"));
const tsc = join(root, "node_modules/typescript/bin/tsc");
const FLAGS = "--ignoreConfig --noEmit --strict --target es2022".split(" ");
// node16 does not support require() of ES modules, so a .cts file is checked only under nodenext
for (const [module, resolution, file] of [
  ["node16", "node16", "types.mts"],
  ["nodenext", "nodenext", "types.mts"],
  ["nodenext", "nodenext", "types.cts"],
  ["preserve", "bundler", "types.mts"],
])
  await step(`types: ${module}, ${resolution}, ${file}`, () => {
    node(tsc, ...FLAGS, "--module", module, "--moduleResolution", resolution, file);
  });

await step("types: matchers of vitest", () => {
  symlinkSync(join(root, "node_modules/vitest"), join(folder, "node_modules/vitest"));
  const options = ["--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext"];
  node(tsc, ...FLAGS, ...options, "matchers.mts");
});

await step("bin --help", () => {
  const help = run(bin, ["--help"]);
  for (const word of ["Usage", "check", "explain", "matrix"])
    if (!help.includes(word)) throw new Error(`missing \`${word}\` in\n${help}`);
});
await step("bin check policy.ts", () => lastLine(run(bin, ["check", "policy.ts"])));

// Fastify requires Node, and fastify-plugin reads a file name
const NODE_ONLY = new Set(["fastify"]);

for (const { specifier } of entries.filter(({ name }) => !NODE_ONLY.has(name)))
  await step(`${specifier} bundles for a worker`, async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from "${specifier}";`, resolveDir: folder },
      bundle: true,
      write: false,
      metafile: true,
      platform: "neutral",
      mainFields: ["module", "main"],
      format: "esm",
      outfile: join(folder, "worker.mjs"),
      external: ["node:*"],
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    if (imports.length > 0) throw new Error(`it imports ${imports.map(({ path }) => path)}`);
    const [{ text }] = outputFiles;
    writeFileSync(join(folder, "worker.mjs"), text);
    // no Node names at run time either: a module that uses one while loading throws here
    writeFileSync(
      join(folder, "load.mjs"),
      `for (const name of ["process", "Buffer", "require", "setImmediate"]) delete globalThis[name];
const names = Object.keys(await import("./worker.mjs"));
if (names.length === 0) throw new Error("the bundle exports nothing");`,
    );
    node("load.mjs");
    return `${Math.round(text.length / 1024)} KiB`;
  });

rmSync(folder, { recursive: true, force: true });
