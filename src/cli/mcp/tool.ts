import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import * as z from "zod/mini";
import type { CliCommand } from "../command.js";
import { EXIT, type ExitCode } from "../terminal/io.js";

/** A call of a command: its arguments and its options, as the command line passes them. */
export interface CommandCall {
  readonly args: readonly (string | readonly string[])[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** A tool of the server: a command with an input. */
export interface CommandTool<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: StandardSchemaWithJSON;
  readonly command: CliCommand;
  /** The exit codes of an answer. Each other one is an error. */
  readonly answers: readonly ExitCode[];
  /** Returns the call of the command for a valid input. */
  readonly call: (input: unknown) => CommandCall;
}

/** The parts of a {@link CommandTool}, with the shape of its input. */
interface ToolParts<Name extends string, Shape extends z.core.$ZodShape> {
  readonly name: Name;
  readonly title: string;
  readonly description: string;
  readonly input: Shape;
  readonly command: CliCommand;
  /** Default: success alone. */
  readonly answers?: readonly ExitCode[];
  readonly call: (input: z.output<z.ZodMiniObject<Shape, z.core.$strict>>) => CommandCall;
}

/** Creates a tool from its parts. An input with another member than those of its shape is invalid. */
export function commandTool<const Name extends string, Shape extends z.core.$ZodShape>({
  name,
  title,
  description,
  input,
  command,
  answers = [EXIT.fine],
  call,
}: ToolParts<Name, Shape>): CommandTool<Name> {
  const schema = z.strictObject(input);
  const jsonSchema = { ...z.toJSONSchema(schema, { io: "input" }) };
  const standard = {
    ...schema["~standard"],
    jsonSchema: { input: () => jsonSchema, output: () => jsonSchema },
  };
  return {
    name,
    title,
    description,
    inputSchema: { "~standard": standard },
    command,
    answers,
    call: (given) => call(given as Parameters<typeof call>[0]),
  };
}
