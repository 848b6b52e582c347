import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { root } from "../scripts/entries.mjs";
import { programPath } from "./cli/program.js";
import { titled } from "./titled.js";

const BEFORE = {
  name: "Shop",
  version: "1",
  scopes: {
    "orders:read": { description: "Read orders", default: "on" },
    "orders:write": "Change orders",
  },
  tools: {
    list_orders: { scope: "orders:read", title: "List orders", description: "List orders" },
    cancel_order: { scope: "orders:write", title: "Cancel", description: "Cancel an order" },
  },
};
/** The same, with an operation that opens for those who only read. */
const AFTER = {
  ...BEFORE,
  version: "2",
  tools: {
    ...BEFORE.tools,
    cancel_order: { ...BEFORE.tools.cancel_order, scope: "orders:read" },
  },
};
/** An operation for which two scopes are required, not one. */
const STRICTER = {
  cancel_order: {
    ...BEFORE.tools.cancel_order,
    scope: undefined,
    allOf: ["orders:read", "orders:write"],
  },
};
const CASES = `policy: policy.json
cases:
  - { token: "orders:read", operation: list_orders, expect: allowed }
  - { token: "orders:read", operation: cancel_order, expect: insufficient_scope }
`;

/** The installed package. */
const INSTALLED = {
  "package.json": JSON.stringify({ name: "scope-policy", bin: { "scope-policy": "cli.mjs" } }),
  "cli.mjs": `import ${JSON.stringify(pathToFileURL(programPath()).href)};`,
};

/** The files of a commit that are new or changed; `undefined` for those that it removes. */
interface Commit {
  readonly [file: string]: string | undefined;
}

interface Event {
  readonly [member: string]: unknown;
}

/**
 * Runs the script of the action in a repository with some commits, the last one checked out. `PROJECT` in a variable is the folder of the
 * project. Returns what it wrote.
 */
function runAction(
  commits: readonly Commit[],
  eventOf: (hashes: readonly string[]) => Event,
  variables: Readonly<Record<string, string>> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "action-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cwd = join(folder, "project");
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
      cwd,
      encoding: "utf8",
    }).trim();
  mkdirSync(cwd);
  git("init", "-q");
  write("project/.gitignore", "node_modules\n");
  for (const [name, text] of Object.entries(INSTALLED))
    write(`project/node_modules/scope-policy/${name}`, text);
  const hashes = commits.map((files) => {
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) rmSync(join(cwd, name));
      else write(`project/${name}`, text);
    }
    git("add", "-A");
    git("commit", "-q", "-m", "x");
    return git("rev-parse", "HEAD");
  });
  write("event.json", JSON.stringify(eventOf(hashes)));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "scripts/action.mjs")],
    {
      cwd,
      encoding: "utf8",
      env: {
        ...process.env,
        GITHUB_EVENT_PATH: join(folder, "event.json"),
        GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
        RUNNER_TEMP: folder,
        POLICY_FILE: "policy.json",
        ...Object.fromEntries(
          Object.entries(variables).map(([name, text]) => [name, text.replace("PROJECT", cwd)]),
        ),
      },
    },
  );
  const trees = git("worktree", "list").split("\n").length;
  const summary = readFileSync(join(folder, "summary.md"), "utf8");
  return { status, stdout, stderr, summary, trees, hashes };
}

const pullRequest = ([base]: readonly string[]): Event => ({
  pull_request: { base: { sha: base } },
});
const policyText = (policy: object) => JSON.stringify(policy, null, 2);

