import { accessTokenFromClaims } from "scope-policy/verify";
import { claimsOf, loadWorkload } from "./contenders.mjs";
import { WORKLOADS } from "./workloads.mjs";

/**
 * A check that is bound to an operation at startup: there is no name to look up.
 *
 * @typedef {object} BoundCheck
 * @property {string} name
 * @property {(text: string) => object} prepare - what a program holds of a token
 * @property {(tool: string) => unknown} bind
 * @property {(token: never, operation: never) => boolean} decide
 */

const create = /** @type {() => import("./workloads.mjs").Workload} */ (WORKLOADS["loopwise"]);
const workload = create();
const { scopes, tools, texts, requests } = workload;
const policy = loadWorkload(workload);
const bits = new Map(scopes.map((scope, index) => [scope, 1 << index]));
/** @type {(names: readonly string[]) => number} */
const bitsOf = (names) => names.reduce((sum, name) => sum | (bits.get(name) ?? 0), 0);

const bind = (/** @type {string} */ tool) => policy.operation(tool);
/** Returns a function of its own for each kind of token, as in two programs. @type {() => BoundCheck["decide"]} */
const createDecide = () => (token, operation) =>
  /** @type {{ decide: (token: object) => { allowed: boolean } }} */ (operation).decide(token)
    .allowed;

/**
 * The lower limit comes first: one bit for each scope, and no name, no reason, no check of what a token is. It takes one or two nanoseconds, and
 * differs by more than a third between two runs. So the ratios are to the second one: what one would write with a `Set` for each token, if
 * the handler holds its list of scopes since startup.
 *
 * @type {readonly BoundCheck[]}
 */
export const BOUND_CHECKS = [
  {
    name: "bits by hand",
    prepare: (text) => ({ bits: bitsOf(text.split(" ")) }),
    bind: (tool) => ({ bits: bitsOf(tools.get(tool) ?? []) }),
    /** @type {(token: { bits: number }, operation: { bits: number }) => boolean} */
    decide: (token, operation) => (token.bits & operation.bits) !== 0,
  },
  {
    name: "Set and list",
    prepare: (text) => new Set(text.split(" ")),
    bind: (tool) => tools.get(tool) ?? [],
    /** @type {(token: ReadonlySet<string>, operation: readonly string[]) => boolean} */
    decide: (token, operation) => operation.some((scope) => token.has(scope)),
  },
  {
    name: "a token that the library made",
    prepare: (scope) => accessTokenFromClaims(claimsOf(scope)) ?? {},
    bind,
    decide: createDecide(),
  },
  {
    name: "a token of the caller",
    prepare: claimsOf,
    bind,
    decide: createDecide(),
  },
];

export const BOUND_REQUESTS = requests.filter(({ tool }) => tools.has(tool));
export const BOUND_TEXTS = texts;
