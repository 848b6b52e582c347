import { type ExistingGrant, isGrantList } from "../../analysis/diff/existing-grant.js";
import { readTextFile } from "../read-text-file.js";
import { UsageError } from "../terminal/io.js";

/**
 * Reads grants from a file: a JSON list, or one JSON object in each line.
 *
 * @throws {@link UsageError} for a file that cannot be read, and for one that is not a list of grants
 */
export async function readGrants(file: string, cwd: string): Promise<readonly ExistingGrant[]> {
  const grants = parse(file, await readTextFile(file, cwd));
  const fault = isGrantList(grants);
  if (fault !== undefined) throw new UsageError(`\`${file}\` is not a list of grants: ${fault}`);
  return grants as readonly ExistingGrant[];
}

function parse(file: string, source: string): unknown {
  if (source.trimStart().startsWith("[")) return parseJson(file, source, "");
  const lines = source.split("\n").map((line, index) => ({ line, place: `, line ${index + 1}` }));
  return lines
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, place }) => parseJson(file, line, place));
}

function parseJson(file: string, source: string, place: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`cannot read \`${file}\`${place}: ${message}`, { cause: error });
  }
}
