import { lstat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../terminal/io.js";

/** A file that does not exist yet. */
export interface NewFile {
  /** The name of the file in the folder. */
  readonly name: string;
  readonly text: string;
}

/**
 * Checks that a folder has no entry with one of the names: no file, no folder, no symbolic link.
 *
 * @throws {@link UsageError} for the first one that exists
 */
export async function refuseExisting(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const isThere = await lstat(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (isThere) throw existing(name);
  }
}

/**
 * Writes all of the files or none, and replaces nothing: a name that exists, as a symbolic link too, is an error.
 *
 * @throws {@link UsageError} if one of them cannot be written; those that were written before are removed
 */
export async function writeNewFiles(folder: string, files: readonly NewFile[]): Promise<void> {
  await refuseExisting(
    folder,
    files.map(({ name }) => name),
  );
  const written: string[] = [];
  for (const { name, text } of files) {
    const path = join(folder, name);
    try {
      // `wx` creates the file and follows no symbolic link
      await writeFile(path, text, { flag: "wx" });
      written.push(path);
    } catch (error) {
      await Promise.all(written.map((one) => unlink(one)));
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw existing(name);
      throw new UsageError(`cannot write \`${name}\`: ${message}; nothing was written`, {
        cause: error,
      });
    }
  }
}

function existing(name: string): UsageError {
  return new UsageError(`\`${name}\` exists already and is not replaced; nothing was written`);
}
