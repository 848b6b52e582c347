import type { Policy } from "../../decision/define-policy.js";
import { loadPolicy } from "../../decision/define-policy.js";
import { type Finding, PolicyError } from "../../errors.js";
import { formatPath } from "../../policy/report.js";

/** A policy, or its findings. */
export type Loaded =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Loads a definition and returns the policy or its findings. */
export function tryLoad(definition: unknown): Loaded {
  try {
    return { ok: true, policy: loadPolicy(definition) };
  } catch (error) {
    if (error instanceof PolicyError) return { ok: false, findings: error.findings };
    throw error;
  }
}

/** Returns the findings about each of the given members of a section, and those about anything else. */
export function findingsByMember(
  findings: readonly Finding[],
  section: "scopes" | "endpoints",
  names: Iterable<string>,
) {
  const byPath = new Map<string, string>();
  for (const name of names) byPath.set(formatPath([section, name]), name);
  const byName = new Map<string, Finding>();
  const others: Finding[] = [];
  for (const finding of findings) {
    const name = memberAt(finding.path, byPath);
    if (name === undefined) others.push(finding);
    else if (!byName.has(name)) byName.set(name, finding);
  }
  return { byName, others };
}

/** Returns the member that a path is in: the path itself, or its beginning up to an option. */
function memberAt(path: string, byPath: ReadonlyMap<string, string>): string | undefined {
  for (
    let end = path.length;
    end > 0;
    end = Math.max(path.lastIndexOf(".", end - 1), path.lastIndexOf("[", end - 1))
  ) {
    const name = byPath.get(path.slice(0, end));
    if (name !== undefined) return name;
  }
  return undefined;
}
