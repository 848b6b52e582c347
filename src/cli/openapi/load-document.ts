import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { shownSource } from "../source/shown-source.js";
import { UsageError } from "../terminal/io.js";
import { bundleFiles, loadBundler } from "./bundle-files.js";
import { checkDocument } from "./check-document.js";
import { checkReferences } from "./check-references.js";
import {
  collectFiles,
  findingAt,
  type Origin,
  parseFile,
  type SourceFile,
  surveyFile,
  targetPath,
} from "./collect-files.js";
import { detectVersion } from "./detect-version.js";
import type { DocumentFinding, JsonObject, LoadedDocument, OpenApiDocument } from "./document.js";
import { createBudget, LIMITS, type Outcome } from "./limits.js";
import { readUrl } from "./read-url.js";
import { isInside, readWithin, reasonOf } from "./read-within.js";
import { survey } from "./references.js";
import { splitRef } from "./resolve-ref.js";

/**
 * Reads an OpenAPI document in JSON or YAML with the files to which it refers. Only files inside the folder of the document are
 * read, and only the URL that the caller names. Every other fault than an unreadable document is a finding.
 *
 * @param location a file, or an `http` or `https` URL. Its user name, password and query are in no message and not in the result
 * @param root the folder inside which files are read. Default: the folder of the document
 * @throws {@link UsageError} for a document that cannot be read, and for a missing bundler
 */
export async function loadOpenApi(
  location: string,
  cwd: string,
  root?: string,
): Promise<LoadedDocument> {
  const source = shownSource(location);
  const opened = /^https?:\/\//i.test(location)
    ? await openUrl(location)
    : await openFile(location, cwd, root);
  const name = opened.folder === undefined ? source : basename(opened.path);
  if (!opened.bytes.ok) {
    const { fault } = opened.bytes;
    if (fault.code !== "too_large") {
      throw new UsageError(`cannot read \`${source}\`: ${fault.message}`);
    }
    return refuse(source, [{ ...fault, file: name }]);
  }
  const budget = createBudget();
  const parsed = parseFile({ path: opened.path, name, bytes: opened.bytes.value }, budget, true);
  if (!parsed.ok) return refuse(source, [{ ...parsed.fault, file: name }]);
  const version = detectVersion(parsed.value.value);
  if (!version.ok) return refuse(source, [{ ...version.fault, file: name }]);
  const origin = { folder: opened.folder, isOld: version.value === "2.0", budget };
  const file = surveyFile(parsed.value, origin);
  if (!file.ok) return refuse(source, [{ ...file.fault, file: name }]);
  return readDocument(source, version.value, localised(file.value, origin), origin);
}

function refuse(source: string, findings: readonly DocumentFinding[]): LoadedDocument {
  return { ok: false, source, findings };
}

/** The bytes of a document, and where its other files may be. */
interface Opened {
  readonly path: string;
  readonly folder: string | undefined;
  readonly bytes: Outcome<Uint8Array>;
}

async function openUrl(location: string): Promise<Opened> {
  if (!URL.canParse(location)) throw new UsageError(`\`${shownSource(location)}\` is not a URL`);
  const url = new URL(location);
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(
      `the URL of ${url.host} contains credentials; download the document and name the file`,
    );
  }
  url.hash = "";
  return { path: url.href, folder: undefined, bytes: await readUrl(url.href) };
}

async function openFile(source: string, cwd: string, root: string | undefined): Promise<Opened> {
  const named = resolve(cwd, source);
  const own = await realFolder(dirname(named), source);
  const folder = root === undefined ? own : await realFolder(resolve(cwd, root), root);
  if (!isInside(folder, own)) throw new UsageError(`\`${source}\` is not in \`${root}\``);
  const path = join(own, basename(named));
  return { path, folder, bytes: await readWithin(undefined, path, LIMITS.bytes) };
}

async function realFolder(folder: string, named: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    throw new UsageError(`cannot read \`${named}\`: ${reasonOf(error)}`, { cause: error });
  }
}

/** Returns a file whose references to itself by its name start with `#`. */
function localised(file: SourceFile, origin: Origin): SourceFile {
  for (const { ref, holder, isData } of file.survey.references) {
    const { uri, fragment } = splitRef(ref);
    const target = targetPath(file, uri, origin);
    const isOwn = uri !== "" && !isData && target.ok && target.value === file.path;
    if (isOwn) holder["$ref"] = `#${fragment}`;
  }
  return { ...file, survey: survey(file.value, origin.isOld) };
}

async function readDocument(
  source: string,
  version: OpenApiDocument["version"],
  file: SourceFile,
  origin: Origin,
): Promise<LoadedDocument> {
  const { files, findings } = await collectFiles(file, origin);
  if (findings.length > 0) return refuse(source, findings);
  const whole = await oneDocument(file, files, origin);
  if (!whole.ok) return refuse(source, whole.findings);
  const root = whole.value as JsonObject;
  const checked = checkDocument(root, survey(root, origin.isOld).references, (ref, fault) =>
    findingAt(file, ref, fault),
  );
  if (checked.findings.length > 0) return refuse(source, checked.findings);
  const { notes } = checked;
  const document: OpenApiDocument = {
    version,
    source,
    root,
    ...(origin.folder !== undefined && { files: [...files.keys()] }),
    ...(notes.length > 0 && { notes }),
  };
  return { ok: true, document };
}

/** A document with the content of all of its files. */
type Whole =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly findings: readonly DocumentFinding[] };

async function oneDocument(
  file: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
  origin: Origin,
): Promise<Whole> {
  if (files.size === 1) return { ok: true, value: file.value };
  const redocly = await loadBundler();
  const findings = checkReferences(file, files, origin);
  if (findings.length > 0) return { ok: false, findings };
  const bundled = await bundleFiles(redocly, file, files, (from, uri) => {
    const target = targetPath(from, uri, origin);
    return target.ok ? target.value : undefined;
  });
  return bundled.ok ? bundled : { ok: false, findings: [{ ...bundled.fault, file: file.name }] };
}
