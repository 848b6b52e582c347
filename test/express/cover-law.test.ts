import { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import express5, { type Express, type Router } from "express";
import fc from "fast-check";
import { createAuthorizer, loadPolicy, type PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { runOftenAsync, tally } from "../often.js";

const express4 = createRequire(import.meta.url)("express4") as typeof express5;
const VERSIONS = [
  { version: 4, make: express4 },
  { version: 5, make: express5 },
];

/** An item of a router: a gate, another router, or a route with or without a gate of its own. */
type Item =
  | { readonly kind: "gate"; readonly path: string; readonly hasReader: boolean }
  | { readonly kind: "route"; readonly path: string; readonly isGated: boolean }
  | {
      readonly kind: "router";
      readonly path: string;
      readonly mergeParams: boolean;
      readonly items: readonly Item[];
    };

const path = fc.constantFrom("/", "/s", "/:id", "/:x", "/s/:id", "/:id/s", "/:x/:id", "/:id/:x");
const gate = fc.record({
  kind: fc.constant("gate" as const),
  path: fc.oneof(fc.constant("/"), path),
  hasReader: fc.boolean(),
});
const route = fc.record({
  kind: fc.constant("route" as const),
  path,
  isGated: fc.integer({ min: 0, max: 3 }).map((drawn) => drawn === 0),
});
/** Puts a gate at the same path before half of the items. */
const withGate = (item: fc.Arbitrary<Item>) =>
  fc
    .tuple(item, fc.boolean(), gate)
    .map(([it, isGuarded, before]) => (isGuarded ? [{ ...before, path: it.path }, it] : [it]));
const { items } = fc.letrec<{ items: Item[]; router: Item }>((tie) => ({
  items: fc
    .array(fc.oneof({ maxDepth: 4 }, withGate(route), withGate(gate), withGate(tie("router"))), {
      minLength: 1,
      maxLength: 3,
    })
    .map((groups) => groups.flat()),
  router: fc.record({
    kind: fc.constant("router" as const),
    path,
    mergeParams: fc.boolean(),
    items: tie("items"),
  }),
}));

const TOKEN = "/objects/1/read";
const policy = loadPolicy({
  name: "Objects",
  version: "1",
  scopes: { "/objects/{id}/read": {} },
  tools: { read: "/objects/{id}/read" },
});
const authorizer = createAuthorizer({ policy, verify: (rawToken) => ({ scope: rawToken }) });
const createTestGate = () => expressGate(authorizer);

/** Mounts the items and returns the path template of each route. */
function mount(
  make: typeof express5,
  router: Router | Express,
  drawn: readonly Item[],
  seen: unknown[],
): readonly string[] {
  const gateOf = createTestGate();
  const params = () => ({ id: "1" });
  return drawn.flatMap((item) => {
    if (item.kind === "gate") {
      (router as Router).use(item.path, gateOf("read", item.hasReader ? { params } : {}));
      return [];
    }
    if (item.kind === "router") {
      const inner = make.Router({ mergeParams: item.mergeParams });
      const paths = mount(make, inner, item.items, seen);
      (router as Router).use(item.path, inner);
      return paths.map((below) => `${item.path}${below}`.replaceAll("//", "/"));
    }
    const gates = item.isGated ? [gateOf("read")] : [];
    (router as Router).get(item.path, ...gates, (req, res) => {
      seen.push(req.params["id"]);
      res.end();
    });
    return [item.path];
  });
}

function codesOf(app: Express): readonly string[] {
  try {
    createTestGate().assertCovers(app);
  } catch (error) {
    return (error as PolicyError).findings.map(({ code }) => code);
  }
  return [];
}

/** Passes a request to an application without a network, until the response ends or no layer is left. */
function sendRequest(app: Express, url: string): Promise<void> {
  return new Promise((resolve) => {
    const req = new IncomingMessage(new Socket());
    Object.assign(req, { method: "GET", url, headers: { authorization: `Bearer ${TOKEN}` } });
    const res = Object.assign(new ServerResponse(req), { end: () => resolve() });
    (app as unknown as (...given: unknown[]) => void)(req, res, () => resolve());
  });
}

describe.each(VERSIONS)(
  "an application of Express $version that `assertCovers` accepts",
  ({ make }) => {
    it("never lets a handler read a value on which no gate has decided", async () => {
      const covered = tally("a covered application", 301);
      const ran = tally("a handler that runs", 301);
      const values = fc.array(fc.constantFrom("1", "2", "s"), { minLength: 8, maxLength: 8 });
      await runOftenAsync([covered, ran], () =>
        fc.assert(
          fc.asyncProperty(
            items,
            fc.array(values, { minLength: 3, maxLength: 3 }),
            async (drawn, sets) => {
              const app = make();
              const seen: unknown[] = [];
              const paths = mount(make, app, drawn, seen);
              if (paths.length === 0) return;
              // a gate without its parameter is a finding too, but it denies every request
              if (codesOf(app).some((code) => code !== "missing_param")) return;
              covered.count += 1;
              for (const template of new Set(paths)) {
                for (const set of sets) {
                  const left = [...set];
                  await sendRequest(
                    app,
                    template.replaceAll(/:\w+/g, () => left.shift() as string),
                  );
                }
              }
              ran.count += seen.filter((id) => id !== undefined).length;
              expect(seen.filter((id) => id !== undefined && id !== "1")).toEqual([]);
            },
          ),
          { numRuns: 2_000 },
        ),
      );
    });
  },
);
