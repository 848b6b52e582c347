import type { Drift } from "./compare.js";
import { identityOf } from "./operation-identity.js";

/** What distinguishes the endpoints of a policy from those of a document, if nothing else does. */
export interface BasePathHint {
  /** The path that is before each endpoint of one of them. */
  readonly path: string;
  /** Whether it is the document that has it. */
  readonly isInDocument: boolean;
}

/**
 * Returns the path by which each endpoint that is gone differs from one of the document. `undefined` if the two have an endpoint in
 * common, and if no path explains all.
 *
 * @param count - the number of endpoints of the document
 */
export function basePathHint(
  { gone, unmapped, renamed }: Drift,
  count: number,
): BasePathHint | undefined {
  const known = unmapped.filter(({ isUnnameable }) => !isUnnameable);
  const added = [...known.map(({ name }) => name), ...renamed.map(({ to }) => to)].map(
    readEndpoint,
  );
  const absent = [...gone.map(({ name }) => name), ...renamed.map(({ from }) => from)]
    .map(readEndpoint)
    .sort((one, other) => other.path.length - one.path.length);
  const [longest] = absent;
  if (longest === undefined || added.length < count) return undefined;
  const texts = new Set(added.map(textOf));
  for (const { path } of added) {
    const before = withoutEnd(path, longest.path);
    const isLonger = (one: Endpoint) => texts.has(textOf({ ...one, path: before + one.path }));
    if (before !== "" && absent.every(isLonger)) return { path: before, isInDocument: true };
    const extra = withoutEnd(longest.path, path);
    const isShorter = (one: Endpoint) =>
      one.path.startsWith(extra) &&
      texts.has(textOf({ ...one, path: one.path.slice(extra.length) }));
    if (extra !== "" && absent.every(isShorter)) return { path: extra, isInDocument: false };
  }
  return undefined;
}

/** An endpoint whose path has no names of parameters. The root is empty, so that a path can be before it. */
interface Endpoint {
  readonly method: string;
  readonly path: string;
}

function readEndpoint(name: string): Endpoint {
  const [method = "", path = ""] = identityOf("endpoint", name).split(" ");
  return { method, path: path === "/" ? "" : path };
}

function textOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}

/** Returns the beginning of a path before another one; empty if it does not end with that one. */
function withoutEnd(path: string, end: string): string {
  return path.endsWith(end) ? path.slice(0, path.length - end.length) : "";
}
