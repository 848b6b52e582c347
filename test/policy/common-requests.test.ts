// The endpoints that have a request in common, against every path of a small alphabet.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCommonRequestFinder } from "../../src/policy/common-requests.js";
import { splitEndpoint } from "../../src/policy/endpoint-key.js";
import { runOften, tally } from "../often.js";
import { titled } from "../titled.js";

/** Returns, of some endpoints, those that have a request in common with another endpoint. */
function commonWith(name: string, names: readonly string[]): readonly string[] {
  const find = createCommonRequestFinder(
    names.map((one) => ({ name: one, endpoint: splitEndpoint(one) })),
  );
  return find(splitEndpoint(name)).map((one) => one.name);
}

const TEXTS = ["x", "s", "v", "vs", "vw", "xw", "vsw"];
const SEGMENTS = ["x", "vs", "vw", "{p}", "v{p}", "{p}w", "v{p}w", "{p}s{q}"];

/** All paths with one to three segments. */
const PATHS = TEXTS.flatMap((first) => [
  `/${first}`,
  ...TEXTS.flatMap((second) => [
    `/${first}/${second}`,
    ...TEXTS.map((third) => `/${first}/${second}/${third}`),
  ]),
]);

const paths = fc
  .tuple(fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 3 }), fc.boolean())
  .map(([segments, isCatchAll]) => {
    const all = isCatchAll ? [...segments.slice(0, 2), "{rest*}"] : segments;
    return `GET /${all.join("/")}`;
  });

/** Returns the paths that an endpoint matches. Only a parameter beside literal text can be empty. */
function matchedBy(name: string): readonly string[] {
  const path = name
    .slice("GET ".length)
    .replaceAll(/\{\w+\*\}/g, ".+")
    .replaceAll(/(?<=\/)\{\w+\}(?=\/|$)/g, "[^/]+")
    .replaceAll(/\{\w+\}/g, "[^/]*");
  const pattern = new RegExp(`^${path}$`);
  return ["/", ...PATHS].filter((one) => pattern.test(one));
}

describe("the endpoints that have a request in common", () => {
  const rows: readonly {
    readonly title: string;
    readonly endpoint: string;
    readonly common: readonly string[];
    readonly others: readonly string[];
  }[] = [
    {
      title: "are those whose literal text a parameter can have",
      endpoint: "GET /courses/{id}",
      common: ["GET /courses/new", "GET /{kind}/new", "GET /{kind}/{name}", "GET /courses/v{n}"],
      others: ["GET /orders/new", "GET /courses", "GET /courses/{id}/parts"],
    },
    {
      title: "have the same method",
      endpoint: "GET /courses",
      common: ["GET /courses"],
      others: ["POST /courses"],
    },
    {
      title: "can differ in letter case and in the spelling of an escape",
      endpoint: "GET /Courses/%C3%84",
      common: ["GET /courses/%C3%A4", "GET /{kind}/{id}"],
      others: ["GET /courses/a"],
    },
    {
      title: "are those with more segments for a catch-all",
      endpoint: "GET /files/{path*}",
      common: ["GET /files/a", "GET /files/a/{b}/c", "GET /{kind}/{rest*}", "GET /{rest*}"],
      others: ["GET /files", "GET /{rest}", "GET /images/{path*}"],
    },
    {
      title: "are the catch-alls above a path, and not the one with too many segments",
      endpoint: "GET /files/a",
      common: ["GET /{rest*}", "GET /files/{rest*}"],
      others: ["GET /files/a/{rest*}"],
    },
    {
      title: "have ends that fit where both have literal text and a parameter",
      endpoint: "GET /v{number}-beta",
      common: ["GET /{name}-beta", "GET /v1{minor}", "GET /v-beta", "GET /v2-beta"],
      others: ["GET /{name}-alpha", "GET /w{number}", "GET /v2"],
    },
    {
      title: "differ in the place of a parameter beside the same literal text",
      endpoint: "GET /v2",
      common: ["GET /v{number}", "GET /{name}"],
      others: ["GET /{name}v", "GET /2v"],
    },
  ];

  it.each(titled(rows))("%s", (_title, { endpoint, common, others }) => {
    expect(commonWith(endpoint, [...others, ...common])).toEqual(common);
    for (const one of common) expect(commonWith(one, [endpoint])).toEqual([endpoint]);
    for (const one of others) expect(commonWith(one, [endpoint])).toEqual([]);
  });

  it("are none for a method without endpoints", () => {
    expect(commonWith("PUT /courses", ["GET /courses"])).toEqual([]);
  });

  it("are those that match a common path, in the order of the list", () => {
    const both = tally("endpoints with a common path", 100);
    const apart = tally("endpoints without one", 100);
    runOften([both, apart], () =>
      fc.assert(
        fc.property(paths, fc.array(paths, { maxLength: 8 }), (name, names) => {
          const own = new Set(matchedBy(name));
          const common = names.filter((one) => matchedBy(one).some((path) => own.has(path)));
          both.count += common.length;
          apart.count += names.length - common.length;
          expect(commonWith(name, names)).toEqual(common);
        }),
      ),
    );
  });
});
