import { stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Policy } from "../decision/define-policy.js";
import { findingsJson, findingsLines } from "./policy-file/findings-text.js";
import type { LoadedPolicy, LoadResult } from "./policy-file/load-policy-file.js";
import { EXIT, type ExitCode, type Host, UsageError } from "./terminal/io.js";
import { type Output, render, type Screen } from "./terminal/output.js";

/** The context in which a command runs. */
export interface RunContext {
  readonly screen: Screen;
  /** Whether the output is for programs (`--json`): data on standard output, errors included. */
  readonly json: boolean;
  /**
   * Reads the policy of a file.
   *
   * @throws {@link UsageError} for a file that cannot be read or that is not a policy file
   */
  readonly load: (file: string) => Promise<LoadResult>;
  /** Returns all text of standard input; missing if there is none. */
  readonly stdin?: () => Promise<string>;
  /** The process that runs the command; missing if there is none. */
  readonly host?: Host;
}

/** A command: its name, its arguments and options, and its implementation. To add one, add a row to the table in `main.ts`. */
export interface CliCommand {
  readonly name: string;
  readonly summary: string;
  /** Adds arguments, options and examples; `main.ts` adds `--json`. */
  readonly shape: (command: Command) => Command;
  /** Runs the command and returns the exit code. */
  readonly run: (
    args: readonly (string | readonly string[])[],
    options: Readonly<Record<string, unknown>>,
    run: RunContext,
  ) => Promise<ExitCode>;
}

/** Loads the policy of a file. If the file has findings, reports them and returns `undefined`. */
export async function policyOrFindings(file: string, run: RunContext): Promise<Policy | undefined> {
  return (await loadedOrFindings(file, run))?.policy;
}

/** Loads the policy of a file, with its text. If the file has findings, reports them and returns `undefined`. */
export async function loadedOrFindings(
  file: string,
  { screen, json, load }: RunContext,
): Promise<LoadedPolicy | undefined> {
  const loaded = await load(file);
  if (loaded.ok) return loaded;
  if (json) screen.sayJson({ ok: false, file, findings: findingsJson(loaded.findings) });
  else screen.complain(...findingsLines(loaded, loaded.findings, screen.columns));
  return undefined;
}

/**
 * Writes an output to a file (without colours) or to standard output, and returns the exit code.
 *
 * @param source - the file that the output is made from
 * @throws {@link UsageError} if the output would replace it, or cannot be written
 */
export async function writeOutput(
  output: Output,
  out: string | undefined,
  { screen, json }: RunContext,
  source?: string,
): Promise<ExitCode> {
  if (out === undefined) {
    screen.write(output);
    return EXIT.fine;
  }
  if (source !== undefined) await refuseSource(source, out, screen.cwd);
  await writeTextFile(output, out, screen.cwd);
  if (json) screen.sayJson({ written: out });
  else screen.say(`wrote ${out}`);
  return EXIT.fine;
}

/**
 * Checks that `--out` does not lead to the policy.
 *
 * @throws {@link UsageError} if it does
 */
export async function refuseSource(policy: string, out: string, cwd: string): Promise<void> {
  if (await isOneOf([policy], out, cwd))
    throw new UsageError(`--out \`${out}\` is the policy itself: choose another file`);
}

/**
 * Writes an output to a file, without colours.
 *
 * @throws {@link UsageError} if it cannot be written
 */
export async function writeTextFile(output: Output, out: string, cwd: string): Promise<void> {
  try {
    await writeFile(resolve(cwd, out), render(output, false));
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`cannot write \`${out}\`: ${message}`, { cause: error });
  }
}

/** Returns whether a path leads to one of some files, whatever its spelling. */
export async function isOneOf(
  files: readonly string[],
  path: string,
  cwd: string,
): Promise<boolean> {
  const [own, ...others] = await Promise.all(
    [path, ...files].map((one) => stat(resolve(cwd, one)).catch(() => undefined)),
  );
  return others.some((one) => one !== undefined && one.ino === own?.ino && one.dev === own.dev);
}

/** Returns the value of a text option; `undefined` if the option was not given. */
export function textOption(
  options: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}
