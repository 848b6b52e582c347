// Measures the cost of a large policy for the compiler of a user. Generates a policy, type-checks it against the declarations
// of the package (a user never compiles its source), and counts instantiations, which are the same on every machine, unlike
// seconds. Measures with the compiler options of this project, and with those of a user who sets only `strict`.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entries, root } from "./entries.mjs";

const MAX_INSTANTIATIONS = 200_000;
/** @type {readonly (readonly [title: string, config: string])[]} */
const CONFIGS = [
  ["the options of this project", "tsconfig.json"],
  ["only `strict`", "test/types/tsconfig.user.json"],
];
const SCOPES = 300;
const TOOLS = 1_200;
const DECISIONS = 50;

const folder = join(root, ".cache/type-cost");
const declarations = join(folder, "types");
const tsc = join(root, "node_modules/typescript/bin/tsc");
const nouns = ["courses", "students", "invoices", "files", "events", "orders"];
const verbs = ["read", "write", "manage", "publish", "delete"];

/**
 * @param {number} count
 * @param {(index: number) => string} make
 */
const lines = (count, make) => Array.from({ length: count }, (_, index) => make(index)).join("\n");

/** @param {number} index */
const isTemplate = (index) => index % 15 === 7;

/** @param {number} index */
const scope = (index) =>
  isTemplate(index)
    ? `/accounts/{accountID}/area${index}.${verbs[index % verbs.length]}`
    : `${nouns[index % nouns.length]}${index}:${verbs[index % verbs.length]}`;

/**
 * Returns the next scope without a placeholder, starting at an index.
 *
 * @param {number} index
 */
const plain = (index) => scope(isTemplate(index % SCOPES) ? (index + 1) % SCOPES : index % SCOPES);

/** @type {readonly ((index: number) => string)[]} */
const scopeForms = [
  () => `"What it lets a client do"`,
  () => `{ description: "With a tier", tier: "pro" }`,
  () => `{ description: "For some accounts", accountTypes: ["mentor"], group: "people" }`,
  (index) => `{ description: "Implies another", implies: ["${plain(index - 3)}"] }`,
  () => `{ description: "Not pre-checked", default: "off", warning: "writes in public" }`,
  () => `{ description: "First-party only", title: "Internal", reserved: true }`,
];

/** @param {number} index */
const bound = (index) => `account${Math.floor(index / 6) % 3}`;

/** @type {readonly ((index: number) => string)[]} */
const toolForms = [
  (index) => `"${plain(index)}"`,
  (index) => `{ anyOf: ["${plain(index)}", "${plain(index + 2)}"] }`,
  (index) =>
    `{ allOf: ["${plain(index)}", { anyOf: ["${plain(index + 2)}", "${plain(index + 4)}"] }] }`,
  (index) => `{ scope: "${plain(index)}", tier: "pro", accountTypes: ["studio"] }`,
  (index) =>
    `{ scope: "${scope(7 + 15 * (index % 20))}", params: { accountID: "${bound(index)}" } }`,
  (index) =>
    `{ scope: "${plain(index)}", title: "A tool", description: "What it does", hidden: true }`,
];

/**
 * @param {readonly ((index: number) => string)[]} forms
 * @param {number} index
 */
const formOf = (forms, index) => forms[index % forms.length]?.(index) ?? "";

const isBound = (/** @type {number} */ index) => index % toolForms.length === 4;

const large = `import { definePolicy, type EndpointOf, type ParamsOf, type ScopeOf, type ToolOf } from "scope-policy";

const policy = definePolicy({
  name: "Large",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
${lines(SCOPES, (index) => `    "${scope(index)}": ${isTemplate(index) ? `"A template"` : formOf(scopeForms, index)},`)}
  },
  baseline: ["${plain(0)}"],
  defaultScopes: ["${plain(0)}"],
  bundles: {
    all: { every: true, except: ["${plain(6)}"] },
${lines(4, (index) => `    bundle${index}: ["${plain(index * 12)}", "${plain(index * 12 + 2)}"],`)}
  },
  tools: {
${lines(TOOLS, (index) => `    tool_${index}: ${formOf(toolForms, index)},`)}
  },
  endpoints: {
${lines(20, (index) => `    "GET /v1/things${index}/:thingId": "${plain(index * 12)}",`)}
  },
});
const token = { scope: "${plain(0)}" };
${lines(DECISIONS, (index) => {
  const tool = (index * 23) % TOOLS;
  const params = isBound(tool) ? `, { ${bound(tool)}: "a" }` : "";
  return `export const decision${index} = policy.decide(token, "tool_${tool}"${params});`;
})}
export type Names = [ScopeOf<typeof policy>, ToolOf<typeof policy>, EndpointOf<typeof policy>];
export const bound: ParamsOf<typeof policy, "tool_4"> = { ${bound(4)}: "a" };
// @ts-expect-error the name is not in the policy, so the names are known and did not decay
policy.decide(token, "tool_${TOOLS}");
`;

const empty = `import { definePolicy } from "scope-policy";

export const policy = definePolicy({ name: "Empty", version: "1", scopes: {}, tools: {} });
`;

/**
 * @param {string} name
 * @param {string} text
 * @param {string} config
 */
function costOf(name, text, config) {
  writeFileSync(join(folder, `${name}.ts`), text);
  writeFileSync(
    join(folder, `tsconfig.${name}.json`),
    JSON.stringify({
      extends: join(root, config),
      compilerOptions: {
        allowJs: false,
        checkJs: false,
        paths: Object.fromEntries(
          entries.map(({ specifier, name }) => [specifier, [join(declarations, `${name}.d.ts`)]]),
        ),
      },
      include: [],
      files: [`${name}.ts`],
    }),
  );
  const args = [tsc, "-p", join(folder, `tsconfig.${name}.json`), "--extendedDiagnostics"];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  /** @param {string} label */
  const read = (label) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1]);
  return {
    errors: status === 0 ? [] : stdout.split("\n").filter((line) => line.includes("error TS")),
    instantiations: read("Instantiations"),
    types: read("Types"),
    seconds: read("Check time"),
  };
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const emit = "--noEmit false --declaration --emitDeclarationOnly".split(" ");
const project = ["-p", join(root, "tsconfig.core.json")];
const places = ["--rootDir", join(root, "src"), "--outDir", declarations];
const emitted = spawnSync(process.execPath, [tsc, ...project, ...emit, ...places], {
  encoding: "utf8",
});
if (emitted.status !== 0) console.error(emitted.stdout);
for (const [title, config] of CONFIGS) {
  const base = costOf("empty", empty, config);
  const whole = costOf("large", large, config);
  for (const error of [...base.errors, ...whole.errors].slice(0, 10)) console.error(error);
  console.log(
    `a policy of ${SCOPES} scopes and ${TOOLS} tools, with ${title}: ${whole.instantiations} instantiations, ` +
      `${whole.types} types, checked in ${whole.seconds} s; ` +
      `without its definition: ${base.instantiations} instantiations, ${base.seconds} s`,
  );
  const counted = whole.instantiations > 0 && base.instantiations > 0;
  if (!counted || base.errors.length > 0 || whole.errors.length > 0) {
    console.error("the generated policies do not type-check");
    process.exitCode = 1;
  } else if (whole.instantiations > MAX_INSTANTIATIONS) {
    console.error(`over the budget of ${MAX_INSTANTIATIONS} instantiations`);
    process.exitCode = 1;
  }
}
