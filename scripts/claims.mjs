// Checks the guarantees of SECURITY.md: each names tests that exist, as `path`: "title", and test/claims.ts has a change of the source
// for each of these tests. With `--break`, makes each change in a copy of the project and runs its test, which must fail with the
// change and pass without it. `--break WORD` takes only tests with WORD in their path.
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJiti } from "jiti";
import { root } from "./entries.mjs";

/** @typedef {import("../test/claims.js").Claim} Claim */

const ROW = /^\| (?!guarantee|---|assumption)(.+?) \| (.*`test\/.*) \|$/gm;
const TEST = /`(test\/[^`]+)`: "([^"]+)"/g;

/**
 * Returns the guarantees of a document with the tests that it names.
 *
 * @param {string} text
 * @returns {{ guarantee: string, tests: { test: string, title: string }[] }[]}
 */
export function guaranteesOf(text) {
  return [...text.matchAll(ROW)].map(([, guarantee = "", cell = ""]) => ({
    guarantee,
    tests: [...cell.matchAll(TEST)].map(([, test = "", title = ""]) => ({ test, title })),
  }));
}

/**
 * Returns what is wrong with guarantees and their changes, one line each.
 *
 * @param {ReturnType<typeof guaranteesOf>} guarantees
 * @param {readonly Claim[]} claims
 * @param {(path: string) => string | undefined} read returns the text of a file
 * @returns {string[]}
 */
export function claimFaults(guarantees, claims, read) {
  const named = guarantees.flatMap(({ tests }) => tests);
  const isSame =
    (/** @type {{ test: string, title: string }} */ a) =>
    (/** @type {{ test: string, title: string }} */ b) =>
      a.test === b.test && a.title === b.title;
  return [
    ...guarantees
      .filter(({ tests }) => tests.length === 0)
      .map(({ guarantee }) => `SECURITY.md: no test with a title for "${guarantee}"`),
    ...named.flatMap((one) => [
      ...(read(one.test)?.includes(one.title)
        ? []
        : [`SECURITY.md: ${one.test} has no "${one.title}"`]),
      ...(claims.some(isSame(one))
        ? []
        : [`test/claims.ts: no change for ${one.test}: "${one.title}"`]),
    ]),
    ...claims.flatMap((claim) => [
      ...(named.some(isSame(claim))
        ? []
        : [`SECURITY.md: does not name ${claim.test}: "${claim.title}"`]),
      ...(read(claim.file)?.split(claim.text).length === 2
        ? []
        : [`test/claims.ts: ${claim.file} must have exactly once: ${claim.text}`]),
    ]),
  ];
}

/** Copies the files of the project that git knows, with the installed packages as a link. */
function copyOfProject() {
  const folder = mkdtempSync(join(tmpdir(), "claims-"));
  const list = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const path of list.split("\0")) {
    if (path !== "" && existsSync(join(root, path)) && !path.startsWith("node_modules"))
      cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

/**
 * Runs the tests of a title, and returns how many passed and failed.
 *
 * @param {string} folder
 * @param {Claim} claim
 */
function runTest(folder, { test, title, runs = test }) {
  // a title of a table has the values of the row in place of `%s`
  const pattern = title
    .split(/%[a-z]/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join(".*");
  const report = join(folder, "claims-report.json");
  rmSync(report, { force: true });
  const program = join(folder, "node_modules/vitest/vitest.mjs");
  const args = [
    "run",
    "--typecheck.enabled=false",
    "--reporter=json",
    `--outputFile=${report}`,
    "-t",
    pattern,
    runs,
  ];
  spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: "ignore",
    timeout: 300_000,
  });
  if (!existsSync(report)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  return { passed: numPassedTests, failed: numFailedTests };
}

/** Returns what the change of a claim did to its test, with `fault` if it is not what is expected. @param {string} folder @param {Claim} claim */
function breakClaim(folder, claim) {
  const path = join(folder, claim.file);
  const text = readFileSync(path, "utf8");
  const before = runTest(folder, claim);
  writeFileSync(
    path,
    text.replace(claim.text, () => claim.replacement),
  );
  const after = runTest(folder, claim);
  writeFileSync(path, text);
  const isGood = before.failed === 0 && before.passed > 0 && after.failed > 0;
  const line = `${before.passed} passed, ${before.failed} failed; changed: ${after.passed} passed, ${after.failed} failed`;
  return { isGood, line: `${isGood ? "red " : "FAIL"} ${claim.test}: "${claim.title}" (${line})` };
}

async function main() {
  const { CLAIMS } = /** @type {{ CLAIMS: readonly Claim[] }} */ (
    await createJiti(import.meta.url).import("../test/claims.ts")
  );
  const read = (/** @type {string} */ path) =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
  const guarantees = guaranteesOf(read("SECURITY.md") ?? "");
  const faults = claimFaults(guarantees, CLAIMS, read);
  for (const fault of faults) console.error(fault);
  console.log(`${guarantees.length} guarantees, ${CLAIMS.length} changes, ${faults.length} faults`);
  if (faults.length > 0 || guarantees.length === 0) process.exitCode = 1;
  else if (process.argv[2] === "--break")
    breakAll(CLAIMS.filter(({ test }) => test.includes(process.argv[3] ?? "")));
}

/** @param {readonly Claim[]} claims */
function breakAll(claims) {
  const folder = copyOfProject();
  try {
    for (const claim of claims) {
      const { isGood, line } = breakClaim(folder, claim);
      console.log(line);
      if (!isGood) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) await main();