describe("the action", { timeout: 600_000 }, () => {
  it("reports what the change of a pull request opens, and the case that fails", () => {
    const { status, summary, trees } = runAction(
      [
        { "policy.json": policyText(BEFORE), "cases.yaml": CASES },
        { "policy.json": policyText(AFTER) },
      ],
      pullRequest,
      { POLICY_TESTS: "cases.yaml", POLICY_MIN: "50", POLICY_FAIL_ON: "widening" },
    );
    expect(status).toBe(1);
    const heads = summary.split("\n").flatMap((line) => /^### (.*)/.exec(line)?.[1] ?? []);
    expect(heads).toEqual([
      "check",
      expect.stringMatching(/^Lint: /),
      "Policy tests fail: 1 of 2 cases pass",
      expect.stringMatching(/^Policy change: `[0-9a-f]{7}:policy\.json` and /),
    ]);
    expect(summary).toContain("| `cancel_order` |");
    expect(summary).not.toContain("policy-before-");
    expect(trees).toBe(1);
  });

  it("compares a policy that is named by an absolute path with that of the base branch", () => {
    const { status, summary } = runAction(
      [{ "policy.json": policyText(BEFORE) }, { "policy.json": policyText(AFTER) }],
      pullRequest,
      { POLICY_FILE: "PROJECT/policy.json", POLICY_FAIL_ON: "widening" },
    );
    expect(status).toBe(1);
    expect(summary).toContain("| `cancel_order` |");
  });

  it("passes for a change that opens nothing", () => {
    const { status, stdout } = runAction(
      [
        { "policy.json": policyText(BEFORE) },
        {
          "policy.json": policyText({
            ...BEFORE,
            version: "2",
            tools: { ...BEFORE.tools, ...STRICTER },
          }),
        },
      ],
      ([before]) => ({ before }),
      { POLICY_FAIL_ON: "widening" },
    );
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });

  it("stops at a policy with findings", () => {
    const wrong = { ...BEFORE, tools: { list_orders: "```orders" } };
    const { status, summary } = runAction([{ "policy.json": policyText(wrong) }], pullRequest);
    expect(status).toBe(1);
    // the block ends at its own fence, which is longer than any in the text
    expect(summary).toMatch(/^### check\n\n`{5}text\n(?:.*\n)*.*```orders(?:.*\n)+`{5}\n\n$/);
  });

  it.each(
    titled([
      {
        title: "nothing if no change fails the job",
        variables: {},
        says: "the policy is new: BASE has no `policy.json` to compare with",
      },
      {
        title: "that no change can fail the job",
        variables: { POLICY_FAIL_ON: "widening" },
        says: "the policy is new: BASE has no `policy.json` to compare with, so `fail-on: widening` has no effect",
      },
    ]),
  )("warns about a new policy, and reports %s", (_, { variables, says }) => {
    const { status, stdout, summary, hashes } = runAction(
      [{ "README.md": "x" }, { "policy.json": policyText(BEFORE) }],
      pullRequest,
      variables,
    );
    const text = says.replace("BASE", String(hashes[0]).slice(0, 7));
    expect(status).toBe(0);
    expect(summary).toContain(`### diff\n\n> [!WARNING]\n> ${text}\n`);
    expect(stdout).toContain(`\n::warning::${text}\n`);
  });

  it("compares a renamed policy with the file that it was", () => {
    const { status, summary, hashes } = runAction(
      [
        { "README.md": "x", "access/old name.json": policyText(BEFORE) },
        {
          "README.md": undefined,
          "a.md": "x",
          "access/old name.json": undefined,
          "policy.json": policyText(AFTER),
        },
      ],
      pullRequest,
      { POLICY_FAIL_ON: "widening" },
    );
    expect(status).toBe(1);
    const base = String(hashes[0]).slice(0, 7);
    expect(summary).toContain(`### Policy change: \`${base}:access/old name.json\` and `);
    expect(summary).toContain("| `cancel_order` |");
  });

  it("has nothing to compare the first push of a branch with", () => {
    const { status, summary } = runAction([{ "policy.json": policyText(BEFORE) }], () => ({
      before: "0".repeat(40),
    }));
    expect(status).toBe(0);
    expect(summary).toContain("### diff\n\nno commit to compare with: the event names none\n");
  });

  it("cuts a result that is too long for the summary", () => {
    const { status, stdout, summary } = runAction(
      [
        {
          "policy.json": policyText(BEFORE),
          "node_modules/scope-policy/cli.mjs": `console.log("x".repeat(200_001)); process.exitCode = 1;`,
        },
      ],
      pullRequest,
    );
    expect(status).toBe(1);
    expect(stdout).toContain("x".repeat(200_001));
    expect(summary).toContain(`\n${"x".repeat(200_000)}\n\n(cut)\n`);
  });

  it("compares policies that import an installed package", () => {
    const module = (policy: object) =>
      `import { name } from "names"; export const policy = { ...${JSON.stringify(policy)}, name };`;
    const { status, summary } = runAction(
      [
        {
          "policy.mjs": module(BEFORE),
          "node_modules/names/package.json": `{ "type": "module", "exports": "./index.js" }`,
          "node_modules/names/index.js": `export const name = "Shop";`,
        },
        { "policy.mjs": module({ ...BEFORE, tools: { ...BEFORE.tools, ...STRICTER } }) },
      ],
      pullRequest,
      { POLICY_FILE: "policy.mjs" },
    );
    expect(status).toBe(0);
    expect(summary).toContain("| `cancel_order` |");
  });

  it("fails if the commit before the change is not there", () => {
    const { status, summary } = runAction([{ "policy.json": policyText(BEFORE) }], () => ({
      pull_request: { base: { sha: "a".repeat(40) } },
    }));
    expect(status).toBe(1);
    expect(summary).toContain("cannot be fetched: check out with `fetch-depth: 0`");
  });

  it.each([
    ["that has no path", ""],
    ["that leads to no file", "PROJECT/none.json"],
    ["of a file that is not JSON", "PROJECT/cases.yaml"],
  ])("fails with one line, and writes the summary, for an event %s", (_, path) => {
    const { status, stderr, stdout, summary } = runAction(
      [{ "policy.json": policyText(BEFORE), "cases.yaml": CASES }],
      pullRequest,
      { GITHUB_EVENT_PATH: path },
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    const line = "the event cannot be read: GITHUB_EVENT_PATH must name its file";
    expect(stdout).toContain(line);
    expect(summary).toMatch(/^### check\n/);
    expect(summary).toContain(`### diff\n\n${line}\n`);
  });
});

describe("action.yml", () => {
  interface Action {
    readonly inputs: Readonly<Record<string, { readonly description: string }>>;
    readonly runs: {
      readonly steps: readonly {
        readonly env: Readonly<Record<string, string>>;
        readonly run: string;
        readonly "working-directory": string;
      }[];
    };
  }
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Action;
  const [step] = action.runs.steps;

  it("passes each input to the script as a variable that it reads, and to nothing else", () => {
    const script = readFileSync(join(root, "scripts/action.mjs"), "utf8");
    const read = [...script.matchAll(/env\["(POLICY_\w+)"\]/g)].map(([, name]) => name);
    expect(Object.keys(step?.env ?? {}).toSorted()).toEqual(read.toSorted());
    const passed = [...Object.values(step?.env ?? {}), step?.["working-directory"]].map(
      (value) => /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value ?? "")?.[1],
    );
    expect(passed.toSorted()).toEqual(Object.keys(action.inputs).toSorted());
    expect(step?.run).not.toContain("${{");
  });
});
