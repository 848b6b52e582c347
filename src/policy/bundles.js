import { PolicyError } from "../errors.js";
import { anyText } from "../grammar/any-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { isScopeList } from "./compile.js";
import { escapeControls } from "./report.js";
import { hintAt } from "./suggest.js";
/**
 * Returns the scopes of a bundle by its name: see {@link bundleMembers}.
 *
 * @throws {@link PolicyError} `ERR_BUNDLE_UNKNOWN` if the policy does not declare the bundle
 */
export function bundleScopes({ definition, scopes }, name) {
    const bundles = new Map(Object.entries(definition.bundles ?? {}));
    const text = anyText(name);
    const bundle = bundles.get(text);
    if (bundle === undefined) {
        const message = `the policy has no bundle \`${text}\`${hintAt(text, "bundles", bundles)}`;
        throw new PolicyError("ERR_BUNDLE_UNKNOWN", escapeControls(message));
    }
    return bundleMembers(bundle, scopes).members;
}
/** Returns what a bundle contains: the scopes that it lists, or every scope that is neither reserved nor an exception. */
export function bundleMembers(bundle, scopes) {
    if (isScopeList(bundle)) {
        const byName = new Map(scopes.map((scope) => [scope.name, scope]));
        // a policy compiles only if it declares each name
        const members = bundle.map((name) => byName.get(printedScope(name)));
        return { members, except: undefined };
    }
    const except = (bundle.except ?? []).map(printedScope);
    const excluded = new Set(except);
    const members = scopes.filter(({ name, reserved }) => !reserved && !excluded.has(name));
    return { members, except };
}
