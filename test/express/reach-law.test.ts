import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Express, Request, RequestHandler, Router } from "express";
import fc from "fast-check";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { CoverOptions } from "../../src/adapters/route-selection.js";
import { expressGate } from "../../src/express.js";
import { runOftenAsync, tally } from "../often.js";
import { type Make, VERSIONS } from "./kit.js";

/** An item of a router: a gate or a mark that is given to `use`, a route, or another router or application with its own items. */
type Item =
  | { readonly kind: "gate"; readonly path: string }
  | { readonly kind: "elsewhere"; readonly path: string }
  | { readonly kind: "route"; readonly path: string | RegExp; readonly handlers: Handlers }
  | {
      readonly kind: "router" | "app";
      readonly path: string;
      readonly mergeParams: boolean;
      readonly items: readonly Item[];
    };
type Handlers = "open" | "gate" | "elsewhere" | "late";

const path = fc.constantFrom("/", "/s", "/t", "/:id", "/s/t", "/s/:id", "/:id/t");
const use = fc.record({ kind: fc.constantFrom("gate" as const, "elsewhere" as const), path });
const route = fc.record({
  kind: fc.constant("route" as const),
  path: fc.oneof({ weight: 6, arbitrary: path }, { weight: 1, arbitrary: fc.constant(/^\/[st]$/) }),
  handlers: fc.constantFrom<Handlers>("open", "open", "gate", "elsewhere", "late"),
});
const { items } = fc.letrec<{ items: Item[]; inner: Item }>((tie) => ({
  items: fc.array(
    fc.oneof(
      { maxDepth: 4 },
      { weight: 3, arbitrary: route },
      { weight: 1, arbitrary: use },
      { weight: 3, arbitrary: tie("inner") },
    ),
    { minLength: 1, maxLength: 4 },
  ),
  inner: fc.record({
    kind: fc.constantFrom("router" as const, "app" as const),
    path,
    mergeParams: fc.boolean(),
    items: tie("items"),
  }),
}));
const options: fc.Arbitrary<CoverOptions> = fc.record(
  {
    under: fc.constantFrom("/s", "/t", "/s/t", "/S"),
    except: fc.array(
      fc.constantFrom<RegExp | string>(/^\/t/, /^\/s\/t$/g, /:id/y, "/s", "/s/:id"),
      {
        maxLength: 2,
      },
    ),
  },
  { requiredKeys: [] },
);

const policy = loadPolicy({
  name: "All",
  version: "1",
  scopes: { read: {} },
  tools: { read: "read" },
});
const gate = expressGate(createAuthorizer({ policy, verify: () => ({ scope: "read" }) }));

/** A route of an application: its path in messages, and one without routers; `undefined` for an expression. */
interface Mounted {
  readonly label: string;
  readonly path: string | undefined;
  /** A path that may reach the route, with parameters. */
  readonly template: string;
}

/** A handler that ran, and whether the request passed a gate or a mark before. */
interface Run {
  readonly route: Mounted;
  readonly url: string;
  readonly isCovered: boolean;
}

const passedMark = new WeakSet<Request>();
const elsewhere = (): readonly RequestHandler[] => [
  gate.elsewhere("tests"),
  (req, _res, next) => {
    passedMark.add(req);
    next();
  },
];

function hasPassedGate(req: Request): boolean {
  try {
    return gate.token(req).scope === "read";
  } catch {
    return false;
  }
}

const joinPaths = (above: string, below: string) =>
  `${above}${below}`.replaceAll(/\/+/g, "/").replace(/(?<=.)\/$/, "");

