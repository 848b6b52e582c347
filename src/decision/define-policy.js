import { PolicyError } from "../errors.js";
import { compilePolicy, compilePolicyText } from "../policy/compile.js";
import { brandPolicy } from "../policy/compiled-policies.js";
import { compileBaseline } from "../policy/operations.js";
import { createPolicyScopes } from "../policy/policy-scopes.js";
import { escapeControls } from "../policy/report.js";
import { nearest } from "../policy/suggest.js";
import { AccessDenied } from "./access-denied.js";
import { storeBaselineDecider } from "./baseline.js";
import { createDecider, decide, decideOperation, operationOf } from "./decide.js";
import { UNKNOWN_OPERATION } from "./decision.js";
import { findEndpoint } from "./find-endpoint.js";
import { listTools, storeToolLister } from "./list-tools.js";
import { prepareOperation } from "./prepare.js";
export function definePolicy(definition) {
    return createPolicy(compilePolicy(definition));
}
/**
 * Creates a policy from data that is known at run time only: an object of the shape that `definePolicy` takes, or JSON text.
 * In JSON text, a byte order mark, a duplicate key and trailing text are findings.
 *
 * The names have no types. To type them, pass the type of the definition, as `scope-policy types FILE` writes it:
 * `loadPolicy<Definition>(source)`. The source is not compared with this type.
 *
 * @throws {@link PolicyError} `ERR_POLICY_INVALID` with every finding at once
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy('{ "name": "Shop", "version": "1", "scopes": {}, "tools": { "ping": { "public": true } } }');
 * policy.decide(undefined, "ping").allowed; // true
 * ```
 */
export function loadPolicy(source) {
    const compiled = typeof source === "string" ? compilePolicyText(source) : compilePolicy(source);
    return createPolicy(compiled);
}
function createPolicy(compiled) {
    const decider = createDecider(compiled);
    const { definition } = compiled;
    const policy = {
        name: definition.name,
        version: definition.version,
        definition,
        ...createPolicyScopes(compiled),
        decide: (token, tool, params) => decide(decider, token, tool, params),
        decideUntrusted: (token, name, params) => decide(decider, token, name, params),
        authorize: (token, tool, params) => tokenOrThrow(token, decide(decider, token, tool, params)),
        decideRequest: (token, request) => decideRequest(decider, token, request),
        findEndpoint: (request) => findEndpoint(compiled, request),
        toolsFor: (token) => listTools(decider, token),
        operation: (name) => resolve(decider, name),
    };
    let baseline;
    storeBaselineDecider(policy, (token) => {
        baseline ??= prepareOperation(compileBaseline(compiled.baseline));
        return decideOperation(decider, baseline, token, {});
    });
    storeToolLister(policy, (token) => listTools(decider, token, true));
    return Object.freeze(brandPolicy(policy, compiled));
}
function tokenOrThrow(token, decision) {
    if (!decision.allowed)
        throw new AccessDenied(decision);
    return token;
}
function decideRequest(decider, token, request) {
    const match = findEndpoint(decider.policy, request);
    const operation = match && decider.operations.get(match.name);
    if (match === undefined || operation === undefined)
        return UNKNOWN_OPERATION;
    return decideOperation(decider, operation, token, match.params);
}
function resolve(decider, name) {
    const operation = operationOf(decider, name);
    if (operation === undefined) {
        const shown = typeof name === "string" ? name : typeof name;
        const meant = nearest(shown, decider.operations.keys());
        const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
        throw new PolicyError("ERR_OPERATION_UNKNOWN", escapeControls(`the policy has no operation \`${shown}\`${hint}`));
    }
    const decideIt = (token, params) => decideOperation(decider, operation, token, params);
    return Object.freeze({
        name,
        params: operation.params,
        decide: decideIt,
        authorize: (token, params) => tokenOrThrow(token, decideIt(token, params)),
    });
}
