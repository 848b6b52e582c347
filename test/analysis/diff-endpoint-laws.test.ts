// Changes of endpoints with cases, placeholders and catch-alls, against every request and token of a small alphabet.

import fc from "fast-check";
import { loadPolicy, type Policy, PolicyError } from "scope-policy";
import { diffPolicies, type OperationChange } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK } from "../model/counted.js";
import { type Draw, drawn } from "../model/draw.js";
import { runOften, tally } from "../often.js";
import { runs } from "./brute/runs.js";
import { decideWitness } from "./decide-witness.js";

type Rule = Readonly<Record<string, unknown>>;
type Endpoints = Readonly<Record<string, Rule>>;

/** Names of endpoints. The names of path parameters are drawn, so that those of one path differ between two policies. */
const SHAPES: readonly ((draw: Draw) => string)[] = [
  (draw) => `GET /x/{${nameOf(draw)}}`,
  (draw) => `GET /{first}/{${nameOf(draw)}}`,
  (draw) => `GET /{${nameOf(draw)}}/s`,
  (draw) => `GET /{${nameOf(draw)}*}`,
  (draw) => `GET /x/{${nameOf(draw)}*}`,
  (draw) => `GET /x/v{${nameOf(draw)}}`,
  () => "GET /s",
  () => "GET /x/s",
];

const nameOf = (draw: Draw) => draw.pick(["m", "n"]);

const PATHS = [
  ...["/s", "/S", "/x", "/zz", "/a%20b", "/x/s", "/x/t", "/x/zz", "/x/vs", "/x/vzz", "/x/a%20b"],
  ...["/s/s", "/s/t", "/zz/s", "/zz/yy", "/zz/a%20b", "/a%20b/s", "/t/s", "/x/s/t", "/zz/yy/s"],
].map((path) => ({ method: "GET", path }));

const ARGUMENTS = [{}, { q: "s" }, { q: "a b" }, { q: 5 }, { q: "zz" }];

const TOKENS = [
  undefined,
  ...["", "r", "w", "a:s", "a:t", "a:zz", "a:5", "f:/", "f:/s", "f:/zz", "f:/5"].map((scope) => ({
    scope,
  })),
];

function drawRule(draw: Draw, params: readonly string[]): Rule {
  const param = draw.pick([...params, "q"]);
  return draw.pick<Rule>([
    { scope: "r" },
    { scope: "w" },
    { scope: "a:{id}", params: { id: param } },
    { scope: "f:/{path}", params: { path: param } },
    { deny: "not these" },
    { public: true },
  ]);
}

function drawOperation(draw: Draw, params: readonly string[]): Rule {
  const otherwise = drawRule(draw, params);
  if (draw.chance(50)) return otherwise;
  const when = { [draw.pick(["q", ...params])]: draw.pick(["s", "t", "a b", 5]) };
  return { cases: [{ when, ...drawRule(draw, params) }], otherwise, weakOtherwise: true };
}

const paramsOf = (name: string) => [...name.matchAll(/\{(\w+)/g)].map(([, param]) => param ?? "");

function drawEndpoints(draw: Draw): Endpoints {
  const names = draw.few(SHAPES, 4).map((shape) => shape(draw));
  return Object.fromEntries(names.map((name) => [name, drawOperation(draw, paramsOf(name))]));
}

/** Returns endpoints with another rule for one of them, without one of them, or with others in addition. */
function changed(draw: Draw, endpoints: Endpoints): Endpoints {
  const name = draw.pick(Object.keys(endpoints));
  return draw.pick<() => Endpoints>([
    () => ({ ...endpoints, [name]: drawOperation(draw, paramsOf(name)) }),
    () => Object.fromEntries(Object.entries(endpoints).filter(([key]) => key !== name)),
    () => ({ ...drawEndpoints(draw), ...endpoints }),
    () => drawEndpoints(draw),
  ])();
}

/** Returns a policy; `undefined` if the endpoints have findings. */
function policyOf(endpoints: Endpoints): Policy | undefined {
  try {
    const scopes = {
      r: {},
      w: { implies: ["r"] },
      "a:{id}": {},
      "f:/{path}": { match: "path-prefix" },
    };
    return loadPolicy({ name: "Small", version: "1", scopes, endpoints });
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

const pairs = drawn((draw) => {
  const before = drawEndpoints(draw);
  return [before, changed(draw, before)] as const;
});

interface Request {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const REQUESTS: readonly Request[] = PATHS.flatMap((line) =>
  ARGUMENTS.map((params) => ({ ...line, params })),
);

/** Returns a request with a token that one policy denies and the other one allows; `undefined` if there is none. */
function firstAllowed(one: Policy, other: Policy) {
  for (const request of REQUESTS) {
    for (const token of TOKENS) {
      if (!other.decideRequest(token, request).allowed) continue;
      if (!one.decideRequest(token, request).allowed) return { request, token };
    }
  }
  return undefined;
}

const WIDER: readonly OperationChange["change"][] = ["wider", "different", "added"];
const NARROWER: readonly OperationChange["change"][] = ["narrower", "different", "removed"];

describe("the difference of endpoints", () => {
  it("has each request of a small alphabet that only one of the policies allows", () => {
    const wider = tally("a request that only the newer policy allows", 10);
    const narrower = tally("a request that only the older policy allows", 10);
    runOften([wider, narrower], () =>
      fc.assert(
        fc.property(pairs, (endpoints) => {
          const [before, after] = endpoints.map(policyOf);
          if (before === undefined || after === undefined) return;
          const { operations, unproved } = diffPolicies(before, after);
          expect(unproved).toEqual([]);
          const isIn = (changes: typeof WIDER) =>
            operations.some(({ change, witness }) => witness && changes.includes(change));
          const directions = [
            { count: wider, found: firstAllowed(before, after), isShown: isIn(WIDER) },
            { count: narrower, found: firstAllowed(after, before), isShown: isIn(NARROWER) },
          ];
          for (const { count, found, isShown } of directions) {
            if (found === undefined) continue;
            count.count += 1;
            expect([count.point, found, isShown]).toEqual([count.point, found, true]);
          }
          for (const { witness, narrowing } of operations) {
            for (const shown of [witness ?? [], narrowing ?? []].flat()) {
              const codes = [before, after].map((policy) => decideWitness(policy, shown).code);
              expect(codes).toEqual([shown.before, shown.after]);
            }
          }
        }),
        { numRuns: runs(60), ...QUICK },
      ),
    );
  });
});
