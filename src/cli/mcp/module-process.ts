import { type ExecFileException, execFile } from "node:child_process";
import { loadPolicy } from "../../decision/define-policy.js";
import { type LoadResult, loadPolicyFile } from "../policy-file/load-policy-file.js";
import { type Host, UsageError } from "../terminal/io.js";
import type { Screen } from "../terminal/output.js";

/** The bounds of a process that runs a policy module: 30 seconds, and 64 MB of JSON. */
export const MODULE_LIMITS = { timeout: 30_000, maxBuffer: 64_000_000 };

type Loaded = Extract<LoadResult, { readonly ok: true }>;

/** What a process that runs a module prints. An error comes from the command line itself. */
type Printed =
  | (Omit<Loaded, "policy"> & { readonly definition: object })
  | (Extract<LoadResult, { readonly ok: false }> & { readonly error?: undefined })
  | { readonly ok: false; readonly error: { readonly message: string } };

/** The line before what {@link printModule} prints. A module, and programs that it starts, can print before it and after it. */
const HEADING = "policy of the module:";

/** Runs a policy module in this process, and prints its policy or its findings for {@link runModule}. */
export async function printModule(path: string, screen: Screen): Promise<void> {
  const loaded = await loadPolicyFile(path, screen.cwd);
  screen.say("", HEADING);
  if (!loaded.ok) return screen.sayJson(loaded);
  const { policy, ...rest } = loaded;
  screen.sayJson({ ...rest, definition: policy.definition });
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
  limits: typeof MODULE_LIMITS = MODULE_LIMITS,
): Promise<LoadResult> {
  const [node, ...args] = [...program, "mcp", "--read-module", path, "--json"] as const;
  const { stdout, error } = await new Promise<{ stdout: string; error: ExecFileException | null }>(
    (resolve) => {
      const options = { ...limits, killSignal: "SIGKILL" } as const;
      const child = execFile(node, args, options, (error, stdout) => resolve({ stdout, error }));
      child.stdin?.end();
    },
  );
  // set for the timeout alone: a process with too much output is ended too, but its error has a code instead
  const isLate = error?.killed === true;
  const text = isLate ? undefined : printedIn(stdout);
  if (text === undefined) {
    const why = isLate ? "it does not end in time" : "its process failed";
    throw new UsageError(`cannot run \`${file}\`: ${why}`);
  }
  const printed = JSON.parse(text) as Printed;
  if (printed.ok) {
    const { definition, ...rest } = printed;
    return { ...rest, file, policy: loadPolicy(definition) };
  }
  if (printed.error !== undefined)
    throw new UsageError(printed.error.message.replaceAll(path, () => file));
  return { ...printed, file };
}

/** Returns what {@link printModule} printed, or the error of the command line, if it is there from its beginning to its end. */
function printedIn(stdout: string): string | undefined {
  const heading = `\n${HEADING}\n`;
  const at = stdout.lastIndexOf(heading);
  const text = at === -1 ? stdout : stdout.slice(at + heading.length);
  // the first line without indentation
  const end = text.indexOf("\n}\n");
  return text.startsWith("{\n") && end !== -1 ? text.slice(0, end + 2) : undefined;
}
