import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { failed, LIMITS, type Outcome } from "./limits.js";

/** Returns whether a path is a folder or is inside of it. Compares the paths as they are written. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * Reads a regular file inside a folder. A path that leads out of the folder, also by a symbolic link, is not opened. Does not wait for
 * a pipe, and reads at most `maxBytes`.
 *
 * @param folder the real path of a folder; `undefined` for a file that the caller names, which may be anywhere
 */
export async function readWithin(
  folder: string | undefined,
  path: string,
  maxBytes: number,
): Promise<Outcome<Uint8Array>> {
  try {
    const real = await realpath(path);
    if (folder !== undefined && !isInside(folder, real)) return outside();
    return await readRegular(real, maxBytes);
  } catch (error) {
    return failed("unreadable_file", reasonOf(error));
  }
}

/** Returns the fault of a path that leads out of the folder. */
export function outside(): Outcome<never> & { readonly ok: false } {
  return failed(
    "outside_folder",
    "it leads out of the folder of the document; --root DIR reads files in a larger folder",
  );
}

async function readRegular(path: string, maxBytes: number): Promise<Outcome<Uint8Array>> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) return failed("unreadable_file", "it is a folder");
    if (!stat.isFile()) return failed("unreadable_file", "it is not a regular file");
    if (stat.size > maxBytes)
      return failed("too_large", `larger than ${LIMITS.bytes / 1024 / 1024} MiB with all files`);
    // the file may grow meanwhile: the length that was checked is the length that is read
    const bytes = new Uint8Array(stat.size);
    const { bytesRead } = await handle.read(bytes, 0, stat.size, 0);
    return { ok: true, value: bytes.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "it does not exist"],
  ["ENOTDIR", "it does not exist"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "no permission to read it"],
  ["ELOOP", "it is a circle of symbolic links"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ERR_INVALID_ARG_VALUE", "it is not a path"],
]);

/** Returns why a file or a folder cannot be read. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS.get(code) ?? message;
}
