import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type MODULE_LIMITS, runModule } from "../../../src/cli/mcp/module-process.js";
import { createPolicyReader } from "../../../src/cli/mcp/policy-reader.js";
import { LIMITS } from "../../../src/cli/openapi/limits.js";
import { titled } from "../../titled.js";
import { programPath } from "../program.js";
import { folderOf, run } from "../run.js";
import { SMALL_JSON } from "../small-policy.js";
import { ask, connect, SLOW_MACHINE } from "./connect.js";

/** Creates a folder with policies and with links that lead out of it. */
function folder(): string {
  const parent = folderOf({
    "secret.json": SMALL_JSON,
    "secret.ts": "throw new Error('was run')",
    "root/p.json": SMALL_JSON,
    "root/module.ts": "export const policy = {};",
    "root/not-utf8.json": new Uint8Array([0xff]),
    "root/folder.json/a": "",
    "root/notes.txt": "",
  });
  const root = join(parent, "root");
  for (const [name, target] of [
    ["link.json", "../secret.json"],
    ["link.ts", "../secret.ts"],
    ["out", ".."],
    ["loop.json", "loop.json"],
    ["broken.ts", "none.ts"],
    ["text.ts", "notes.txt"],
  ] as const) {
    symlinkSync(target, join(root, name));
  }
  return root;
}

const REFUSED: readonly { readonly file: string; readonly says: string }[] = [
  { file: "../secret.json", says: "is not inside the folder" },
  { file: "/etc/passwd.json", says: "is not inside the folder" },
  { file: "link.json", says: "is not inside the folder" },
  { file: "link.ts", says: "is not inside the folder" },
  { file: "out/secret.json", says: "is not inside the folder" },
  { file: "out/secret.ts", says: "is not inside the folder" },
  { file: "out/root/../secret.json", says: "is not inside the folder" },
  { file: "p\0.json", says: "it is not a path" },
  { file: `${"p".repeat(5_000)}.json`, says: "its name is too long" },
  { file: "loop.json", says: "circle of symbolic links" },
  { file: "none.json", says: "it does not exist" },
  { file: "broken.ts", says: "it does not exist" },
  { file: "text.ts", says: "is not a policy file" },
  { file: "folder.json", says: "it is a folder" },
  { file: "not-utf8.json", says: "not valid UTF-8" },
  { file: "notes.txt", says: "is not a policy file" },
];

describe("the reader of policies inside one folder", () => {
  const noModule = async () => {
    throw new Error("was run");
  };

  it.each(titled(REFUSED, ({ file }) => file))("refuses %s", async (_title, { file, says }) => {
    const reader = await createPolicyReader({ root: folder(), runModule: noModule });
    await expect(reader.load(file, true)).rejects.toThrow(says);
  });

  it("reads JSON inside the folder, by a relative or an absolute path", async () => {
    const root = folder();
    const link = join(root, "..", "named");
    symlinkSync(root, link);
    for (const [from, file] of [
      [root, "p.json"],
      [root, join(root, "p.json")],
      [link, join(link, "p.json")],
      [root, "out/root/p.json"],
    ] as const) {
      const reader = await createPolicyReader({ root: from, runModule: noModule });
      expect(await reader.load(file, false)).toMatchObject({ ok: true, file });
    }
  });

  it("refuses a file that is larger than any policy", async () => {
    const root = folder();
    writeFileSync(join(root, "large.json"), " ".repeat(LIMITS.bytes + 1));
    const reader = await createPolicyReader({ root, runModule: noModule });
    await expect(reader.load("large.json", false)).rejects.toThrow("too large for a policy");
  });

  it("runs a module by its real path, and only where the caller allows it", async () => {
    const root = folder();
    const ran: string[] = [];
    const answer = {
      ok: false,
      file: "module.ts",
      source: "",
      language: "code",
      findings: [],
    } as const;
    const reader = await createPolicyReader({
      root,
      runModule: async (_file, path) => {
        ran.push(path);
        return answer;
      },
    });
    await expect(reader.load("module.ts", false)).rejects.toThrow("--allow-modules");
    expect(ran).toEqual([]);
    expect(await reader.load("module.ts", true)).toBe(answer);
    expect(ran).toEqual([join(root, "module.ts")]);
  });

  it("does not start for a folder that does not exist", async () => {
    const made = createPolicyReader({ root: join(folder(), "none"), runModule: noModule });
    await expect(made).rejects.toThrow("it does not exist");
  });
});

