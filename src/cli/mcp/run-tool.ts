import { escapeInvisible } from "../../grammar/shown-text.js";
import type { RunContext } from "../command.js";
import { UsageError } from "../terminal/io.js";
import { createScreen } from "../terminal/output.js";
import { prose } from "../terminal/visible.js";
import type { CommandTool } from "./tool.js";

/** The result of a tool: the output of its command for people and as data. */
export interface CommandResult {
  readonly content: [{ readonly type: "text"; readonly text: string }];
  readonly structuredContent: Record<string, unknown>;
  readonly isError?: true;
  /** The members that a result of the protocol may have in addition. */
  readonly [member: string]: unknown;
}

const COLUMNS = 100;

/**
 * Runs the command of a tool for a valid input. Never throws: an error is a result that a model can read. Invisible characters are
 * escapes in both forms, so that text of a policy cannot hide from the person who reads along.
 */
export async function runTool(
  { command, call, answers }: CommandTool,
  input: unknown,
  load: RunContext["load"],
  cwd: string,
): Promise<CommandResult> {
  // both forms are about the same content of a file
  const loadOnce = memoize(load);
  const run = async (json: boolean) => {
    const written: string[] = [];
    const write = (text: string) => void written.push(text);
    const io = { stdout: write, stderr: write, cwd, colours: false, columns: COLUMNS };
    const { args, options } = call(input);
    const code = await command.run(args, options, {
      screen: createScreen(io),
      json,
      load: loadOnce,
    });
    return { code, text: written.join("") };
  };
  try {
    const { code, text } = await run(false);
    const data = JSON.parse(
      (await run(true)).text,
      visibleTexts,
    ) as CommandResult["structuredContent"];
    return resultOf(text, data, !answers.includes(code));
  } catch (error) {
    const message = prose(error instanceof Error ? error.message : String(error));
    const code = error instanceof UsageError ? "usage" : "internal";
    return resultOf(`error: ${message}\n`, { ok: false, error: { code, message } }, true);
  }
}

function resultOf(
  text: string,
  structuredContent: Record<string, unknown>,
  isError: boolean,
): CommandResult {
  return { content: [{ type: "text", text }], structuredContent, ...(isError && { isError }) };
}

function visibleTexts(_key: string, value: unknown): unknown {
  return typeof value === "string" ? escapeInvisible(value) : value;
}

function memoize<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (key) => {
    const value = kept.get(key) ?? read(key);
    kept.set(key, value);
    return value;
  };
}
