import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Io } from "./io.js";

const DEFAULT_WIDTH = 100;

/** Returns the environment of the current process. A reader that closes the pipe early, as in `… | head`, causes no error. */
export function processIo(): Io {
  const { stdout, stderr, env, execPath, execArgv, argv } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  // https://no-color.org: any value except the empty one turns colours off
  const unwanted = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  // its own function: a policy module that is being loaded writes to standard error instead
  const write = stdout.write.bind(stdout);
  return {
    stdout: (output) => void write(output),
    stderr: (output) => void stderr.write(output),
    stdin: async () => text(process.stdin),
    host: {
      openStreams: () => ({
        input: process.stdin,
        output: new Writable({ write: (chunk: Uint8Array, _, done) => void write(chunk, done) }),
      }),
      program: [execPath, ...execArgv, String(argv[1])],
    },
    cwd: process.cwd(),
    showsProgress: stderr.isTTY === true && env["TERM"] !== "dumb",
    colours: stdout.isTTY === true && stderr.isTTY === true && !unwanted,
    columns: stdout.isTTY === true ? stdout.columns : DEFAULT_WIDTH,
  };
}
