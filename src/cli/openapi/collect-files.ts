import { dirname, extname, relative, resolve } from "node:path";
import type { DocumentFinding } from "./document.js";
import { lineAt } from "./faults.js";
import { type Budget, type Fault, failed, LIMITS, type Outcome } from "./limits.js";
import { decodeText, parseText } from "./parse-text.js";
import { isInside, outside, readWithin } from "./read-within.js";
import { type Survey, survey } from "./references.js";
import { decodePercent, splitRef } from "./resolve-ref.js";

/** A file of a document. */
export interface SourceFile {
  /** The absolute path or the URL. */
  readonly path: string;
  /** The path from the folder of the document, or the URL. */
  readonly name: string;
  readonly text: string;
  readonly value: unknown;
  readonly survey: Survey;
}

/** Where the files of a document may be. */
export interface Origin {
  /** The real path of the folder in which files are read; `undefined` for a document from a URL, which has no other files. */
  readonly folder: string | undefined;
  readonly isOld: boolean;
  readonly budget: Budget;
}

const PARSED = new Set([".json", ".yaml", ".yml"]);

/** A file without what was found in it. */
type ParsedFile = Omit<SourceFile, "survey">;

/** Parses a file. A file that is neither JSON nor YAML by its name is a text, as `$ref` to a description uses it; `isRoot` parses any. */
export function parseFile(
  {
    path,
    name,
    bytes,
  }: { readonly path: string; readonly name: string; readonly bytes: Uint8Array },
  budget: Budget,
  isRoot: boolean,
): Outcome<ParsedFile> {
  budget.bytes -= bytes.length;
  const text = decodeText(bytes);
  if (!text.ok) return text;
  const isText = !isRoot && !PARSED.has(extname(path).toLowerCase());
  const parsed = isText ? text : parseText(name, text.value, budget);
  return parsed.ok
    ? { ok: true, value: { path, name, text: text.value, value: parsed.value } }
    : parsed;
}

/** Finds the references of a file. The nodes of all files together are limited. */
export function surveyFile(file: ParsedFile, { budget, isOld }: Origin): Outcome<SourceFile> {
  const found = survey(file.value, isOld, budget.nodes);
  budget.nodes -= found.nodes;
  if (budget.nodes < 0) return failed("too_large", `more than ${LIMITS.nodes} values in all files`);
  return { ok: true, value: { ...file, survey: found } };
}

/** Returns the path of the file that a reference names, without reading it. */
export function targetPath(from: SourceFile, uri: string, { folder }: Origin): Outcome<string> {
  if (uri === "") return { ok: true, value: from.path };
  if (folder === undefined) {
    const isSelf = URL.canParse(uri, from.path) && new URL(uri, from.path).href === from.path;
    return isSelf
      ? { ok: true, value: from.path }
      : failed(
          "remote_reference",
          "it leads to another URL, and a document from a URL is read alone",
        );
  }
  if (/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(uri)) {
    return failed("remote_reference", "it leads to a URL: only files in the folder are read");
  }
  const path = decodePercent(uri);
  if (path === undefined) return failed("reference_syntax", "malformed `%` escape");
  if (/^[/\\]/.test(path)) return outside();
  const target = resolve(dirname(from.path), path);
  return isInside(folder, target) ? { ok: true, value: target } : outside();
}

/** The files of a document by their paths, the document first, or what is wrong with them. */
export interface Collected {
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly findings: readonly DocumentFinding[];
}

/** Reads all files to which the references of a document lead. References in data and in extensions are not followed. */
export async function collectFiles(root: SourceFile, origin: Origin): Promise<Collected> {
  const files = new Map([[root.path, root]]);
  const refused = new Set<string>();
  const findings: DocumentFinding[] = [];
  for (const file of files.values()) {
    for (const { ref, isData } of file.survey.references) {
      if (isData || findings.length >= LIMITS.findings) continue;
      const target = targetPath(file, splitRef(ref).uri, origin);
      const key = target.ok ? target.value : `${file.path} ${ref}`;
      if (files.has(key) || refused.has(key)) continue;
      const read = await readTarget(root, target, files, origin);
      if (read.ok) {
        files.set(key, read.value);
        continue;
      }
      refused.add(key);
      const { fault } = read;
      const message = `\`$ref: ${ref}\`: ${fault.message}`;
      findings.push(
        read.file === undefined
          ? findingAt(file, ref, { code: fault.code, message })
          : { ...fault, file: read.file },
      );
    }
  }
  return { files, findings };
}

/** A file; or a fault, with the name of the file if the fault is inside of it. */
type ReadTarget =
  | { readonly ok: true; readonly value: SourceFile }
  | { readonly ok: false; readonly fault: Fault; readonly file?: string };

async function readTarget(
  root: SourceFile,
  target: Outcome<string>,
  { size }: ReadonlyMap<string, SourceFile>,
  origin: Origin,
): Promise<ReadTarget> {
  const { budget, folder } = origin;
  if (!target.ok) return target;
  if (size >= LIMITS.files) return failed("too_large", `more than ${LIMITS.files} files`);
  const bytes = await readWithin(folder, target.value, budget.bytes);
  if (!bytes.ok) return bytes;
  const path = target.value;
  const name = relative(dirname(root.path), path);
  const parsed = parseFile({ path, name, bytes: bytes.value }, budget, false);
  const file = parsed.ok ? surveyFile(parsed.value, origin) : parsed;
  return file.ok ? file : { ...file, file: name };
}

/** Returns a finding on a reference, with the first position in the file where the reference is written. */
export function findingAt(
  file: SourceFile,
  ref: string,
  { code, message }: Fault,
): DocumentFinding {
  const index = indexOfReference(file.text, ref);
  const position = index === undefined ? {} : lineAt(file.text, index);
  return { code, message, file: file.name, ...position };
}

const MAX_TRIES = 100_000;

function indexOfReference(text: string, ref: string): number | undefined {
  let at = text.indexOf("$ref");
  for (let tries = 0; at >= 0 && tries < MAX_TRIES; tries += 1) {
    const end = at + 4;
    const [gap = ""] = /^["']?\s{0,9}:\s{0,9}["']?/.exec(text.slice(end, end + 24)) ?? [];
    if (gap !== "" && text.startsWith(ref, end + gap.length)) return at;
    at = text.indexOf("$ref", end);
  }
  return undefined;
}