it("the server runs modules only with --allow-modules", async () => {
  const root = folder();
  const runs: string[] = [];
  const runModule = async (file: string) => {
    runs.push(file);
    return { ok: false, file, source: "", language: "code", findings: [] } as const;
  };
  const refusing = await connect(root, { runModule });
  expect(await ask(refusing, "check", { files: ["module.ts"] })).toMatchObject({ isError: true });
  expect(runs).toEqual([]);
  const allowing = await connect(root, { allowModules: true, runModule });
  expect(await ask(allowing, "check", { files: ["module.ts"] })).toMatchObject({ isError: false });
  // read once, although the answer is made as text and as data
  expect(runs).toEqual(["module.ts"]);
});

/** A module that prints in every way, before its policy is read and after it. */
const NOISY = `
import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
console.log("printed");
process.stdout.write("{ not json }\\n");
spawnSync(process.execPath, ["-e", "console.log('{\\\\n}')"], { stdio: "inherit" });
setTimeout(() => console.log("{\\n}"), 0);
process.on("exit", () => console.log("at the end"));
writeSync(1, "without an end of line");
export default { name: "Shop", version: "1", scopes: { a: "Read" }, tools: { t: "a" } };
`;

describe("a process that runs one module", () => {
  const host = (script: string) => ({
    program: [process.execPath, "-e", script, "--"] as const,
    openStreams: () => {
      throw new Error("not used");
    },
  });
  const definition = { name: "Shop", version: "1", scopes: {} };
  const printing = (printed: object) =>
    `console.log(${JSON.stringify(JSON.stringify(printed, undefined, 2))})`;
  const limits: typeof MODULE_LIMITS = { timeout: SLOW_MACHINE, maxBuffer: 1_000_000 };

  it("prints the definition of the policy, or the findings", async () => {
    const cwd = folderOf({
      "p.mjs": `export default ${JSON.stringify(definition)};`,
      "wrong.mjs": `export default ${JSON.stringify({ ...definition, scopes: { "": {} } })};`,
    });
    const heading = "\npolicy of the module:\n";
    const { code, out } = await run(["mcp", "--read-module", "p.mjs", "--json"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(heading);
    expect(JSON.parse(out.replace(heading, ""))).toMatchObject({ ok: true, definition });
    const wrong = await run(["mcp", "--read-module", "wrong.mjs", "--json"], { cwd });
    expect(JSON.parse(wrong.out.replace(heading, ""))).toMatchObject({
      ok: false,
      findings: [{ path: 'scopes[""]' }],
    });
  });

  it("gives its policy to the server", async () => {
    const printed = printing({ ok: true, file: "/real/p.ts", definition });
    const loaded = await runModule(host(printed), "p.ts", "/real/p.ts", limits);
    expect(loaded).toMatchObject({ ok: true, file: "p.ts", policy: { name: "Shop" } });
  });

  it("gives its findings to the server, under the name that the client used", async () => {
    const printed = printing({ ok: false, file: "/real/p.ts", source: "a", findings: [] });
    const loaded = await runModule(host(printed), "p.ts", "/real/p.ts", limits);
    expect(loaded).toEqual({ ok: false, file: "p.ts", source: "a", findings: [] });
  });

  it.each(
    titled([
      {
        title: "an error of the command line",
        script: printing({ ok: false, error: { message: "cannot run `/real/p.ts`: Error: a" } }),
        says: "cannot run `p.ts`: Error: a",
      },
      { title: "no answer", script: "process.exit(1)", says: "its process failed" },
      {
        title: "an answer that is cut short",
        script: `console.log("{\\n  \\"ok\\": true,")`,
        says: "its process failed",
      },
      { title: "other output alone", script: `console.log("printed")`, says: "its process failed" },
      {
        title: "too much output",
        script: `console.log("{".repeat(2_000_000)); setInterval(() => {}, 1_000)`,
        says: "its process failed",
      },
    ]),
  )("reports %s", async (_title, { script, says }) => {
    const loaded = runModule(host(script), "p.ts", "/real/p.ts", limits);
    await expect(loaded).rejects.toThrow(says);
  });

  it("is ended where the module does not end", async () => {
    const loaded = runModule(host("for (;;);"), "p.ts", "/real/p.ts", { ...limits, timeout: 500 });
    await expect(loaded).rejects.toThrow("it does not end in time");
  });

  it(
    "starts this command line again",
    async () => {
      const root = folderOf({ "p.mjs": NOISY });
      const real = {
        ...host(""),
        program: [process.execPath, programPath()] as const,
      };
      const loaded = await runModule(real, "p.mjs", join(root, "p.mjs"), limits);
      expect(loaded).toMatchObject({ ok: true, policy: { name: "Shop" } });
    },
    SLOW_MACHINE,
  );
});
