import { resolve } from "node:path";
import { LIMITS } from "./openapi/limits.js";
import { readWithin } from "./openapi/read-within.js";
import { UsageError } from "./terminal/io.js";

/**
 * Returns the text of a regular file that the user names, without the byte order mark that programs on Windows write.
 *
 * @throws {@link UsageError} for a file that cannot be read, and for one of more than 16 MiB
 */
export async function readTextFile(file: string, cwd: string): Promise<string> {
  const bytes = await readWithin(undefined, resolve(cwd, file), LIMITS.bytes);
  if (bytes.ok) return new TextDecoder().decode(bytes.value);
  const { code, message } = bytes.fault;
  const why =
    code === "too_large" ? `it is larger than ${LIMITS.bytes / 1024 / 1024} MiB` : message;
  throw new UsageError(`cannot read \`${file}\`: ${why}`);
}
