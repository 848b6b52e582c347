import { ANY_TIER, } from "./compiled-policy.js";
import { denyByPattern } from "./denials.js";
import { withoutPrototype } from "./own-members.js";
import { patternMatcher } from "./pattern.js";
import { formatPath } from "./report.js";
import { PARTS, readConditions, readRequirement } from "./requirement.js";
import { checkRequirementSizes, excessOf, sizeOfOperation } from "./requirement-size.js";
import { buildRouter, endpointIdentity, isEndpoint, MAX_PATH_LENGTH, METHODS, parseEndpoint, } from "./route.js";
import { compileRule, createRuleBudget, merge } from "./rule.js";
import { isPattern, toolKeyError } from "./tool-names.js";
/** Compiles `tools` and `endpoints` of a definition. */
export function compileOperations(definition, baseline, reading) {
    const { report } = reading;
    const tools = Object.entries(definition.tools ?? {});
    const endpoints = Object.entries(definition.endpoints ?? {});
    const hasRoom = checkRequirementSizes([
        ...tools.map(([name, entry]) => [["tools", name], sizeOfOperation(entry, baseline.length)]),
        ...endpoints.map(([name, entry]) => [["endpoints", name], sizeOfOperation(entry, 0)]),
    ], report);
    const ofTools = { ...reading, hasRoom, always: draftFromScopes(baseline) };
    const ofEndpoints = { ...reading, hasRoom, always: draftFromScopes([]) };
    const operations = new Map();
    const patterns = [];
    for (const [name, entry] of tools) {
        const path = ["tools", name];
        const fault = toolKeyError(name);
        if (fault !== undefined)
            report.add(isPattern(name) ? "pattern_syntax" : "tool_name", path, fault);
        const operation = compileOperation(name, "tool", entry, path, ofTools);
        if (fault !== undefined || operation === undefined)
            continue;
        if (isPattern(name))
            patterns.push({ matches: patternMatcher(name), operation });
        else
            operations.set(name, operation);
    }
    denyByPattern(operations, patterns, report);
    const routes = readEndpoints(endpoints, report).flatMap(({ name, endpoint, entry }) => {
        const target = compileOperation(name, "endpoint", entry, ["endpoints", name], ofEndpoints);
        if (target === undefined || endpoint === undefined)
            return [];
        operations.set(name, target);
        return [{ endpoint, target }];
    });
    return { operations, patterns, router: buildRouter(routes) };
}
/** Returns scopes without placeholders as one way to satisfy a requirement. */
function draftFromScopes(scopes) {
    return {
        uses: scopes.map((scope) => ({ scope, params: [] })),
        tier: ANY_TIER,
        accountTypes: undefined,
    };
}
/** Compiles a tool that needs a baseline alone. */
export function compileBaseline(baseline) {
    const rule = compileRule([draftFromScopes(baseline)], createRuleBudget());
    const base = { name: "baseline", kind: "tool", hidden: false, denial: undefined };
    return { ...base, rules: [rule], params: NO_PARAMS, public: false };
}
function readEndpoints(endpoints, report) {
    const seen = new Map();
    return endpoints.map(([name, entry]) => {
        const path = ["endpoints", name];
        const endpoint = parseEndpoint(name);
        if (!isEndpoint(endpoint)) {
            const { code, message, method } = endpoint;
            report.add(code, path, message, (suggest) => method && suggest(method, METHODS));
            return { name, endpoint: undefined, entry };
        }
        const { length } = name.slice(endpoint.method.length + 1);
        if (length > MAX_PATH_LENGTH) {
            const message = `a path of ${length} characters: at most ${MAX_PATH_LENGTH} are allowed in a request`;
            report.add("too_large", path, message);
            return { name, endpoint: undefined, entry };
        }
        const identity = endpointIdentity(endpoint);
        const twin = seen.get(identity);
        if (twin !== undefined) {
            report.add("duplicate_endpoint", path, `same endpoint as \`${twin}\`: a router may ignore parameter names and letter case`);
        }
        seen.set(identity, name);
        return { name, endpoint, entry };
    });
}
/** Members of an entry, but not of a nested requirement. They exclude a requirement and each other. */
const KINDS = ["deny", "public", "authenticated"];
const NO_PARAMS = Object.freeze([]);
const CONDITIONS = ["tier", "accountTypes", "params"];
function compileOperation(name, kind, entry, path, around) {
    const options = typeof entry === "string" ? withoutPrototype({ scope: entry }) : entry;
    if (!checkKind(options, path, around))
        return undefined;
    const base = { name, kind, hidden: options.hidden === true, denial: options.deny };
    if (options.deny !== undefined)
        return { ...base, rules: [], params: NO_PARAMS, public: false };
    const rule = compileEntry(entry, options, path, around);
    return {
        ...base,
        rules: [rule],
        params: Object.freeze(rule.params.map((param) => param.name)),
        public: rule.public,
    };
}
function compileEntry(entry, options, path, around) {
    const { table, report, budget, always, hasRoom } = around;
    if (options.public === true) {
        const at = [...path, "enrichedBy"];
        const scope = options.enrichedBy === undefined ? undefined : table.find(options.enrichedBy, at);
        if (scope !== undefined)
            checkNoPlaceholder(scope, at, around);
        const enriched = scope && draftFromScopes([scope]);
        return compileRule([], budget, { enriched });
    }
    const excess = excessOf(sizeOfOperation(entry, always.uses.length));
    if (excess !== undefined) {
        const [code, message] = excess;
        report.add(code, path, message);
        return compileRule([], budget);
    }
    const drafts = options.authenticated === true
        ? [readConditions(options, path, around)]
        : readRequirement(entry, path, around, !hasRoom);
    const settled = hasRoom ? drafts.map((draft) => merge([draft, always], budget)) : [];
    return compileRule(settled, budget);
}
/** Reports a placeholder of a scope in a place where no parameter can fill it. */
export function checkNoPlaceholder(scope, path, { report }) {
    if (scope.template.names.length > 0) {
        report.add("placeholder", path, `\`${scope.name}\` has a placeholder, which no parameter can fill here`);
    }
}
/** Returns whether an entry is either a requirement or one of the kinds. Reports the members that do not fit. */
function checkKind(options, path, { report }) {
    const kinds = KINDS.filter((kind) => options[kind] !== undefined);
    const [kind] = kinds;
    const isStray = options.enrichedBy !== undefined && options.public === undefined;
    if (isStray && !report.removed.has(formatPath([...path, "public"]))) {
        report.add("mixed_operation", [...path, "enrichedBy"], "`enrichedBy` requires `public: true`");
    }
    if (kind === undefined)
        return true;
    const parts = PARTS.filter((part) => options[part] !== undefined);
    const gates = CONDITIONS.filter((gate) => options[gate] !== undefined);
    const allowed = kind === "authenticated" ? ["tier", "accountTypes"] : [];
    const extra = [...kinds.slice(1), ...parts, ...gates].filter((key) => !allowed.includes(key));
    for (const key of extra) {
        report.add("mixed_operation", [...path, key], `\`${key}\` and \`${kind}\` cannot be combined`);
    }
    return extra.length === 0;
}
