import { loadPolicy } from "scope-policy";

const policy = loadPolicy({
  name: "Denials",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { a: {}, b: {}, "/x/{id}": {} },
  tools: {
    one: "a",
    all: { allOf: ["a", "b"] },
    tiered: { scope: "a", tier: "pro" },
    bound: "/x/{id}",
  },
});

/**
 * @typedef {object} Denial
 * @property {string} name
 * @property {() => boolean} allow - decides about a call that is allowed
 * @property {() => boolean} deny - decides about one that is not
 */

/** @type {(tool: string, token: object, params?: object) => () => boolean} */
const decide = (tool, token, params) => () => policy.decideUntrusted(token, tool, params).allowed;

/** The denials that are compared with an allowed call of the same tool. @type {readonly Denial[]} */
export const DENIALS = [
  {
    name: "one scope",
    allow: decide("one", { scope: "a" }),
    deny: decide("one", { scope: "b" }),
  },
  {
    name: "one of two scopes missing",
    allow: decide("all", { scope: "a b" }),
    deny: decide("all", { scope: "b" }),
  },
  {
    name: "a higher tier",
    allow: decide("tiered", { scope: "a", tier: "pro" }),
    deny: decide("tiered", { scope: "a", tier: "free" }),
  },
  {
    name: "a bound scope, another value",
    allow: decide("bound", { scope: "/x/1" }, { id: "1" }),
    deny: decide("bound", { scope: "/x/1" }, { id: "2" }),
  },
  {
    name: "a bound scope, none",
    allow: decide("bound", { scope: "/x/1" }, { id: "1" }),
    deny: decide("bound", { scope: "a" }, { id: "1" }),
  },
];
