/**
 * Loads a module and sends what it writes to standard output, also by `console.log`, to standard error. Standard output belongs to
 * the command: a line of the module would corrupt its JSON or TypeScript.
 */
export async function loadWithoutOutput(load: () => Promise<unknown>): Promise<unknown> {
  const stdout: { write: unknown } = process.stdout;
  const own = stdout.write;
  stdout.write = process.stderr.write.bind(process.stderr);
  try {
    return await load();
  } finally {
    stdout.write = own;
  }
}
