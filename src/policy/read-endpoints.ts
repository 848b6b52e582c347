import type { Template } from "../grammar/template.js";
import type { Rule } from "./compiled-policy.js";
import type { OperationDefinition } from "./definition.js";
import {
  type Endpoint,
  endpointIdentity,
  HEAD,
  isEndpoint,
  MAX_PATH_LENGTH,
  METHODS,
  parseEndpoint,
} from "./endpoint-key.js";
import { MAX_OVERLAP_STEPS, overlappingEndpoints } from "./endpoint-overlaps.js";
import type { Path, Report } from "./report.js";

/** A key of `endpoints` with its entry. */
export interface ReadEndpoint {
  readonly name: string;
  /** The parsed key; `undefined` for a key with a finding. */
  readonly endpoint: Endpoint | undefined;
  readonly entry: OperationDefinition;
}

/** Parses the keys of `endpoints`. Reports invalid keys, and those that mean the same request as another one. */
export function readEndpoints(
  entries: readonly (readonly [name: string, entry: OperationDefinition])[],
  report: Report,
): readonly ReadEndpoint[] {
  const seen = new Map<string, ReadEndpoint>();
  const read = entries.map(([name, entry]): ReadEndpoint => {
    const path = ["endpoints", name];
    const endpoint = parseEndpoint(name);
    if (!isEndpoint(endpoint)) {
      const { code, message, method, meant } = endpoint;
      report.add(code, path, message, (suggest) => meant ?? (method && suggest(method, METHODS)));
      return { name, endpoint: undefined, entry };
    }
    const { length } = name.slice(endpoint.method.length + 1);
    if (length > MAX_PATH_LENGTH) {
      const message = `a path of ${length} characters: at most ${MAX_PATH_LENGTH} are allowed in a request`;
      report.add("too_large", path, message);
      return { name, endpoint: undefined, entry };
    }
    const identity = endpointIdentity(endpoint);
    const twin = seen.get(identity);
    if (twin !== undefined) {
      report.add(
        "duplicate_endpoint",
        path,
        `same endpoint as \`${twin.name}\`: a router may ignore parameter names and letter case`,
      );
    }
    const one = { name, endpoint, entry };
    seen.set(identity, one);
    return one;
  });
  for (const one of read) if (one.endpoint?.method === HEAD) checkHead(one, seen, report);
  const steps = { left: MAX_OVERLAP_STEPS };
  for (const [name, other] of overlappingEndpoints(read, steps)) {
    if (report.isFull) {
      report.stop();
      break;
    }
    report.add(
      "overlap",
      ["endpoints", name],
      `some paths match \`${other}\` too, and no order separates the two: both have literal text and a placeholder in the first segment where they differ`,
    );
  }
  if (steps.left < 0) {
    report.add(
      "too_large",
      ["endpoints"],
      `comparing segments with literal text and placeholders takes more than ${MAX_OVERLAP_STEPS} steps`,
    );
  }
  return read;
}

/** Reports an endpoint of HEAD that does not repeat the one of GET, by which HEAD requests are decided. */
function checkHead(
  { name, endpoint, entry }: ReadEndpoint,
  seen: ReadonlyMap<string, ReadEndpoint>,
  report: Report,
): void {
  const get = seen.get(endpointIdentity({ ...(endpoint as Endpoint), method: "GET" }));
  const meant = `GET${name.slice(HEAD.length)}`;
  const isSame = get !== undefined && ruleText(get) === ruleText({ name, endpoint, entry });
  if (isSame) return;
  report.add(
    "endpoint_method",
    ["endpoints", name],
    get === undefined
      ? "HEAD requests are treated as GET: declare the GET endpoint"
      : `HEAD requests are treated as GET: give it the rule and the parameter names of \`${get.name}\`, or leave it out`,
    () => (get === undefined ? meant : undefined),
  );
}

/** Members of an entry that no decision depends on. */
const TEXTS: ReadonlySet<string> = new Set(["title", "description", "hidden", "audit"]);

/** Returns a text that is equal for two endpoints of one path with the same rule. */
function ruleText({ endpoint, entry }: ReadEndpoint): string {
  const rule = typeof entry === "string" ? { scope: entry } : entry;
  const members = Object.entries(rule).filter(([key]) => !TEXTS.has(key));
  const params = endpoint?.segments.map((segment) => segment.params);
  return JSON.stringify([params, Object.fromEntries(members)], sortMembers);
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns whether the matching rule of a scope takes a value of several segments. */
function takesSeveralSegments({ coverage }: Template): boolean {
  return coverage?.severalSegments === true;
}

/** Reports a placeholder of a scope, or a boundary, that would take the value of a catch-all, which has several segments. */
export function checkCatchAll(
  { segments }: Endpoint,
  { params, alternatives }: Rule,
  path: Path,
  report: Report,
): void {
  const last = segments.at(-1);
  const param = last?.isCatchAll ? params.find(({ name }) => name === last.params[0]) : undefined;
  if (param === undefined) return;
  const isOfBoundary = alternatives.some(({ within }) =>
    within.some((use) => params[use.param] === param),
  );
  if (!isOfBoundary && param.sites.every(({ template }) => takesSeveralSegments(template))) return;
  const advice = isOfBoundary
    ? "no value of a boundary has: name another parameter in `within`"
    : 'the placeholder of a scope takes only with `match: "path-prefix"` or `"registry"`: use one of these, or fill the placeholder with another parameter, by `params`';
  report.add(
    "catch_all_param",
    path,
    `the catch-all \`${param.name}\` can have several segments, which ${advice}`,
  );
}
