/**
 * Loads a module and sends what it writes to standard output, also by `console.log`, to standard error. Standard output belongs to
 * the command: a line of the module would corrupt its JSON or TypeScript.
 */
export async function loadWithoutOutput(load: () => Promise<unknown>): Promise<unknown> {
  const { stdout, stderr } = process;
  const own = stdout.write;
  stdout.write = stderr.write.bind(stderr) as typeof own;
  try {
    return await load();
  } finally {
    stdout.write = own;
  }
}
