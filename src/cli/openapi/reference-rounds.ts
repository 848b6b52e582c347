import type { SourceFile } from "./collect-files.js";
import { type FoundPlace, type Place, refOf } from "./resolve-ref.js";

/** Returns in how many rounds all references of a document are followed: those of the document, then those of their targets, and so on. */
export function referenceRounds(
  root: SourceFile,
  find: (start: Place<SourceFile>) => FoundPlace<SourceFile>,
): number {
  const seen = new Set<unknown>();
  let next: Place<SourceFile>[] = [{ file: root, value: root.value }];
  let rounds = 0;
  while (next.length > 0) {
    rounds += 1;
    next = next.flatMap((start) => targetsIn(start, seen, find));
  }
  return rounds;
}

/** Returns where the references of a value lead. Does not enter an object again that was seen. */
function targetsIn(
  start: Place<SourceFile>,
  seen: Set<unknown>,
  find: (start: Place<SourceFile>) => FoundPlace<SourceFile>,
): readonly Place<SourceFile>[] {
  const targets: Place<SourceFile>[] = [];
  const open = [start.value];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (refOf(value) !== undefined) {
      const found = find({ file: start.file, value });
      if (found.ok) targets.push(found.place);
    }
    for (const member of Object.values(value)) open.push(member);
  }
  return targets;
}
