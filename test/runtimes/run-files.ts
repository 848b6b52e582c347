// Runs test files with the runner of Vitest in a runtime without Node. `scripts/runtimes/web.mjs` bundles it.
import { TestRunner } from "vitest";
import { setupCommonEnv, startTests } from "vitest/internal/browser";

/** Result of one test, or of a file that cannot be loaded. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped";
  readonly error?: string;
  /** Digest of `same-answers.test.ts`. */
  readonly answers?: string;
}

type Files = Readonly<Record<string, () => Promise<unknown>>>;
type Tasks = Awaited<ReturnType<typeof startTests>>;
type Task = Tasks[number] | Tasks[number]["tasks"][number];

/** The configuration that Vitest sends to a worker, as far as its runner reads it. */
const CONFIG = {
  root: "/",
  setupFiles: [],
  sequence: { hooks: "stack", setupFiles: "list", seed: 1 },
  maxConcurrency: 5,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  retry: 0,
  allowOnly: false,
  defines: {},
  env: {},
  expect: {},
  experimental: { importDurations: { limit: 0 } },
  tags: [],
  snapshotOptions: {
    updateSnapshot: "none",
    expand: false,
    snapshotEnvironment: {
      getVersion: () => "1",
      getHeader: () => "",
      resolvePath: (path: string) => Promise.resolve(path),
      readSnapshotFile: () => Promise.resolve(null), // no file system, so a test with a snapshot fails
    },
  },
};

/** What the runner reads of its worker. */
const WORKER = {
  config: CONFIG,
  ctx: { pool: "forks" },
  environment: { name: "node" },
  metaEnv: {},
  providedContext: {},
  onCleanup: () => undefined,
  rpc: new Proxy({}, { get: () => () => Promise.resolve() }),
};

type Config = ConstructorParameters<typeof TestRunner>[0];

class FileRunner extends TestRunner {
  readonly #files: Files;

  constructor(files: Files) {
    super(CONFIG as unknown as Config);
    this.#files = files;
    this.__setTraces({
      $: (_name: string, _options: unknown, run: () => unknown) => run(),
    } as unknown as Parameters<TestRunner["__setTraces"]>[0]);
  }

  override importFile(path: string): unknown {
    return this.#files[path]?.();
  }
}

function resultOf(file: string, names: readonly string[], task: Task): TestResult {
  const { state, errors } = task.result ?? {};
  const error = errors?.[0]?.message;
  const { answers } = task.meta;
  return {
    file,
    name: names.join(" > "),
    state: state === "pass" ? "passed" : state === "fail" ? "failed" : "skipped",
    ...(error !== undefined && { error }),
    ...(answers !== undefined && { answers }),
  };
}

/** Results of the tests of a suite, and of the suite itself if one of its hooks failed or it could not be loaded. */
function resultsOf(file: string, names: readonly string[], task: Task): TestResult[] {
  if (task.type === "test") return [resultOf(file, names, task)];
  const isFailed = task.result?.errors?.[0] !== undefined;
  return [
    ...(isFailed ? [resultOf(file, names, task)] : []),
    ...task.tasks.flatMap((one) => resultsOf(file, [...names, one.name], one)),
  ];
}

/** Runs some of the files, one after the other, and returns the result of each test. */
export async function runFiles(files: Files, paths: readonly string[]): Promise<TestResult[]> {
  Object.assign(globalThis, { __vitest_worker__: WORKER });
  await setupCommonEnv(CONFIG as unknown as Config);
  const specifications = paths.map((filepath) => ({ filepath, testLocations: undefined }));
  const tasks = await startTests(specifications, new FileRunner(files));
  return tasks.flatMap((file) => resultsOf(file.filepath, [], file));
}
