import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { LIMITS } from "../openapi/limits.js";
import { isInside, readWithin, reasonOf } from "../openapi/read-within.js";
import {
  decodePolicy,
  type LoadResult,
  languageOf,
  loadJson,
} from "../policy-file/load-policy-file.js";
import { UsageError } from "../terminal/io.js";

/** Options of {@link createPolicyReader}. */
export interface PolicyReaderOptions {
  /** The folder inside which files are read. */
  readonly root: string;
  /** Runs a module, given by its real path, in a process of its own. */
  readonly runModule: (file: string, path: string) => Promise<LoadResult>;
}

/** A reader of policies inside one folder. */
export interface PolicyReader {
  /**
   * Reads the policy of a file.
   *
   * @param mayRun - whether a module may be run
   * @throws {@link UsageError} for a file outside the folder, for a module that must not be run, and for a file that cannot be read
   */
  readonly load: (file: string, mayRun: boolean) => Promise<LoadResult>;
}

/**
 * Creates a reader of policies inside one folder. Paths are relative to the folder. A path that leads out of it, also by a symbolic
 * link, is not opened. JSON is read as text. A module is run only if the caller allows it.
 *
 * @throws {@link UsageError} for a folder that does not exist
 */
export async function createPolicyReader({
  root,
  runModule,
}: PolicyReaderOptions): Promise<PolicyReader> {
  const folder = await realFolder(root);
  return {
    load: async (file, mayRun) => {
      const language = languageOf(file);
      if (language === "code" && !mayRun) throw notRun(file);
      const path = resolve(folder, file);
      // an absolute path may name the folder as the user did, by a symbolic link
      if (!isInside(folder, path) && !isInside(root, path)) throw outside(file);
      if (language === "code") return runModule(file, await realFile(file, path, folder));
      const bytes = await readWithin(folder, path, LIMITS.bytes);
      if (bytes.ok) return loadJson(file, decodePolicy(file, bytes.value));
      const { code, message } = bytes.fault;
      if (code === "outside_folder") throw outside(file);
      const why = code === "too_large" ? "it is too large for a policy" : message;
      throw new UsageError(`cannot read \`${file}\`: ${why}`);
    },
  };
}

async function realFolder(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    throw new UsageError(`cannot read the folder \`${root}\`: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function realFile(file: string, path: string, folder: string): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new UsageError(`cannot read \`${file}\`: ${reasonOf(error)}`, { cause: error });
  });
  if (!isInside(folder, real)) throw outside(file);
  languageOf(real); // a symbolic link has a name of its own
  return real;
}

function outside(file: string): UsageError {
  return new UsageError(
    `\`${file}\` is not inside the folder of this server; its option --root names another folder`,
  );
}

function notRun(file: string): UsageError {
  return new UsageError(
    `\`${file}\` is a module, which would be run: this server reads policies in .json only, unless it is started with --allow-modules`,
  );
}
