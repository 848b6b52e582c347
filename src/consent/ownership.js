const UNBOUND = Object.freeze({ kind: "owned", labels: [] });
const FOREIGN = Object.freeze({ kind: "refused", why: "foreign", isOutage: false });
const UNKNOWN = Object.freeze({ kind: "refused", why: "foreign", isOutage: true });
const NEEDS_OWNS = Object.freeze({
    kind: "refused",
    why: "needs_owns",
    isOutage: false,
});
/** Creates the check whether this user may grant a bound scope. */
export function createOwnershipCheck(policy, account) {
    const ambiguous = ambiguousPlaceholders(policy);
    const { owns, resources = {} } = account ?? {};
    return ({ scope, values }) => {
        const { names } = scope.template;
        if (names.length === 0)
            return UNBOUND;
        if (owns !== undefined)
            return callOwns(owns, scope, values);
        if (names.length > 1 || names.some((name) => ambiguous.has(name)))
            return NEEDS_OWNS;
        const label = labelOf(resources, names[0], values[0]);
        return label === undefined ? FOREIGN : { kind: "owned", labels: [label] };
    };
}
function callOwns(owns, { name, template }, values) {
    const entries = template.names.map((placeholder, index) => [placeholder, values[index]]);
    try {
        const label = owns(name, Object.freeze(Object.fromEntries(entries)));
        if (typeof label !== "string" || label === "")
            return FOREIGN;
        return { kind: "owned", labels: template.names.map(() => label) };
    }
    catch {
        return UNKNOWN;
    }
}
function labelOf(resources, param, value) {
    const owned = Object.hasOwn(resources, param) ? resources[param] : undefined;
    return owned !== undefined && Object.hasOwn(owned, value) ? owned[value] : undefined;
}
/**
 * Returns the placeholder names that occur under two different prefixes. The `{id}` of `/accounts/{id}/…` and of `/photos/{id}/…` are
 * different types of resource, and a list of values by placeholder name cannot distinguish them.
 */
function ambiguousPlaceholders({ scopes }) {
    const prefixes = new Map();
    const ambiguous = new Set();
    for (const { template } of scopes) {
        for (const [index, name] of template.names.entries()) {
            const before = template.segments.slice(0, template.segments.indexOf(index));
            const prefix = [template.form, ...before].join(" ");
            if ((prefixes.get(name) ?? prefix) !== prefix)
                ambiguous.add(name);
            prefixes.set(name, prefix);
        }
    }
    return ambiguous;
}
