// The files of a run.
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { PLAIN_SCAN, scanJson } from "../../../src/grammar/json-scan.js";

/** A file with a JSON object. */
export interface Source {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The number of keys that an object of the file repeats. */
  readonly repeatedKeys: number;
}

/** An argument that is not a catalogue. */
export class SourceError extends Error {}

const ENDINGS = [".json", ".json.gz"];

/** Members of which a catalogue has one at least. */
const MEMBERS = ["scopes", "operations", "implies", "vectors", "operationTemplates"];

/** Reads files and the `.json` and `.json.gz` files of directories and the directories in them, sorted by name. Throws {@link SourceError}. */
export async function readSources(paths: readonly string[]): Promise<readonly Source[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  return Promise.all(files.map(readSource));
}

async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new SourceError(`${path}: no such file or directory`);
  if (!found.isDirectory()) return [path];
  const all = await readdir(path, { recursive: true });
  const names = all.filter((name) => ENDINGS.some((end) => name.endsWith(end)));
  if (names.length === 0) throw new SourceError(`${path}: no .json or .json.gz file in it`);
  return names.sort().map((name) => join(path, name));
}

async function readSource(path: string): Promise<Source> {
  const bytes = await readFile(path).catch(() => {
    throw new SourceError(`${path}: cannot be read`);
  });
  const { data, text } = parse(path, bytes);
  if (typeof data !== "object" || data === null || !MEMBERS.some((key) => Object.hasOwn(data, key)))
    throw new SourceError(
      `${path}: not a catalogue: expected an object with one of ${MEMBERS.join(", ")}`,
    );
  let repeatedKeys = 0;
  const onRepeatedKey = () => {
    repeatedKeys += 1;
    return true;
  };
  scanJson(text, { ...PLAIN_SCAN, onRepeatedKey });
  const name = basename(path).replace(/\.json(?:\.gz)?$/, "");
  return { name, data: data as Record<string, unknown>, repeatedKeys };
}

function parse(path: string, bytes: Uint8Array): { data: unknown; text: string } {
  try {
    // the mark of a gzip file (RFC 1952, section 2.3.1)
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = new TextDecoder().decode(isPacked ? gunzipSync(bytes) : bytes);
    return { data: JSON.parse(text), text };
  } catch (error) {
    throw new SourceError(`${path}: not JSON: ${(error as Error).message}`);
  }
}
