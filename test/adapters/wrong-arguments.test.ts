import Router from "@koa/router";
import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { fetchGate } from "scope-policy/fetch";
import { honoGate } from "scope-policy/hono";
import { koaGate } from "scope-policy/koa";
import { mcpGate, protect } from "scope-policy/mcp";
import { scopePolicyGuard } from "scope-policy/nest";
import { describe, expect, it } from "vitest";

const policy = loadPolicy({ name: "School", version: "1", scopes: { "school:read": {} } });
const authorizer = createAuthorizer({ policy, verify: () => undefined });

type Gate = (authorizer: never) => unknown;
const GATES = Object.entries({
  expressGate,
  fetchGate,
  honoGate,
  koaGate,
  mcpGate,
  scopePolicyGuard,
  protect: (given: never) => protect({} as never, { authorizer: given }),
}) as (readonly [string, Gate])[];

const messageOf = (run: () => unknown): string => {
  try {
    run();
    return "no error";
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

describe("a value in the place of the authorizer", () => {
  it.each(GATES)("is refused by %s with the function that creates one", (name, gate) => {
    // `protect` takes its authorizer as an option, which can be left out but not be `undefined`
    const values = [
      null,
      "",
      {},
      policy,
      { authorizer },
      ...(name === "protect" ? [] : [undefined]),
    ];
    for (const value of values) {
      expect(messageOf(() => gate(value as never))).toMatch(
        /^ERR_OPTIONS_INVALID: .*expected an authorizer of `createAuthorizer`/s,
      );
    }
  });
});

describe("`assertCovers` of Express", () => {
  it.each([undefined, null, "app", {}, new Router(), () => undefined])(
    "refuses %s, which is neither an application nor a router",
    (app) => {
      expect(messageOf(() => expressGate(authorizer).assertCovers(app as never))).toBe(
        "ERR_OPTIONS_INVALID: expected an Express application or router",
      );
    },
  );
});
