import { type Endpoint, isWhole, type Segment, splitEndpoint } from "../../policy/endpoint-key.js";
import { spansOf } from "../../policy/path-segment.js";
import { combinations } from "../combinations.js";
import type { ComparedArguments } from "../compared-arguments.js";

/** An endpoint of one of the policies, with the arguments that cases of either policy compare, each with the values. */
export interface ComparedEndpoint {
  readonly endpoint: Endpoint;
  readonly compared: ComparedArguments;
}

/** Returns the parsed name of an endpoint of a policy; `undefined` for a tool. */
export function endpointOf(name: string): Endpoint | undefined {
  return name.includes(" ") ? splitEndpoint(name) : undefined;
}

/**
 * Returns, for each path parameter, the values that one of the policies may read as the text of another endpoint, as that text in
 * other letter case, or as a value that a case of another endpoint compares.
 *
 * @param near - the endpoints that have a request in common with the endpoint, itself included
 * @param fresh - text that occurs in neither policy
 */
export function routeOf(
  endpoint: Endpoint,
  near: readonly ComparedEndpoint[],
  fresh: string,
): ReadonlyMap<string, readonly string[]> {
  const free = `@${fresh}`;
  // values that its own cases compare choose the branch of a call already
  const facing = near.map((one) =>
    one.endpoint === endpoint ? { ...one, compared: NOTHING } : one,
  );
  const most = Math.max(...near.map((one) => one.endpoint.segments.length));
  const route = new Map<string, readonly string[]>();
  for (const [at, segment] of endpoint.segments.entries()) {
    for (const [index, param] of segment.params.entries()) {
      const texts = facing.flatMap((other) =>
        facingTexts(segment, at, other, { free, most }).flatMap((text) => {
          const span = spansOf(text, segment.literals, 1)?.[index];
          return span === undefined ? [] : [text.slice(...span), otherCase(text.slice(...span))];
        }),
      );
      const all = segment.isCatchAll ? [...texts, longRest(free, most - at)] : texts;
      route.set(param, [...new Set(all)]);
    }
  }
  return route;
}

const NOTHING: ComparedEndpoint["compared"] = new Map();

/** Returns the texts of another endpoint in the place of a segment, and those with the values that its cases compare. */
function facingTexts(
  { isCatchAll }: Segment,
  at: number,
  { endpoint: { segments }, compared }: ComparedEndpoint,
  { free, most }: { readonly free: string; readonly most: number },
): readonly string[] {
  const last = segments.length - 1;
  // after the last segment, only a catch-all has a request in common
  const facing = segments[Math.min(at, last)] as Segment;
  const texts = textsOf(facing, compared, free);
  if (facing.isCatchAll) {
    const rests = texts.map((text) => text.split("/").slice(at - last));
    return isCatchAll
      ? rests.map((rest) => rest.join("/"))
      : rests.slice(1).flatMap(([text]) => text ?? []);
  }
  if (!isCatchAll) return isWhole(facing) ? texts.slice(1) : texts;
  const all = segments.slice(at).map((one) => {
    const own = textsOf(one, compared, free);
    return one.isCatchAll ? [...own, longRest(free, most - last)] : own;
  });
  return [...combinations(all)].map((chosen) => chosen.join("/"));
}

/**
 * Returns the value of a catch-all with more segments than `count`. Where `count` is the number of segments that the longest endpoint
 * has after the beginning of the value, only endpoints with a catch-all decide on the path.
 */
function longRest(free: string, count: number): string {
  return `${free}/`.repeat(count) + free;
}

/**
 * Returns the texts of a segment: first the one with the value `free` for each parameter, then those with the compared values of each.
 */
function textsOf(
  { literals, params }: Segment,
  compared: ComparedEndpoint["compared"],
  free: string,
): readonly string[] {
  const values = params.map((param) => {
    const texts = [...(compared.get(param) ?? [])].filter((value) => typeof value === "string");
    return [free, ...texts.map(pathText)];
  });
  return [...combinations(values)].map((chosen) =>
    literals.flatMap((literal, at) => [literal, chosen[at] ?? ""]).join(""),
  );
}

/** Returns a value as the text of a path. Slashes remain, for the value of a catch-all. */
export function pathText(value: string): string {
  // half of a surrogate pair is in no path
  return value.replace(/[^A-Za-z0-9._~!$&'()+,;=:@|/\p{Cs}-]+/gu, encodeURIComponent);
}

/** Returns a text with inverted letter case; percent-escapes stay unchanged. */
function otherCase(text: string): string {
  return text.replace(/%..|[a-z]+|[A-Z]+/g, (part) => {
    if (part.startsWith("%")) return part;
    const upper = part.toUpperCase();
    return part === upper ? part.toLowerCase() : upper;
  });
}
