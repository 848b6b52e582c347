import type { Io } from "./io.js";

const USUAL_WIDTH = 100;

/** The world as a process has it. A reader that goes away, as in `… | head`, is no fault. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  // https://no-color.org: whatever its value, as long as it is not empty
  const unwanted = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    cwd: process.cwd(),
    colours: stdout.isTTY === true && stderr.isTTY === true && !unwanted,
    columns: stdout.isTTY === true ? stdout.columns : USUAL_WIDTH,
  };
}
