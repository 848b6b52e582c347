// A list of tools searches values once for all tools that need the same ones, and all searches share their steps.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { listOf, objectOf, scopesOf } from "../policy/many.js";
import { viewOf } from "./view-of.js";

const namesOf = (policy: ReturnType<typeof loadPolicy>, scope: readonly string[]) =>
  policy.toolsFor({ scope }).map(({ name }) => name);

describe("the steps of all searches of a list", () => {
  const COUNT = 25;
  const pairs = listOf(COUNT, (left) =>
    listOf(COUNT - left - 1, (more) => [left, left + 1 + more] as const),
  ).flat();
  // each visits the 100 values of one template, and then each with the 100 of another one
  const long = (at: number) => ({
    allOf: [`/t${at}/{i}`, { scope: `/t${at + 1}/{i}`, params: { i: "j" } }, "/z/{i}/{j}"],
  });
  const policy = loadPolicy({
    name: "Steps",
    version: "1",
    scopes: { ...scopesOf(COUNT, (at) => `/t${at}/{i}`), "/z/{i}/{j}": {}, "/q/{i}": {} },
    tools: {
      ...objectOf(3, (at) => `long_${at}`, long),
      ...objectOf(
        297,
        (at) => `pair_${at}`,
        (at) => ({ allOf: (pairs[at] as readonly number[]).map((one) => `/t${one}/{i}`) }),
      ),
      last: "/q/{i}",
    },
  });
  const values = listOf(COUNT, (at) => listOf(100, (value) => `/t${at}/v${at}-${value}`)).flat();

  it("are 30,000 for the first 100 of each search, and 30,000 for the others", () => {
    expect(namesOf(policy, [...values, "/z/x/y", "/q/1"])).toEqual([]);
  });

  it("are left if one value fewer is visited", () => {
    expect(namesOf(policy, [...values.slice(1), "/z/x/y", "/q/1"])).toEqual(["last"]);
  });
});

describe("equal searches of a list", () => {
  const costly = listOf(8, (at) => `costly_${at}`);
  const pairWith = (both: string) => ({ allOf: ["/x/{i}", "/y/{j}", both] });
  const policy = loadPolicy({
    name: "Equal",
    version: "1",
    scopes: { "/x/{i}": {}, "/y/{j}": {}, "/z/{i}/{j}": {}, "/u/{i}/{j}": {} },
    tools: {
      ...Object.fromEntries(costly.map((name) => [name, pairWith("/z/{i}/{j}")])),
      other: pairWith("/u/{i}/{j}"),
    },
  });
  const values = listOf(60, (at) => [`/x/v${at}`, `/y/v${at}`]).flat();

  // each search takes some 3,660 steps, and all together have 60,000 at most, of which 30,000 are for the first ones
  it("take their steps once if they find values", () => {
    const scope = [...values, "/z/v59/v59", "/u/v59/v59"];
    expect(namesOf(policy, scope)).toEqual([...costly, "other"]);
  });

  it("take their steps once if they find none", () => {
    expect(namesOf(policy, [...values, "/z/v59/none", "/u/v59/v59"])).toEqual(["other"]);
  });

  it("find no value for a parameter of a scope that the token lacks", () => {
    for (const tool of ["costly_0", "costly_1"]) {
      expect(viewOf(policy, ["/y/1"], tool)).toMatchObject({
        code: "insufficient_scope",
        scopes: ["/y/1"],
        missing: [],
      });
    }
  });
});

describe("searches with more than ten parameters", () => {
  const names = listOf(13, (at) => `p${at}`);
  const wide = `/wide/${names.map((name) => `{${name}}`).join("/")}`;
  const pair = (i: string, j: string) => ({ scope: "/pair/{i}/{j}", params: { i, j } });
  // the scopes `/s2/{i}` and `/s12/{i}` have the ids 2 and 12
  const one = (scope: number, i: string) => ({ scope: `/s${scope}/{i}`, params: { i } });
  const policy = loadPolicy({
    name: "Wide",
    version: "1",
    scopes: { [wide]: {}, "/pair/{i}/{j}": {}, ...scopesOf(13, (at) => `/s${at + 2}/{i}`) },
    tools: {
      pair_1_10: { allOf: [wide, pair("p1", "p10")] },
      pair_11_0: { allOf: [wide, pair("p11", "p0")] },
      pair_0_1: { allOf: [wide, pair("p0", "p1"), one(12, "p0")] },
      pair_0_11: { allOf: [wide, pair("p0", "p11"), one(2, "p0")] },
    },
  });
  const held = `/wide/${names.map((_, at) => `v${at}`).join("/")}`;

  it.each([
    ["/pair/v1/v10", "pair_1_10"],
    ["/pair/v11/v0", "pair_11_0"],
    ["/pair/v0/v1", "pair_0_1"],
    ["/pair/v0/v11", "pair_0_11"],
  ])("are not taken for each other: %s opens %s alone", (scope, tool) => {
    expect(namesOf(policy, [held, scope, "/s2/v0", "/s12/v0"])).toEqual([tool]);
  });
});
