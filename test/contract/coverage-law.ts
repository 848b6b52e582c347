import fc from "fast-check";
import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";

/*
 * The law of `assertCovers`, for every gate of a router: in a generated application each route that a request reaches without a gate
 * is a finding.
 */

/** What a generated application registers, in order. A path ends with an asterisk if it is given to `use` with all below it. */
export type Item =
  | { readonly kind: "use"; readonly path: string; readonly isGate: boolean }
  | {
      readonly kind: "route";
      readonly method: "GET" | "POST" | "ALL";
      readonly path: string;
      readonly gate: "none" | "first" | "late";
    }
  | { readonly kind: "mount"; readonly path: string; readonly items: readonly Item[] };

/** The gates of a framework, as the law uses them. */
interface AnyGate<Request, Handler> {
  (tool: "search"): Handler;
  optionalToken(request: Request): unknown;
  assertCovers(app: object): void;
}

/** A framework under the law. */
export interface LawfulFramework<Request, Handler> {
  readonly name: string;
  createGate(authorizer: typeof AUTHORIZER): AnyGate<Request, Handler>;
  /** Builds an application. Each handler of a route calls `reach` with its label, `METHOD /path`, and then the next handler. */
  build(
    items: readonly Item[],
    gate: Handler,
    reach: (label: string, request: Request) => void,
  ): {
    readonly app: object;
    ask(method: string, path: string): Promise<void>;
    close?(): Promise<void>;
  };
}

const AUTHORIZER = createAuthorizer({
  policy: loadPolicy({
    name: "Law",
    version: "1",
    scopes: {},
    tools: { search: { public: true } },
  }),
  verify: () => undefined,
});

const PATHS = ["/a", "/b", "/:x", "/a/b", "/a/:x", "/:x/b", "/:y/:x"];
const REQUESTS = ["/a", "/b", "/q", "/a/b", "/a/q", "/q/b", "/q/q"];
const MOUNT = "/m";

const path = fc.constantFrom(...PATHS);
const leaf: fc.Arbitrary<Item> = fc.oneof(
  fc.record({
    kind: fc.constant("route" as const),
    method: fc.constantFrom("GET" as const, "POST" as const, "ALL" as const),
    path,
    gate: fc.constantFrom("none" as const, "none" as const, "first" as const, "late" as const),
  }),
  fc.record({
    kind: fc.constant("use" as const),
    path: fc.constantFrom("/*", "/a/*", "/:x/*", "/m/*", "/m/a/*"),
    isGate: fc.boolean(),
  }),
);
const item = fc.oneof(
  { weight: 5, arbitrary: leaf },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("mount" as const),
      path: fc.constantFrom(MOUNT, "/a"),
      items: fc.array(leaf, { minLength: 1, maxLength: 4 }),
    }),
  },
);

/** Describes the law for one framework. */
export function describeCoverage<Request, Handler>(
  framework: LawfulFramework<Request, Handler>,
): void {
  describe(`the coverage check of ${framework.name}`, () => {
    it("reports each route that a request reaches without a gate", async () => {
      const gate = framework.createGate(AUTHORIZER);
      const count = { apps: 0, complete: 0, open: 0, gated: 0 };
      await fc.assert(
        fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 7 }), async (items) => {
          const open = new Set<string>();
          const built = framework.build(items, gate("search"), (label, request) => {
            if (hasPassed(() => gate.optionalToken(request))) count.gated += 1;
            else open.add(label);
          });
          const reported = findingsOf(() => gate.assertCovers(built.app));
          for (const method of ["GET", "POST", "HEAD"]) {
            for (const one of [...REQUESTS, ...REQUESTS.map((one) => MOUNT + one)])
              await built.ask(method, one);
          }
          await built.close?.();
          count.apps += 1;
          count.open += open.size;
          if (reported.length === 0) count.complete += 1;
          expect([...open].filter((label) => !reported.includes(label))).toEqual([]);
        }),
        { numRuns: 300, seed: 11 },
      );
      expect(count.complete).toBeGreaterThan(20);
      expect(count.open).toBeGreaterThan(200);
      expect(count.gated).toBeGreaterThan(200);
    });
  });
}

function hasPassed(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof PolicyError && error.code === "ERR_COVERAGE") return false;
    throw error;
  }
}

function findingsOf(check: () => void): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError) || error.code !== "ERR_COVERAGE") throw error;
    return error.findings.map((finding) => finding.path);
  }
}
