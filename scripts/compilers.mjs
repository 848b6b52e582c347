// Compiles misspelt names with several versions of TypeScript, against the built package, and compares each error with the
// text that the documents show. The compilers come through npx.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./entries.mjs";

const VERSIONS = ["5.9.3", "6.0.3", "7.0.2"];

const POLICY = {
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read", get_theme: "school:read", search: { public: true } },
  endpoints: { "GET /settings": "school:read" },
};

const HEAD = `import { readFileSync } from "node:fs";
import { createAuthorizer, definePolicy, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { fetchGate } from "scope-policy/fetch";
import { mcpGate } from "scope-policy/mcp";
import definition from "./policy.json" with { type: "json" };
import type { Definition } from "./policy.d.ts";
const policy = definePolicy(${JSON.stringify(POLICY)});
const loaded = loadPolicy<Definition>(readFileSync("policy.json", "utf8"));
const imported = loadPolicy<Definition>(definition);
const authorizer = createAuthorizer({ policy, verify: () => undefined });
const express = expressGate(authorizer);
const gate = fetchGate(authorizer);
declare const token: { scope: string };
declare const request: Request;
`;

const ARGUMENT = `Argument of type '"get_setings"' is not assignable to parameter of type '"get_settings" | "get_theme"'.`;
const IN_OPTIONS = `Type '"get_setings"' is not assignable to type '"search" | "get_settings" | "get_theme"'. Did you mean '"get_settings"'?`;

/** Each misspelt call and the first line of its error. The order of names in a union depends on the compiler. */
const CALLS = [
  ['policy.decide(token, "get_setings");', ARGUMENT],
  ['policy.authorize(token, "get_setings");', ARGUMENT],
  ['policy.operation("get_setings");', ARGUMENT],
  ['authorizer.decide("raw", "get_setings");', ARGUMENT],
  ['authorizer.authorize("raw", "get_setings");', ARGUMENT],
  ['express("get_setings");', ARGUMENT],
  ['gate(request, "get_setings");', ARGUMENT],
  ['loaded.decide(token, "get_setings");', ARGUMENT],
  ['imported.operation("get_setings");', ARGUMENT],
  ['mcpGate(authorizer, { prompts: { p: "get_setings" } });', IN_OPTIONS],
];
const VALID = ['loaded.decide(token, "get_settings");', 'imported.operation("GET /settings");'];

/** @param {string} text */
const sorted = (text) => text.split(/[ ']/).sort().join(" ");

const folder = mkdtempSync(join(tmpdir(), "compilers-"));
mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
symlinkSync(root, join(folder, "node_modules/scope-policy"));
symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
writeFileSync(join(folder, "policy.json"), JSON.stringify(POLICY));
execFileSync(
  process.execPath,
  [join(root, "dist/cli.js"), "types", "policy.json", "--out", "policy.d.ts"],
  { cwd: folder },
);
const first = HEAD.split("\n").length;
writeFileSync(
  join(folder, "program.ts"),
  `${HEAD}${[...CALLS.map(([call]) => call), ...VALID].join("\n")}\n`,
);
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    compilerOptions: {
      target: "es2023",
      module: "nodenext",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      types: ["node"],
    },
    files: ["program.ts"],
  }),
);

for (const version of VERSIONS) {
  const { stdout } = spawnSync(
    "npx",
    ["-y", "-p", `typescript@${version}`, "tsc", "-p", folder, "--pretty", "false"],
    { encoding: "utf8", cwd: tmpdir() },
  );
  const found = stdout.split("\n").flatMap((line) => {
    const [, number, text] = /program\.ts\((\d+),\d+\): error TS\d+: (.*)/.exec(line) ?? [];
    return text === undefined ? [] : [[Number(number), text]];
  });
  const wrong = CALLS.flatMap(([call, error = ""], index) => {
    const texts = found.filter(([line]) => line === first + index).map(([, text]) => String(text));
    return texts.length === 1 && sorted(texts.join("")) === sorted(error)
      ? []
      : [`${call}\n  expected: ${error}\n  printed:  ${texts.join(" | ")}`];
  });
  const others = stdout.trim().split("\n").length - CALLS.length;
  if (wrong.length > 0 || others !== 0) {
    process.exitCode = 1;
    console.error(
      `TypeScript ${version}: ${wrong.length} of ${CALLS.length} errors differ\n${wrong.join("\n")}\n${stdout}`,
    );
  } else console.log(`TypeScript ${version}: ${CALLS.length} errors as documented`);
}
rmSync(folder, { recursive: true });
