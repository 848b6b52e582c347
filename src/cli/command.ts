import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Policy } from "../decision/policy.js";
import { findingsJson, findingsText } from "./findings-text.js";
import { complain, EXIT, type ExitCode, type Io, say, sayJson, UsageError } from "./io.js";
import { loadPolicyFile } from "./load.js";

/** What a command is run with. */
export interface Run {
  readonly io: Io;
  /** Whether programs read the answer: data on the standard output, faults included. */
  readonly json: boolean;
}

/** One command: how it is called, and what it does. A further command is a further row of the table in `main.ts`. */
export interface CliCommand {
  readonly name: string;
  readonly summary: string;
  /** Adds arguments, options and examples; `--json` is there already. */
  readonly shape: (command: Command) => Command;
  /** Answers with the exit code. */
  readonly run: (
    args: readonly (string | readonly string[])[],
    options: Readonly<Record<string, unknown>>,
    run: Run,
  ) => Promise<ExitCode>;
}

/** The policy of a file; where it has findings they are told, and there is none. */
export async function policyOrFindings(
  file: string,
  { io, json }: Run,
): Promise<Policy | undefined> {
  const loaded = await loadPolicyFile(file, io.cwd);
  if (loaded.ok) return loaded.policy;
  if (json) sayJson(io, { ok: false, file, findings: findingsJson(loaded) });
  else complain(io, findingsText(loaded, io));
  return undefined;
}

/** Writes a document to a file, or to the standard output as it is. */
export async function deliver(
  text: string,
  out: string | undefined,
  { io, json }: Run,
): Promise<ExitCode> {
  if (out === undefined) {
    io.stdout(text);
    return EXIT.fine;
  }
  try {
    await writeFile(resolve(io.cwd, out), text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot write \`${out}\`: ${reason}`, { cause: error });
  }
  if (json) sayJson(io, { written: out });
  else say(io, `wrote ${out}`);
  return EXIT.fine;
}

/** An option that is a text. */
export function textOption(
  options: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}
