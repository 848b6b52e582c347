import { PolicyError } from "../errors.js";
import { anyText } from "../grammar/any-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { bindCompiled } from "../grammar/template.js";
import { bundleScopes } from "./bundles.js";
import { checkOptions, isBoolean, optional } from "./option-checks.js";
import { escapeControls } from "./report.js";
import { expandScope, missingScope, reduceScope } from "./scope-meanings.js";
import { hintAt } from "./suggest.js";
const MEANING_CHECKS = { firstParty: optional(isBoolean) };
function readFirstParty(options) {
    if (options === undefined)
        return false;
    return checkOptions("reading a scope", options, MEANING_CHECKS).firstParty === true;
}
/** Creates the members of a policy that concern its scopes. */
export function createPolicyScopes(policy) {
    const shown = [...policy.operations.values()].filter(({ hidden }) => !hidden);
    const named = (kind) => Object.freeze(shown.filter((one) => one.kind === kind).map(({ name }) => name));
    const offered = policy.scopes.filter(({ reserved }) => !reserved);
    const scopesByName = new Map(policy.scopes.map((scope) => [scope.name, scope]));
    const missing = (granted, wanted, options) => missingScope(policy, granted, wanted, readFirstParty(options));
    return {
        scopeNames: Object.freeze(offered.map(({ name }) => name)),
        toolNames: named("tool"),
        endpointNames: named("endpoint"),
        expand: (scope, options) => expandScope(policy, scope, readFirstParty(options)),
        covers: (granted, wanted, options) => missing(granted, wanted, options) === "",
        missing,
        reduce: (scope, options) => reduceScope(policy, scope, readFirstParty(options)),
        bundleScope: (bundle) => {
            const listed = new Set([...bundleScopes(policy, bundle), ...policy.baseline]);
            const given = offered.filter((scope) => listed.has(scope) && scope.template.names.length === 0);
            return given.map(({ name }) => name).join(" ");
        },
        bindScope: (scope, values) => {
            const declared = scopesByName.get(printedScope(scope));
            if (declared !== undefined)
                return bindCompiled(declared.template, values);
            const text = anyText(scope);
            const message = `the policy declares no scope \`${text}\`${hintAt(text, "scopes", scopesByName)}`;
            throw new PolicyError("ERR_SCOPE_INVALID", escapeControls(message));
        },
    };
}
