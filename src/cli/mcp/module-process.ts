import { type ExecFileException, execFile } from "node:child_process";
import { loadPolicy } from "../../decision/define-policy.js";
import { type LoadResult, loadPolicyFile } from "../policy-file/load-policy-file.js";
import { type Host, UsageError } from "../terminal/io.js";

/** The bounds of a process that runs a policy module: 30 seconds, and 64 MB of JSON. */
const MODULE_PROCESS = { timeout: 30_000, maxBuffer: 64_000_000 };

type Loaded = Extract<LoadResult, { readonly ok: true }>;

/** What a process that runs a module prints. An error comes from the command line itself. */
type Printed =
  | (Omit<Loaded, "policy"> & { readonly definition: object })
  | (Extract<LoadResult, { readonly ok: false }> & { readonly error?: undefined })
  | { readonly ok: false; readonly error: { readonly message: string } };

/** Runs a policy module in this process and returns what the process prints for {@link runModule}. */
export async function loadForPrinting(path: string, cwd: string): Promise<object> {
  const loaded = await loadPolicyFile(path, cwd);
  if (!loaded.ok) return loaded;
  const { policy, ...rest } = loaded;
  return { ...rest, definition: policy.definition };
}

/**
 * Runs a policy module in a process of its own and returns its policy. Each call runs the module again, so it sees each edit of the file
 * and of what it imports. The process is ended after 30 seconds.
 *
 * @throws {@link UsageError} for a module that fails, does not end or exports no policy
 */
export async function runModule(
  { program }: Host,
  file: string,
  path: string,
  limits: typeof MODULE_PROCESS = MODULE_PROCESS,
): Promise<LoadResult> {
  const [node, ...args] = [...program, "mcp", "--read-module", path, "--json"] as const;
  const { stdout, error } = await new Promise<{ stdout: string; error: ExecFileException | null }>(
    (resolve) => {
      const options = { ...limits, killSignal: "SIGKILL" } as const;
      const child = execFile(node, args, options, (error, stdout) => resolve({ stdout, error }));
      child.stdin?.end();
    },
  );
  // the error of a process with too much output is not that of one that takes too long
  const isLate = error?.killed === true && typeof error.code !== "string";
  if (isLate || !isWhole(stdout)) {
    const why = isLate ? "it does not end in time" : "its process failed";
    throw new UsageError(`cannot run \`${file}\`: ${why}`);
  }
  const printed = JSON.parse(stdout) as Printed;
  if (printed.ok) {
    const { definition, ...rest } = printed;
    return { ...rest, file, policy: loadPolicy(definition) };
  }
  if (printed.error !== undefined)
    throw new UsageError(printed.error.message.replaceAll(path, () => file));
  return { ...printed, file };
}

/** Returns whether a text is what {@link loadForPrinting} prints, from its beginning to its end. */
function isWhole(text: string): boolean {
  return text.startsWith("{") && text.endsWith("}\n");
}
