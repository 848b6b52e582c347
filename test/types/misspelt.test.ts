import { beforeAll, describe, expect, it } from "vitest";
import { sourceAliases } from "../../scripts/entries.mjs";
import { compile } from "./compiler.js";

const FILE = "test/types/misspelt.ts";

const DECLARED = `
import { expect } from "vitest";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import type { FastifyContextConfig } from "fastify";
import "scope-policy/fastify";
import { fetchGate } from "scope-policy/fetch";
import { mcpGate } from "scope-policy/mcp";
import { policyMatchers } from "scope-policy/testing";
const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: {
    get_settings: "school:read", get_theme: "school:read", update_class: "school:read", update_course: "school:read",
    "list_*": "school:read", search: { public: true },
  },
  endpoints: { "GET /settings": "school:read", "POST /settings": "school:read" },
});
const authorizer = createAuthorizer({ policy, verify: () => undefined });
const express = expressGate(authorizer);
const fetches = fetchGate(authorizer);
declare module "scope-policy/fastify" {
  interface Register { policy: typeof policy }
}
declare const token: { scope: string };
declare const request: Request;
declare const text: string;
`;

const names = (...list: readonly string[]) => list.map((name) => `"${name}"`).join(" | ");
const pattern = (start: string) => ["`", start, "$", "{string}`"].join("");

/** A call with a misspelt name, the argument that the compiler prints, and the type that it expects. */
const MISSPELT: readonly (readonly [call: string, argument: string, expected: string])[] = [
  // every function that takes a name
  ['policy.decide(token, "get_setings")', '"get_setings"', names("get_settings", "get_theme")],
  ['policy.authorize(token, "get_setings")', '"get_setings"', names("get_settings", "get_theme")],
  ['policy.operation("get_setings")', '"get_setings"', names("get_settings", "get_theme")],
  ['authorizer.decide("raw", "get_setings")', '"get_setings"', names("get_settings", "get_theme")],
  [
    'authorizer.authorize("raw", "get_setings")',
    '"get_setings"',
    names("get_settings", "get_theme"),
  ],
  ['express("get_setings")', '"get_setings"', names("get_settings", "get_theme")],
  ['fetches(request, "get_setings")', '"get_setings"', names("get_settings", "get_theme")],
  // which names it lists: those that share the most first letters, four at a time; else the first letter
  ['policy.decide(token, "update_clas")', '"update_clas"', names("update_class", "update_course")],
  [
    'policy.decide(token, "update_curse")',
    '"update_curse"',
    names("update_class", "update_course"),
  ],
  ['policy.decide(token, "POST /setings")', '"POST /setings"', '"POST /settings"'],
  ['policy.decide(token, "serch")', '"serch"', '"search"'],
  ['policy.decide(token, "lst_courses")', '"lst_courses"', pattern("list_")],
  ['policy.decide(token, "se")', '"se"', '"search"'],
  [
    'policy.decide(token, "delete_all")',
    '"delete_all"',
    '"no tool and no endpoint of the policy begins like delete_all"',
  ],
  [
    "policy.decide(token, text)",
    "string",
    pattern("no tool and no endpoint of the policy begins like "),
  ],
];

/**
 * Names in options, each a property of an object: the compiler lists the tools and suggests one. For a route of Fastify it checks the
 * `config` alone, because the error about a call depends on the overloads of Fastify.
 */
const IN_OPTIONS: readonly string[] = [
  'mcpGate(authorizer, { prompts: { p: "get_setings" } })',
  'mcpGate(authorizer, { resources: { "a://b": "get_setings" } })',
  '({ tool: "get_setings" } satisfies Required<Pick<FastifyContextConfig, "tool">>)',
];
const TOOLS = names("search", "get_settings", "get_theme", "update_class", "update_course");

describe("a misspelt name of a tool or endpoint", () => {
  const texts = new Map<number, string[]>();
  const first = DECLARED.split("\n").length;

  beforeAll(() => {
    const calls = MISSPELT.map(([call]) => `void ${call};`).join("\n");
    const known = [
      'policy.decide(token, "get_settings")',
      'policy.decide(token, "list_courses")',
      'express("GET /settings")',
      'fetches(request, "search")',
    ];
    const options = IN_OPTIONS.map((call) => `void ${call};`).join("\n");
    const text = `${DECLARED}${calls}\n${options}\n${known.map((call) => `void ${call};`).join("\n")}\nvoid policyMatchers; void expect;\n`;
    const paths = Object.fromEntries(
      Object.entries(sourceAliases).map(([specifier, source]) => [specifier, [source]]),
    );
    for (const { line, text: found } of compile(new Map([[FILE, text]]), {
      paths,
      types: ["node"],
    }))
      texts.set(line, [...(texts.get(line) ?? []), found]);
  }, 120_000);

  it.each(MISSPELT.map((row, index) => [row[0], row, first + index] as const))(
    "%s: one error of one line, with the names that begin alike",
    (_call, [, argument, expected], line) => {
      expect(texts.get(line)).toEqual([
        `Argument of type '${argument}' is not assignable to parameter of type '${expected}'.`,
      ]);
    },
  );

  it.each(IN_OPTIONS.map((call, index) => [call, first + MISSPELT.length + index] as const))(
    "%s: one error of one line, with the tools of the policy and a suggestion",
    (_call, line) => {
      expect(texts.get(line)).toEqual([
        `Type '"get_setings"' is not assignable to type '${TOOLS} | ${pattern("list_")}'. Did you mean '"get_settings"'?`,
      ]);
    },
  );

  it("is the only error: known names and names of patterns compile", () => {
    expect([...texts.keys()]).toEqual(
      [...MISSPELT, ...IN_OPTIONS].map((_, index) => first + index),
    );
  });
});
