import { groupBy } from "../../grammar/entry-of.js";
import {
  endpointIdentity,
  endsInCatchAll,
  HEAD,
  splitEndpoint,
} from "../../policy/endpoint-key.js";
import { MAX_OVERLAP_STEPS, overlappingEndpoints } from "../../policy/endpoint-overlaps.js";
import { buildRouter, withoutSlash } from "../../policy/route.js";
import { notAssigned } from "../source/not-assigned.js";
import { type Draft, endpointOf, isSameRule, leave, mergeInto, ruleText } from "./draft.js";
import { nameList } from "./texts.js";

const NO_SECURITY = "no_security";

/** The operations of a document that have an endpoint of their own, by its key. */
export type Placed = Map<string, Draft>;

/**
 * Gives each shape of path one endpoint. Operations that a router may not distinguish, because they differ in parameter names or
 * letter case alone, share it if their rules are equal; otherwise it is denied. So do HEAD and GET, and a path with and without a query.
 */
export function placeByShape(drafts: readonly Draft[], document: string): Placed {
  const placed: Placed = new Map();
  const groups = groupBy(drafts, shapeOf);
  for (const [shape, group] of groups) {
    const lead = group.find(({ key, source }) => key !== undefined && source.method !== HEAD);
    if (lead?.key !== undefined && shape !== "") {
      placed.set(lead.key, lead);
      for (const one of group) if (one !== lead) join(lead, one);
      settle(lead, group, document);
    } else {
      for (const one of group) if (one.key !== undefined) leaveHead(one);
    }
  }
  return placed;
}

/** Returns the identity of the endpoint that decides requests of an operation; `""` if there is none. */
function shapeOf(draft: Draft): string {
  const endpoint = endpointOf(draft);
  if (endpoint === undefined) return "";
  const method = endpoint.method === HEAD ? "GET" : endpoint.method;
  return endpointIdentity({ ...endpoint, method });
}

function leaveHead(draft: Draft): void {
  const message = "HEAD requests are decided as GET, and the document has no GET of this path";
  leave(draft, { code: "head_without_get", message });
}

function join(lead: Draft, draft: Draft): void {
  const label = lead.source.label;
  const isHead = draft.source.method === HEAD;
  const isLetterCase = lead.source.path.toLowerCase() === draft.source.path.toLowerCase();
  const remark =
    label === draft.source.label
      ? { code: "written_twice", message: "the document has it twice: one endpoint decides both" }
      : isHead
        ? { code: "head_as_get", message: `HEAD requests are decided as \`${label}\`` }
        : draft.key === undefined
          ? { code: "same_path", message: `its requests are decided as \`${label}\`` }
          : isLetterCase
            ? {
                code: "letter_case",
                message: `no router distinguishes it from \`${label}\`: its own spelling needs \`caseSensitive: false\` at the gate`,
              }
            : {
                code: "same_shape",
                message: `no router distinguishes it from \`${label}\`: one endpoint decides both`,
              };
  mergeInto(lead, draft, remark);
}

/** Returns whether an operation is a HEAD for which the document names no security. */
function isLenient({ source, remarks }: Draft): boolean {
  return source.method === HEAD && remarks.some(({ code }) => code === NO_SECURITY);
}

/** Removes the remark that an operation has no rule: it has that of GET. */
function followGet({ remarks }: Draft): void {
  const at = remarks.findIndex(({ code }) => code === NO_SECURITY);
  remarks.splice(at, 1);
}

/** Denies a shape whose operations have different rules. A HEAD without a rule is decided by that of GET. */
function settle(lead: Draft, group: readonly Draft[], document: string): void {
  const text = ruleText(lead);
  const others = group.filter((one) => one !== lead);
  const lenient = new Set(others.filter(isLenient));
  for (const one of lenient) followGet(one);
  const different = others.filter((one) => !lenient.has(one) && ruleText(one) !== text);
  if (different.length === 0) return;
  const labels = [...new Set([lead, ...different].map(({ source }) => source.label))];
  const what = labels.length === 1 ? "which it has twice" : "which no router distinguishes";
  const reason = notAssigned(`${document} gives ${nameList(labels)}, ${what}, different rules`);
  leave(lead, { code: "different_rules", message: reason }, reason);
}

/**
 * Leaves a denied catch-all out of the policy if it would deny other operations: paths without an endpoint are denied anyway.
 */
export function leaveDeniedCatchAlls(placed: Placed): void {
  const open = [...placed.values()].filter(({ denial }) => denial === undefined);
  for (const [key, draft] of placed) {
    const endpoint = splitEndpoint(key);
    if (draft.denial === undefined || !endsInCatchAll(endpoint)) continue;
    const router = buildRouter([{ endpoint, target: true }]);
    if (!open.some(({ samples, source }) => router.meantBy(source.method, samples[0] as string)))
      continue;
    placed.delete(key);
    const message = "a denial of it would deny the operations below it, so it is not in the policy";
    leave(draft, { code: "denied_catch_all", message });
  }
}

/**
 * Leaves one of each two operations that have paths in common without an order between them, and denies the other one, unless their
 * rules are equal.
 */
export function leaveOverlaps(placed: Placed, document: string): void {
  const keys = [...placed.keys()];
  const places = new Map(keys.map((key, place) => [key, place]));
  const endpoints = keys.map((name) => ({ name, endpoint: splitEndpoint(name) }));
  const steps = { left: MAX_OVERLAP_STEPS };
  for (const pair of overlappingEndpoints(endpoints, steps)) {
    const [one, other] = pair.toSorted(
      (left, right) => (places.get(left) as number) - (places.get(right) as number),
    ) as [string, string];
    const [first, second] = [placed.get(one), placed.get(other)];
    if (first === undefined || second === undefined) continue;
    const labels = nameList([first.source.label, second.source.label]);
    const reason = notAssigned(`${document} has ${labels}, which have paths in common`);
    placed.delete(other);
    leave(second, { code: "overlap", message: reason });
    if (ruleText(first) !== ruleText(second))
      leave(first, { code: "overlap", message: reason }, reason);
  }
}

/**
 * Denies an endpoint that stands for a path with a slash at its end, if another one with a different rule would decide the path
 * without the slash: in the document, that one does.
 */
export function settleSlashes(placed: Placed, document: string): void {
  const isSlashed = (draft: Draft) =>
    [draft, ...draft.merged].every(({ samples: [path = ""] }) => withoutSlash(path) !== path);
  const slashed = new Set([...placed.values()].filter(isSlashed));
  if (slashed.size === 0) return;
  const router = buildRouter(
    [...placed]
      .filter(([, draft]) => !slashed.has(draft))
      .map(([key, target]) => ({ endpoint: splitEndpoint(key), target })),
  );
  for (const draft of slashed) {
    const [sample = ""] = draft.samples;
    const meant = router.meantBy(draft.source.method, withoutSlash(sample));
    if (draft.denial !== undefined || meant === undefined) continue;
    if (meant.denial === undefined && isSameRule(draft, meant)) continue;
    const { label } = meant.source;
    const reason = notAssigned(
      `${document} decides this path without a slash at its end as \`${label}\``,
    );
    leave(draft, { code: "trailing_slash", message: reason }, reason);
  }
}
