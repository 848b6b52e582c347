import { randomUUID } from "node:crypto";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { isObject } from "../../grammar/is-object.js";
import { PLAIN_SCAN, scanJson } from "../../grammar/json-scan.js";
import { LIMITS } from "../openapi/limits.js";
import { readWithin } from "../openapi/read-within.js";
import { isDigest } from "../source/digest.js";
import type { SourceOperation } from "../source/source.js";
import { UsageError } from "../terminal/io.js";
import { visibleJson } from "../terminal/visible.js";
import type { Fingerprint, Fingerprints } from "./fingerprint.js";
import { identityOf } from "./operation-identity.js";

/** The version of the layout of the file. */
const VERSION = 1;

/** Where the fingerprints of the last review are, and what they must be of. */
export interface FingerprintFile {
  /** The file, as a path from the current folder. */
  readonly file: string;
  readonly cwd: string;
  /** The source of the operations. A file of another source is an error. */
  readonly source: string;
  readonly kind: SourceOperation["kind"];
}

/** Returns the name of the file beside a policy: `policy.fingerprints.json`. */
export function fingerprintFileFor(policyFile: string): string {
  return `${policyFile.slice(0, policyFile.length - extname(policyFile).length)}.fingerprints.json`;
}

/**
 * Reads the kept fingerprints. Returns `undefined` if the file does not exist.
 *
 * @throws {@link UsageError} for a file that cannot be read, has another shape or is about another source
 */
export async function readFingerprints(place: FingerprintFile): Promise<Fingerprints | undefined> {
  const { file, cwd } = place;
  const path = resolve(cwd, file);
  const isMissing = await stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
  if (isMissing) return undefined;
  const read = await readWithin(undefined, path, LIMITS.bytes);
  if (!read.ok) throw new UsageError(`cannot read \`${file}\`: ${read.fault.message}`);
  return fingerprintsIn(new TextDecoder().decode(read.value), place);
}

function fingerprintsIn(text: string, { file, source, kind }: FingerprintFile): Fingerprints {
  const fail = (fault: string): UsageError =>
    new UsageError(
      `\`${file}\` does not contain fingerprints: ${fault}; restore it, or delete it and run with --update`,
    );
  const data = parse(text, fail);
  const { version, source: kept, operations, ...others } = isObject(data) ? data : {};
  if (version !== VERSION) throw fail(`expected \`version\` ${VERSION}`);
  if (typeof kept !== "string") throw fail("expected the text `source`");
  if (!isObject(operations)) throw fail("expected the object `operations`");
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw fail(`unknown member \`${unknown}\``);
  if (kept !== source) {
    throw new UsageError(
      `\`${file}\` has the fingerprints of ${kept}, not of ${source}: name another file with --fingerprints`,
    );
  }
  const fingerprints = new Map<string, { name: string; fingerprint: Fingerprint }>();
  for (const [name, members] of Object.entries(operations)) {
    const identity = identityOf(kind, name);
    const other = fingerprints.get(identity);
    if (other !== undefined) throw fail(`\`${other.name}\` and \`${name}\` are one operation`);
    fingerprints.set(identity, { name, fingerprint: fingerprintIn(members, name, fail) });
  }
  return fingerprints;
}

type Fail = (fault: string) => UsageError;

function parse(text: string, fail: Fail): unknown {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  let repeated: string | undefined;
  scanJson(text, {
    ...PLAIN_SCAN,
    onRepeatedKey: (path) => {
      repeated = String(path.at(-1));
      return false;
    },
  });
  if (repeated !== undefined) throw fail(`duplicate key \`${repeated}\``);
  return data;
}

function fingerprintIn(members: unknown, name: string, fail: Fail): Fingerprint {
  if (!isObject(members)) throw fail(`\`${name}\` is not an object`);
  return new Map(
    Object.entries(members).map(([member, digest]) => {
      if (isDigest(digest)) return [member, digest];
      throw fail(`\`${member}\` of \`${name}\` is not a digest`);
    }),
  );
}

/** Returns the text of the file: sorted, with one line for each operation, so that a change is one line of a diff. */
export function fingerprintText(fingerprints: Fingerprints, source: string): string {
  const lines = [...fingerprints.values()]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, fingerprint }) => {
      const members = Object.fromEntries([...fingerprint].sort());
      return `    ${JSON.stringify(name)}: ${JSON.stringify(members)}`;
    });
  const head = `{\n  "version": ${VERSION},\n  "source": ${JSON.stringify(source)},\n`;
  const body = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return visibleJson(`${head}  "operations": ${body}\n}\n`);
}

/**
 * Writes fingerprints. A run that ends early leaves the file as it was.
 *
 * @throws {@link UsageError} for a file that cannot be written
 */
export async function writeFingerprints(
  { file, cwd, source }: FingerprintFile,
  fingerprints: Fingerprints,
): Promise<void> {
  const path = resolve(cwd, file);
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, fingerprintText(fingerprints, source), { flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new UsageError(`cannot write \`${file}\`: ${(error as Error).message}`, { cause: error });
  }
}