/** Mounts the items and returns the routes. */
function mount(
  make: Make,
  router: Router,
  drawn: readonly Item[],
  above: string,
  runs: Run[],
): readonly Mounted[] {
  return drawn.flatMap((item): readonly Mounted[] => {
    if (item.kind === "gate" || item.kind === "elsewhere") {
      router.use(item.path, ...(item.kind === "gate" ? [gate("read")] : elsewhere()));
      return [];
    }
    if (item.kind === "route") {
      const isText = typeof item.path === "string";
      const found: Mounted = {
        label: `GET ${above}${item.path}`,
        path: isText ? joinPaths(above, item.path) : undefined,
        template: joinPaths(above, isText ? item.path : "/s"),
      };
      const run: RequestHandler = (req, res) => {
        const isCovered = hasPassedGate(req) || passedMark.has(req);
        runs.push({ route: found, url: req.originalUrl, isCovered });
        res.end();
      };
      const handlers: Readonly<Record<Handlers, readonly RequestHandler[]>> = {
        open: [run],
        gate: [gate("read"), run],
        elsewhere: [...elsewhere(), run],
        late: [run, gate("read") as RequestHandler],
      };
      router.get(item.path, ...handlers[item.handlers]);
      return [found];
    }
    const { mergeParams } = item;
    const inner = item.kind === "app" ? make() : make.Router({ mergeParams });
    const prefix = item.path === "/" ? above : above + item.path;
    const found = mount(make, inner as Router, item.items, prefix, runs);
    router.use(item.path, inner);
    return found;
  });
}

function findingsOf(app: Express, given: CoverOptions): readonly string[] {
  try {
    gate.assertCovers(app, given);
  } catch (error) {
    return (error as PolicyError).findings.map(({ path }) => path);
  }
  return [];
}

function isExcepted(path: string | undefined, { under, except = [] }: CoverOptions): boolean {
  if (path === undefined) return false;
  const isLower = under !== undefined && `${path}/`.startsWith(`${under}/`);
  const names = isLower ? [path, path.slice(under.length).replace(/^$|\/$/, "") || "/"] : [path];
  return except.some((entry) =>
    names.some((name) => {
      if (typeof entry === "string") return name === entry || name.startsWith(`${entry}/`);
      return new RegExp(entry.source, entry.flags.replace("g", "")).test(name);
    }),
  );
}

const isBelow = (url: string, { under = "" }: CoverOptions) =>
  `${url}/`.toLowerCase().startsWith(`${under}/`.toLowerCase());

/** Passes a request to an application without a network, until the response ends or no layer is left. */
function sendRequest(app: Express, url: string): Promise<void> {
  return new Promise((resolve) => {
    const req = new IncomingMessage(new Socket());
    const rawHeaders = ["Authorization", "Bearer x"];
    Object.assign(req, { method: "GET", url, rawHeaders, headers: { authorization: "Bearer x" } });
    const res = Object.assign(new ServerResponse(req), { end: () => resolve() });
    (app as unknown as (...given: unknown[]) => void)(req, res, () => resolve());
  });
}

describe.each(VERSIONS)("an application of Express $version", ({ make }) => {
  it("has a finding for each handler that a request reaches without a gate, unless it is excepted or protected elsewhere", async () => {
    const covered = tally("a handler behind a gate or mark", 301);
    const open = tally("a handler without a gate", 301);
    const excepted = tally("a handler that is excepted", 101);
    const outside = tally("a handler that is not below `under`", 101);
    const accepted = tally("an application without findings, with handlers that run", 51);
    const values = fc.array(fc.constantFrom("1", "s", "t", "S"), { minLength: 8, maxLength: 8 });
    await runOftenAsync([covered, open, excepted, outside, accepted], () =>
      fc.assert(
        fc.asyncProperty(
          items,
          options,
          fc.array(values, { minLength: 3, maxLength: 3 }),
          async (drawn, given, sets) => {
            const app = make();
            const runs: Run[] = [];
            const routes = mount(make, app, drawn, "", runs);
            const found = findingsOf(app, given);
            for (const template of new Set(routes.map((route) => route.template))) {
              for (const set of sets) {
                const left = [...set];
                await sendRequest(
                  app,
                  template.replaceAll(/:\w+/g, () => left.shift() as string),
                );
              }
            }
            if (found.length === 0 && runs.length > 0) accepted.count += 1;
            for (const { route, url, isCovered } of runs) {
              if (isCovered) covered.count += 1;
              else if (isExcepted(route.path, given)) excepted.count += 1;
              else if (!isBelow(url, given)) outside.count += 1;
              else {
                open.count += 1;
                expect(found).toContain(route.label);
              }
            }
          },
        ),
        { numRuns: 1_000 },
      ),
    );
  });
});
