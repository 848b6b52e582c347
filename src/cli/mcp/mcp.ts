import { resolve } from "node:path";
import { Option } from "commander";
import { type CliCommand, type RunContext, textOption } from "../command.js";
import { EXIT, type Host, UsageError } from "../terminal/io.js";
import { createServerFactory } from "./create-server.js";
import { readGuides } from "./guides.js";
import { printModule, runModule } from "./module-process.js";
import { createPolicyReader } from "./policy-reader.js";

const EXAMPLE = `
Reads policies inside one folder alone. Findings can quote any .json file in it, so the assistant can read parts of files that
are not policies. A policy in JavaScript or TypeScript is run to read it: with --allow-modules an assistant can run every module
in the folder.

Example:
  scope-policy mcp --root policies
`;

/** The command `mcp`: an MCP server on standard input and output, whose tools are commands and whose resources are the guides. */
export const mcp: CliCommand = {
  name: "mcp",
  summary: "an MCP server on standard input and output, for assistants that write policies",
  shape: (command) =>
    command
      .option("--root <dir>", "the folder inside which policies are read (default: this one)")
      .option("--allow-modules", "read policies in JavaScript and TypeScript, which runs them")
      // how the server starts itself to run one module
      .addOption(new Option("--read-module <file>").hideHelp())
      .addHelpText("after", EXAMPLE),
  run: async (_args, options, run) => {
    const module = textOption(options, "readModule");
    if (module !== undefined) {
      await printModule(module, run.screen);
      return EXIT.fine;
    }
    if (run.host === undefined) throw new UsageError("there is no standard input");
    const root = resolve(run.screen.cwd, textOption(options, "root") ?? ".");
    await serve(root, options["allowModules"] === true, run.host, run);
    return EXIT.fine;
  },
};

/** Serves one client until it closes the connection. */
async function serve(
  root: string,
  allowModules: boolean,
  host: Host,
  { screen }: RunContext,
): Promise<void> {
  const reader = await createPolicyReader({
    root,
    runModule: (file, path) => runModule(host, file, path),
  });
  const [factory, { serveStdio, StdioServerTransport }] = await Promise.all([
    createServerFactory({ root, allowModules, reader, guides: readGuides() }),
    import("@modelcontextprotocol/server/stdio"),
  ]);
  const { input, output } = host.openStreams();
  const transport = new StdioServerTransport(input, output);
  const report = ({ message }: Error) => screen.complain(`error: ${message}`);
  await new Promise<void>((resolve) => {
    const close = transport.close.bind(transport);
    transport.close = async () => {
      await close();
      resolve();
    };
    serveStdio(factory, { transport, onerror: report });
    screen.complain(`scope-policy mcp: policies in ${root}`);
  });
}
