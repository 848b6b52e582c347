import { parse } from "node:path";
import { findingAt, type Origin, type SourceFile, targetPath } from "./collect-files.js";
import type { DocumentFinding } from "./document.js";
import { type Fault, LIMITS } from "./limits.js";
import { survey } from "./references.js";
import { createFinder, type FoundPlace, type Place, splitRef } from "./resolve-ref.js";

/**
 * Checks the references of a document of several files before the bundler follows them: each must lead to a value, except in data,
 * and none may lead in a circle. Schemas that contain one another are not a circle of references. A reference of the document to
 * itself that leads to nothing is left to `checkDocument`.
 */
export function checkReferences(
  root: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
  origin: Origin,
): readonly DocumentFinding[] {
  const findings: DocumentFinding[] = [];
  const names: Names = new Map();
  const find = createFinder<SourceFile>((from, uri) => rootOf(from, uri, files, origin));
  let length = 0;
  for (const file of files.values()) {
    length += file.survey.pointers + file.survey.nodes * file.path.length;
    for (const { ref, holder, isData } of file.survey.references) {
      const found = find({ file, value: holder });
      const isOwn = file === root && splitRef(ref).uri === "";
      if (found.ok) length += found.length;
      if (found.ok && !isOwn) addName(names, found.place);
      const fault = faultOf(found, isData || isOwn || isAnchor(ref));
      if (fault !== undefined) findings.push(findingAt(file, ref, fault));
      if (findings.length >= LIMITS.findings) return findings;
    }
  }
  if (findings.length > 0) return findings;
  const isLarge = length > LIMITS.pointers || !isComparable(names, origin);
  const message = "too many references between the files: bundle the document with its own tools";
  return isLarge ? [{ code: "too_large", message, file: root.name }] : [];
}

function rootOf(
  from: SourceFile,
  uri: string,
  files: ReadonlyMap<string, SourceFile>,
  origin: Origin,
): Place<SourceFile> | undefined {
  const target = targetPath(from, uri, origin);
  const file = target.ok ? files.get(target.value) : undefined;
  return file && { file, value: file.value };
}

/** Returns whether a reference is an anchor of a schema, which only its file and JSON Schema define. */
export function isAnchor(ref: string): boolean {
  return /^#[A-Za-z_][\w.-]*$/.test(ref);
}

function faultOf(found: FoundPlace<SourceFile>, mayBeMissing: boolean): Fault | undefined {
  if (found.ok || (mayBeMissing && !found.isCircle)) return undefined;
  const code = found.isCircle ? "reference_circle" : "unresolved_reference";
  return { code, message: found.message };
}

/** By name of a component: the number of references, and the values to which they lead. The bundler compares each with each. */
type Names = Map<string, { references: number; readonly values: Set<unknown> }>;

function addName(
  names: Names,
  { file, value, key = parse(file.path).name }: Place<SourceFile>,
): void {
  const group = names.get(key) ?? { references: 0, values: new Set() };
  group.references += 1;
  group.values.add(value);
  names.set(key, group);
}

/** Returns whether the bundler compares values of one name within the limit. */
function isComparable(names: Names, { isOld }: Origin): boolean {
  let left: number = LIMITS.comparisons;
  for (const { references, values } of names.values()) {
    if (values.size < 2) continue;
    for (const value of values) {
      left -= survey(value, isOld, Math.ceil(left / references)).nodes * references;
      if (left < 0) return false;
    }
  }
  return true;
}
