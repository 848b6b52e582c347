// Runs the tutorials as a reader does, each in an empty folder with the packed package: `npm run tutorials`. The files and the commands
// come from the Markdown, and what a command prints is compared. `-- first-policy` runs one of them, `-- --keep` keeps the folders, and
// `-- --log FILE` writes what every command printed. `-- --update` writes the outputs into the Markdown. Needs a build.
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../scripts/entries.mjs";
import { fencedOf, stepsOf } from "../../scripts/tutorial-steps.mjs";
import { pack } from "../adoption/runner.mjs";
import { Reader } from "./reader.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keep: { type: "boolean", default: false },
    log: { type: "string" },
    update: { type: "boolean", default: false },
  },
});
const folder = join(root, "docs/tutorials");
const names = readdirSync(folder)
  .map((file) => basename(file, ".md"))
  .filter((name) => positionals.length === 0 || positionals.includes(name));
if (names.length === 0) throw new Error(`no tutorial ${positionals.join(", ")} in docs/tutorials`);

/** Writes what was printed into the blocks of a tutorial. @param {string} path @param {ReadonlyMap<number, string>} outputs */
function update(path, outputs) {
  const lines = readFileSync(path, "utf8").split("\n");
  for (const [line, text] of [...outputs].reverse())
    lines.splice(line, lines.indexOf("```", line) - line, text);
  writeFileSync(path, lines.join("\n"));
}

const temporary = mkdtempSync(join(tmpdir(), "tutorials-"));
const tarball = pack(temporary);
let failed = 0;
for (const name of names) {
  const path = join(folder, `${name}.md`);
  const steps = stepsOf(fencedOf(readFileSync(path, "utf8")));
  const started = performance.now();
  const reader = new Reader(join(temporary, name), tarball);
  let fault = "";
  try {
    for (const step of steps) await reader.do(step);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  } finally {
    await reader.leave();
  }
  if (values.update) update(path, reader.differences);
  else
    for (const [line, text] of reader.differences)
      fault += `${fault === "" ? "" : "\n\n"}line ${line}: the output differs, it is\n${text}`;
  if (values.log !== undefined) appendFileSync(values.log, `# ${name}\n${reader.log.join("\n")}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const commands = `${reader.commands} commands, ${reader.compared} outputs compared`;
  console.log(`${fault === "" ? "ok  " : "FAIL"} ${seconds.padStart(5)} s  ${name}: ${commands}`);
  if (fault === "") continue;
  console.log(`${reader.log.slice(-6).join("\n")}\n\ndocs/tutorials/${name}.md, ${fault}`);
  failed += 1;
}
if (values.keep) console.log(`kept ${temporary}`);
else rmSync(temporary, { recursive: true, force: true });
console.log(`${names.length - failed} of ${names.length} tutorials passed`);
process.exitCode = failed > 0 ? 1 : 0;
