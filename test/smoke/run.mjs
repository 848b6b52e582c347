// Packs the package, installs the tarball into an empty folder and uses it there as a user would.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { entries, manifest, root } from "../../scripts/entries.mjs";
import { sourceSteps } from "./sources.mjs";

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

/** Bytes that the package and what it needs may take on the disk, by the lengths of their files. */
const MAX_BYTES = 12_500_000;
const MAX_PACKAGES = 5;
const modules = join(folder, "node_modules");
const packageOf = join(modules, manifest.name);

await step("the install has the dependencies, no peer and nothing else", () => {
  const lock = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8"));
  const installed = Object.keys(lock.packages).map((path) => path.replace("node_modules/", ""));
  const expected = [manifest.name, ...Object.keys(manifest.dependencies)].sort();
  if (installed.sort().join() !== expected.join() || installed.length > MAX_PACKAGES)
    throw new Error(`${installed.length} packages: ${installed.join(", ")}`);
  for (const peer of Object.keys(manifest.peerDependencies))
    if (manifest.peerDependenciesMeta[peer]?.optional !== true)
      throw new Error(`the peer ${peer} is not optional`);
  return installed.join(", ");
});
await step("the install is small", () => {
  const files = readdirSync(modules, { recursive: true, withFileTypes: true });
  const bytes = files
    .filter((file) => file.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const size = `${(bytes / 1_000_000).toFixed(1)} MB`;
  if (bytes > MAX_BYTES) throw new Error(size);
  return size;
});
await step("the package has the licences that it bundles, and no source text in maps", () => {
  const files = readdirSync(packageOf, { recursive: true }).map(String);
  for (const map of files.filter((file) => file.endsWith(".map")))
    if (readFileSync(join(packageOf, map), "utf8").includes('"sourcesContent"'))
      throw new Error(`${map} has source text`);
  const licences = readFileSync(join(packageOf, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
  for (const name of [
    ...[
      "@babel/parser",
      "@modelcontextprotocol/client",
      "@modelcontextprotocol/server",
      "commander",
    ],
    ...["jiti", "string-width", "wrap-ansi", "yaml"],
  ])
    if (!licences.includes(`\n${name} `)) throw new Error(`no licence of ${name}`);
});

await step("import", () => lastLine(node("esm.mjs")));
await step("require()", () => lastLine(node("cjs.cjs")));
// these import their framework or Kysely, which no project without it installs
const NEEDS_PEER = new Set(["hono", "nest", "store"]);

for (const { specifier } of entries.filter(({ name }) => !NEEDS_PEER.has(name)))
  await step(`${specifier} has names`, () => {
    const names = node("-p", `Object.keys(require("${specifier}")).length`);
    if (!(Number(names) > 0)) throw new Error(`${specifier} exports nothing`);
    return names;
  });

/** Maximum number of files of the package that an entry loads: Node spends some 0.5 ms of CPU on each. */
const MAX_FILES = 5;

/** Returns the files of the package that a file loads, and the file itself. */
function filesOf(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, path] of text.matchAll(/^(?:import|export) .*?["'](\.{1,2}\/.+?)["'];$/gm))
    filesOf(join(file, "..", path), seen);
  return seen;
}

await step(`no entry loads more than ${MAX_FILES} files of the package`, () => {
  const counts = entries.map(({ name }) => [
    name,
    filesOf(join(packageOf, `dist/${name}.js`)).size,
  ]);
  const many = counts.filter(([, count]) => count > MAX_FILES);
  if (many.length > 0) throw new Error(many.join("; "));
  return counts.map((count) => count.join(" ")).join(", ");
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
for (const file of ["policy.ts", "policy.json"])
  await step(`bin check ${file}`, () => lastLine(run(bin, ["check", file])));
await step("bin check of a wrong policy.json names the place", () => {
  writeFileSync(
    join(folder, "wrong.json"),
    '{\n  "name": 1,\n  "version": "1",\n  "scopes": {}\n}\n',
  );
  try {
    run(bin, ["check", "wrong.json"]);
  } catch ({ status, stdout, stderr }) {
    if (status === 1 && `${stdout}${stderr}`.includes("wrong.json:2:11")) return;
    throw new Error(`exit code ${status}\n${stdout}${stderr}`);
  }
  throw new Error("the wrong policy passed");
});
await step("bin matrix policy.ts", () => {
  const [frame] = run(bin, ["matrix", "policy.ts"]).match(/┌[─┬]+┐/) ?? [];
  if (frame === undefined) throw new Error("no table");
});

for (const [label, action] of sourceSteps({ folder, bin, root })) await step(label, action);

// Fastify requires Node, and fastify-plugin reads a file name
const NODE_ONLY = new Set(["fastify"]);
// imports the modules of Node for files when it is given the path of one
const READS_FILES = new Set(["policy-source"]);

for (const { name: entry, specifier } of entries.filter(
  ({ name }) => !NODE_ONLY.has(name) && !NEEDS_PEER.has(name),
))
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
    const imports = Object.values(metafile.outputs)
      .flatMap((output) => output.imports)
      .filter(({ kind }) => !READS_FILES.has(entry) || kind !== "dynamic-import");
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

await step("npm publish --dry-run of a copy with a repository and a version", () => {
  const copy = join(folder, "publish");
  const left = /(^|[\\/])(node_modules|dist|coverage|reports|\.git|\.cache)$|docs[\\/]api$/;
  cpSync(root, copy, { recursive: true, filter: (path) => path === root || !left.test(path) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  const repository = { type: "git", url: "https://git.example/owner/scope-policy" };
  const text = JSON.stringify({ ...manifest, repository, version: "9.8.7" });
  writeFileSync(join(copy, "package.json"), text);
  appendFileSync(join(copy, "CHANGELOG.md"), "\n## 9.8.7\n");
  const output = run("npm", ["publish", "--dry-run"], copy);
  if (readFileSync(join(copy, "package.json"), "utf8") !== text)
    throw new Error("package.json is not restored after packing");
  return lastLine(output);
});

rmSync(folder, { recursive: true, force: true });
