import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { reasonOf } from "./openapi/read-within.js";
import { UsageError } from "./terminal/io.js";

/**
 * Returns the text of a file that the user names, without the byte order mark that programs on Windows write.
 *
 * @throws {@link UsageError} for a file that cannot be read
 */
export async function readTextFile(file: string, cwd: string): Promise<string> {
  try {
    const text = await readFile(resolve(cwd, file), "utf8");
    return text.replace(/^\uFEFF/, "");
  } catch (error) {
    throw new UsageError(`cannot read \`${file}\`: ${reasonOf(error)}`, { cause: error });
  }
}
