import { loadPolicy } from "scope-policy";

/** @import { Workload } from "./workloads.mjs" */

/**
 * @typedef {object} Contender
 * @property {(text: string) => object} prepare - what a program holds of a token
 * @property {(held: object, tool: string, value: string | undefined) => boolean} known - decides about a token that is held
 * @property {(text: string, tool: string, value: string | undefined) => boolean} anew - decides about a text that was just parsed
 */

/** Loads the policy of a workload. @param {Workload} workload */
export function loadWorkload({ scopes, tools }) {
  return loadPolicy({
    name: "Bench",
    version: "1",
    scopes: Object.fromEntries(scopes.map((scope) => [scope, {}])),
    tools: Object.fromEntries([...tools].map(([tool, anyOf]) => [tool, { anyOf }])),
  });
}

/** Returns what a verified token contains. @param {string} scope */
export const claimsOf = (scope) => ({ scope, sub: "user-1", client_id: "app-1" });

/**
 * @param {Workload} workload
 * @returns {Contender}
 */
function scopePolicy(workload) {
  const policy = loadWorkload(workload);
  return {
    prepare: claimsOf,
    known: (held, tool, id) =>
      policy.decideUntrusted(held, tool, id === undefined ? undefined : { id }).allowed,
    // not `prepare`: if most objects of a literal survive, as those that are held do, V8 creates the next ones in the old part of the heap
    anew: (text, tool, id) => {
      const token = { scope: text, sub: "user-1", client_id: "app-1" };
      return policy.decideUntrusted(token, tool, id === undefined ? undefined : { id }).allowed;
    },
  };
}

/**
 * What one would write without a policy: a `Set` of the scopes of a token, and a `Map` from the tool to its scopes.
 *
 * @param {Workload} workload
 * @returns {Contender}
 */
function setAndMap({ tools }) {
  const prepare = (/** @type {string} */ text) => new Set(text.split(" "));
  /** @type {(held: object, tool: string, value: string | undefined) => boolean} */
  const known = (held, tool, value) => {
    const scopes = /** @type {ReadonlySet<string>} */ (held);
    const anyOf = tools.get(tool);
    if (anyOf === undefined) return false;
    if (value === undefined) return anyOf.some((scope) => scopes.has(scope));
    return anyOf.some((scope) => scopes.has(scope.replace("{id}", value)));
  };
  return { prepare, known, anew: (text, tool, value) => known(prepare(text), tool, value) };
}

/** @type {Readonly<Record<string, (workload: Workload) => Contender>>} */
export const CONTENDERS = { "scope-policy": scopePolicy, "Set and Map": setAndMap };
