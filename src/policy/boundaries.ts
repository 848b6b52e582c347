import type { Boundary } from "./compiled-policy.js";
import type { OperationOptions, PolicyDefinition } from "./definition.js";
import { formatPath, type Path, type Report } from "./report.js";
import type { NamedBoundary } from "./rule.js";
import { declaredNames } from "./suggest.js";
import { checkParamName, isParamName } from "./tool-names.js";

/** The boundaries that a policy declares. */
export interface BoundaryTable {
  readonly byName: ReadonlyMap<string, Boundary>;
  /** Whether the policy has further boundaries, which were removed with a finding. */
  readonly isIncomplete: boolean;
}

/** The name of a boundary is a part of a form field on the consent page, so it has the characters of a parameter name. */
const NAME = "expected 1 to 128 characters of `A-Z a-z 0-9 _ . -`";

/** Reads `boundaries` of a definition. Reports invalid names, and two boundaries with the same claim. */
export function compileBoundaries(
  { boundaries = {} }: PolicyDefinition,
  report: Report,
): BoundaryTable {
  const byName = new Map<string, Boundary>();
  const byClaim = new Map<string, string>();
  for (const [name, { claim, title = name, absent }] of Object.entries(boundaries)) {
    const path = ["boundaries", name];
    byName.set(name, { name, claim, title, isOpen: absent === "dangerouslyAll" });
    if (!isParamName(name)) {
      report.add("boundary_name", path, `invalid name of a boundary \`${name}\`: ${NAME}`);
    }
    // a claim that is missing or invalid already has a finding
    if (claim === undefined) continue;
    const twin = byClaim.get(claim);
    byClaim.set(claim, name);
    if (twin === undefined) continue;
    const message = `the claim \`${claim}\` is that of the boundary \`${twin}\` too: one claim lists the values of one boundary`;
    report.add("duplicate_claim", [...path, "claim"], message);
  }
  const isIncomplete = report.removed.has("boundaries") || report.damaged.has("boundaries");
  return { byName, isIncomplete };
}

const NONE: readonly NamedBoundary[] = Object.freeze([]);

/** Reads `within` of an operation. Reports undeclared boundaries and invalid names of parameters. */
export function readWithin(
  within: OperationOptions["within"],
  path: Path,
  { boundaries, report }: { readonly boundaries: BoundaryTable; readonly report: Report },
): readonly NamedBoundary[] {
  if (within === undefined) return NONE;
  const { byName, isIncomplete } = boundaries;
  const place = [...path, "within"];
  const isEmpty = Object.keys(within).length === 0;
  if (isEmpty && !report.damaged.has(formatPath(place))) {
    report.add("empty_within", place, 'must name a boundary, as in { project: "projectId" }');
  }
  return Object.entries(within).flatMap(([name, param]) => {
    const at = [...place, name];
    const boundary = byName.get(name);
    if (boundary === undefined) {
      if (isIncomplete) return [];
      const declared = declaredNames("boundaries", byName);
      report.add(
        "unknown_boundary",
        at,
        `undeclared boundary \`${name}\`: ${declared}`,
        (suggest) => suggest(name, byName.keys()),
      );
      return [];
    }
    checkParamName(param as string, at, report);
    return [{ boundary, param: param as string }];
  });
}
