// Texts of a policy in other languages translate something of the policy: a group, a bundle, a boundary or a text of `notCovered`.

import { describe, expect, it } from "vitest";
import { findingsOf, policyWith } from "./findings-of.js";

const POLICY = {
  scopes: { "courses:read": { group: "Courses" }, "courses:write": {}, openid: "Sign in" },
  bundles: { "read-only": ["courses:read"] },
  boundaries: { project: { claim: "projects" } },
  notCovered: ["Payouts"],
};
const TEXTS = {
  groups: { Courses: "Kurse" },
  bundles: { "read-only": "Nur lesen" },
  boundaries: { project: "Projekte" },
  notCovered: { Payouts: "Auszahlungen" },
};
/** For each kind of text a misspelt name, what the finding says, and the name that is meant. */
const MISSPELT = [
  ["groups", "Coursse", "`Coursse` is not the `group` of a scope", "Courses"],
  ["bundles", "read_only", "`read_only` is not a bundle of the policy", "read-only"],
  ["boundaries", "projetc", "`projetc` is not a boundary of the policy", "project"],
  ["notCovered", "Payout", "`Payout` is not a text of `notCovered`", "Payouts"],
] as const;
const localesOf = (rows: typeof MISSPELT) => ({
  de: Object.fromEntries(rows.map(([kind, name]) => [kind, { [name]: "Text" }])),
});
const found = (parts: object) => findingsOf(policyWith({ ...POLICY, ...parts }));

describe("the texts of a policy in other languages", () => {
  it("may translate everything that the policy has", () => {
    expect(
      found({ locales: { de: TEXTS, "pt-BR": TEXTS, fr: { groups: TEXTS.groups }, es: {} } }),
    ).toEqual([]);
  });

  it("have a finding for each name that the policy does not have, with the one that is meant", () => {
    expect(found({ locales: localesOf(MISSPELT) })).toStrictEqual(
      MISSPELT.map(([kind, name, message, suggestion]) => ({
        code: "unknown_text",
        path: `locales.de.${kind}.${name}`,
        message,
        suggestion,
      })),
    );
  });

  it("have a finding for each name in a policy without such parts", () => {
    const parts = { scopes: { openid: "Sign in" }, locales: localesOf(MISSPELT) };
    expect(findingsOf(policyWith(parts))).toStrictEqual(
      MISSPELT.map(([kind, name, message]) => ({
        code: "unknown_text",
        path: `locales.de.${kind}.${name}`,
        message,
      })),
    );
  });

  it.each<[invalid: string, parts: object, silent: string | undefined]>([
    ["scopes.a", { scopes: { ...POLICY.scopes, a: 7 } }, "groups"],
    ["bundles.b", { bundles: { b: 7 } }, "bundles"],
    ["boundaries.c", { boundaries: { c: 7 } }, "boundaries"],
    ["notCovered[0]", { notCovered: [7] }, "notCovered"],
    ["endpoints", { endpoints: 7 }, undefined],
  ])("are not compared with a part that has an invalid value: `%s`", (invalid, parts, silent) => {
    const paths = found({ ...parts, tools: 7, locales: localesOf(MISSPELT) }).map(
      ({ path }) => path,
    );
    expect(paths.sort()).toEqual(
      [
        invalid,
        "tools",
        ...MISSPELT.flatMap(([kind, name]) =>
          kind === silent ? [] : `locales.de.${kind}.${name}`,
        ),
      ].sort(),
    );
  });
});
