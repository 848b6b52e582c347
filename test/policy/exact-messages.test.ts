// Whole messages, with and without a hint at their end. The tables of findings compare the part that names what is wrong.

import { describe, expect, it } from "vitest";
import { findingsOf, policyWith } from "./findings-of.js";

const scopes = { read: "Read", write: "Write", "/a/{id}": "Open" };
const tool = (entry: unknown) => ({ scopes, tools: { t: entry } });
const ACR = "expected visible ASCII characters without quotes and backslashes";
const when = { mode: "plan" };

const MESSAGES: readonly (readonly [
  what: string,
  parts: Readonly<Record<string, unknown>>,
  lines: readonly string[],
])[] = [
  [
    "an `acr` value with a space",
    tool({ scope: "read", acr: "mfa phr" }),
    [`tools.t.acr: invalid \`acr\` value \`mfa phr\`: ${ACR}; write several values as a list`],
  ],
  [
    "another `acr` value",
    tool({ scope: "read", acr: ['m"fa'] }),
    [`tools.t.acr[0]: invalid \`acr\` value \`m"fa\`: ${ACR}`],
  ],
  [
    "the name of a boundary",
    { scopes, boundaries: { "a b": { claim: "projects" } } },
    [
      'boundaries["a b"]: invalid name of a boundary `a b`: expected 1 to 128 characters of `A-Z a-z 0-9 _ . -`',
    ],
  ],
  [
    "conditions that the policy does not declare",
    tool({ scope: "read", tier: "pro", accountTypes: ["mentor"], entitlement: "exports" }),
    [
      "tools.t.tier: undeclared tier `pro`: the policy declares no tiers",
      "tools.t.accountTypes[0]: undeclared account type `mentor`: the policy declares no account types",
      "tools.t.entitlement: undeclared entitlement `exports`: the policy declares no entitlements",
    ],
  ],
  [
    "a condition beside cases",
    tool({ cases: [{ when, scope: "read" }], otherwise: { deny: "no" }, tier: "pro" }),
    [
      "tools.t.tier: `tier` and `cases` cannot be combined: write it in each case and in `otherwise`",
    ],
  ],
  [
    "a condition beside a denial",
    tool({ deny: "no", tier: "pro" }),
    ["tools.t.tier: `tier` and `deny` cannot be combined"],
  ],
  [
    "two empty accepted findings, which are no duplicates",
    { scopes, lint: [{}, {}] },
    [0, 1].flatMap((at) =>
      ["code", "path", "reason"].map((key) => `lint[${at}].${key}: expected a string, got nothing`),
    ),
  ],
  [
    "accepted findings without a code or a path, which are no duplicates",
    {
      scopes,
      lint: [
        ...[0, 1].map(() => ({ path: "scopes.read", reason: "r" })),
        ...[0, 1].map(() => ({ code: "unused_scope", reason: "r" })),
      ],
    },
    ["lint[0].code", "lint[1].code", "lint[2].path", "lint[3].path"].map(
      (path) => `${path}: expected a string, got nothing`,
    ),
  ],
  [
    "a restricted scope that every client would get",
    {
      scopes: {
        admin: { restricted: true, default: "on" },
        owner: { restricted: true, required: true },
      },
      baseline: ["admin"],
      defaultScopes: ["owner"],
    },
    [
      "scopes.admin.default: a restricted scope is offered to approved clients only, so it cannot be on by default",
      "scopes.owner.required: a restricted scope is offered to approved clients only, so it cannot be required",
      "baseline[0]: `admin` is restricted, so it cannot be in the baseline",
      "defaultScopes[0]: `owner` is restricted, so it cannot be a default scope",
    ],
  ],
  [
    "a scope that its own older name overlaps, which is named first",
    { scopes: { "/a/{x}": { replaces: ["/{x}/b"] } } },
    [
      'scopes["/a/{x}"].replaces[0]: `/{x}/b` and `/a/{x}` overlap: the scope token `/a/b` would match both',
    ],
  ],
  [
    "a missing section, and a missing member further inside",
    { scopes: undefined, boundaries: { project: {} } },
    [
      "scopes: expected a value, got `undefined` (is an environment variable unset?): set the value or leave it out",
      "boundaries.project.claim: expected a string, got nothing",
    ],
  ],
  [
    "an option of the operation in a part of a requirement of a tool",
    tool({ anyOf: [{ scope: "read", hidden: true }] }),
    ["tools.t.anyOf[0].hidden: unknown option `hidden`: it belongs at the top of the operation"],
  ],
  [
    "an option of the operation in a part of a requirement of an endpoint",
    { scopes, endpoints: { "GET /a": { anyOf: [{ scope: "read", hidden: true }] } } },
    [
      'endpoints["GET /a"].anyOf[0].hidden: unknown option `hidden`: it belongs at the top of the operation',
    ],
  ],
  [
    "the name of a parameter",
    tool({ scope: "/a/{id}", params: { id: "an id" } }),
    [
      "tools.t.params.id: invalid parameter name `an id`: expected 1 to 128 characters of `A-Z a-z 0-9 _ . -`",
    ],
  ],
  [
    "an undeclared scope beside a part that is removed",
    tool({ scope: "raed", anyOf: 5 }),
    ["tools.t.anyOf: expected a list, got a number", "tools.t.scope: undeclared scope `raed`"],
  ],
  [
    "a renamed placeholder beside a part without it, which has no finding",
    tool({ params: { id: "x" }, allOf: [{ anyOf: ["read"] }, "/a/{id}"] }),
    [],
  ],
  [
    "invalid parts, which are no duplicates of each other, nor of valid ones, by what is left of them",
    tool({
      anyOf: [
        { scope: 5 },
        { scope: 6 },
        { scope: "read", tier: 5 },
        { scope: "read", tier: 6 },
        { allOf: ["write", { scope: 7 }] },
        { allOf: ["write", { scope: 8 }] },
        "write",
        { scope: "write" },
        "read",
      ],
    }),
    [
      "tools.t.anyOf[0].scope: expected a string, got a number",
      "tools.t.anyOf[1].scope: expected a string, got a number",
      "tools.t.anyOf[2].tier: expected a string, got a number",
      "tools.t.anyOf[3].tier: expected a string, got a number",
      "tools.t.anyOf[4].allOf[1].scope: expected a string, got a number",
      "tools.t.anyOf[5].allOf[1].scope: expected a string, got a number",
      "tools.t.anyOf[7]: duplicate `write`",
    ],
  ],
  [
    "two parts without a requirement",
    tool({ anyOf: [{}, {}] }),
    [
      "tools.t.anyOf[1]: duplicate `{}`",
      ...[0, 1].map(
        (at) =>
          `tools.t.anyOf[${at}]: missing requirement: give one of \`scope\`, \`allOf\` and \`anyOf\``,
      ),
    ],
  ],
  [
    "an unknown option in a part of a requirement",
    tool({ anyOf: [{ scope: "read", colour: true }] }),
    ["tools.t.anyOf[0].colour: unknown option `colour`"],
  ],
  [
    "sections of another type",
    { scopes, tools: "x", tiers: "free" },
    ["tiers: expected a list, got `free`", "tools: expected an object, got `x`"],
  ],
  [
    "an empty list in the place of a requirement",
    tool([]),
    [
      `tools.t: expected a string or an object, got a list: write { allOf: ["a", "b"] } if all of them are required, or { anyOf: ["a", "b"] } if one is enough`,
    ],
  ],
  [
    "an object as the value of an argument",
    tool({ cases: [{ when: { mode: {} }, scope: "read" }], otherwise: "write" }),
    [
      "tools.t.cases[0].when.mode: expected a string or a number or true or false or null or a list, got an object",
    ],
  ],
  [
    "a long text in place of a word, of which 64 characters are quoted",
    { scopes: { read: { default: "o".repeat(65) }, write: { default: "p".repeat(64) } } },
    [
      `scopes.read.default: expected on or off, got \`${"o".repeat(64)}\``,
      `scopes.write.default: expected on or off, got \`${"p".repeat(64)}\``,
    ],
  ],
  [
    "an option of the operation in a translation of a scope",
    { scopes: { read: { description: "Read", locales: { de: { hidden: "x" } } } } },
    ["scopes.read.locales.de.hidden: unknown option `hidden`"],
  ],
  [
    "an option of the operation in the options of its audit",
    tool({ scope: "read", audit: { hidden: true } }),
    ["tools.t.audit.hidden: unknown option `hidden`"],
  ],
  [
    "an endpoint whose path has a second spelling",
    { scopes, endpoints: { "GET /a//b": "read" } },
    [
      'endpoints["GET /a//b"]: an empty segment is not canonical: expected no empty segment, no trailing slash, no dot segment, no needless escape and none of `\\ ; # ? *`',
    ],
  ],
  [
    "a catch-all for one segment of a scope",
    { scopes, endpoints: { "GET /a/{id*}": "/a/{id}" } },
    [
      'endpoints["GET /a/{id*}"]: the catch-all `id` can have several segments, which the placeholder of a scope takes only with `match: "path-prefix"` or `"registry"`: use one of these, or fill the placeholder with another parameter, by `params`',
    ],
  ],
  [
    "a catch-all for a boundary",
    {
      scopes,
      boundaries: { project: { claim: "projects" } },
      endpoints: { "GET /a/{id*}": { scope: "read", within: { project: "id" } } },
    },
    [
      'endpoints["GET /a/{id*}"]: the catch-all `id` can have several segments, which no value of a boundary has: name another parameter in `within`',
    ],
  ],
];

describe("the whole message", () => {
  it.each(MESSAGES)("about %s", (_what, parts, lines) => {
    const found = findingsOf(policyWith(parts));
    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual(lines);
  });
});
