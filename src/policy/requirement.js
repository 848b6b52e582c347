import { printedScope } from "../grammar/scope-syntax.js";
import { ANY_TIER } from "./compiled-policy.js";
import { checkAccountTypes, rankOf, reportDuplicates } from "./conditions.js";
import { formatPath } from "./report.js";
import { intersection, merge } from "./rule.js";
import { isParamName } from "./tool-names.js";
function createOutermost() {
    return {
        tier: ANY_TIER,
        accountTypes: undefined,
        params: new Map(),
        outer: undefined,
        isUnclear: false,
    };
}
/** The members of which a requirement has exactly one. */
export const PARTS = ["scope", "allOf", "anyOf"];
/**
 * Returns the alternatives of a requirement in declared order: `anyOf` concatenates them, `allOf` combines each with each.
 * Reports undeclared, empty, duplicate and ambiguous parts, and returns the alternatives of the others.
 *
 * @param isDry - whether the requirement is only checked, because its alternatives exceed a limit
 */
export function readRequirement(written, path, reading, isDry) {
    return expand(written, path, createOutermost(), { ...reading, isDry });
}
/** Returns the conditions of an entry without a requirement (`authenticated`) as an alternative without scopes. */
export function readConditions(written, path, reading) {
    const { tier, accountTypes } = createInherited(written, path, createOutermost(), reading);
    return { uses: [], tier, accountTypes };
}
function expand(written, path, outer, reading) {
    if (written === undefined)
        return unreadable(outer);
    if (typeof written === "string")
        return useOf(written, path, outer, reading);
    const given = PARTS.filter((part) => written[part] !== undefined);
    const inner = createInherited(written, path, outer, reading);
    // an invalid part was removed, with a finding of its own
    if (given.length === 0 && reading.report.damaged.has(formatPath(path)))
        return unreadable(inner);
    if (given.length !== 1) {
        const message = given.length === 0
            ? "missing requirement: give one of `scope`, `allOf` and `anyOf`"
            : `\`${given.join("` and `")}\` together are ambiguous: nest them, as in { allOf: ["a", { anyOf: ["b", "c"] }] }`;
        reading.report.add(given.length === 0 ? "empty_requirement" : "ambiguous_requirement", path, message);
        return [];
    }
    const drafts = expandPart(written, path, inner, reading);
    for (const { used, path: at } of inner.params.values()) {
        if (!used && !inner.isUnclear)
            reading.report.add("unused_param", at, "no scope of this requirement has this placeholder");
    }
    return drafts;
}
function expandPart(written, path, inner, reading) {
    const { scope, anyOf } = written;
    const expandList = (list, key) => {
        reportDuplicates(list, [...path, key], reading.report, (part) => canonical(part));
        return list.map((part, index) => expand(part, [...path, key, index], inner, reading));
    };
    if (scope !== undefined)
        return useOf(scope, [...path, "scope"], inner, reading);
    if (anyOf !== undefined)
        return expandList(anyOf, "anyOf").flat();
    const lists = expandList(written.allOf, "allOf");
    return reading.isDry ? [] : productOf(lists, reading.budget);
}
/** Returns every combination of one draft from each list, in declared order: the choice from the last list changes first. */
function productOf(lists, budget) {
    const count = lists.reduce((product, list) => product * list.length, 1);
    return Array.from({ length: count }, (_, number) => {
        const chosen = [];
        let rest = number;
        for (const list of lists.toReversed()) {
            chosen.push(list[rest % list.length]);
            rest = Math.floor(rest / list.length);
        }
        return merge(chosen.reverse(), budget);
    });
}
/** Returns a text that is equal for equal requirements. `"a"` and `{ scope: "a" }` are equal. */
function canonical(written) {
    if (typeof written !== "object")
        return printedScope(written);
    const { scope, ...rest } = written;
    const bare = scope !== undefined && Object.keys(rest).length === 0;
    return bare ? printedScope(scope) : JSON.stringify(written);
}
function createInherited(written, path, outer, { conditions, report, budget }) {
    const tier = rankOf(written.tier, conditions, [...path, "tier"], report);
    const types = checkAccountTypes(written.accountTypes, conditions, [...path, "accountTypes"], report);
    const params = new Map();
    for (const [placeholder, param] of Object.entries(written.params ?? {})) {
        const renaming = { param, path: [...path, "params", placeholder], used: false };
        if (!isParamName(param)) {
            report.add("param_name", renaming.path, `invalid parameter name \`${param}\`: expected 1 to 128 characters of \`A-Z a-z 0-9 _ . -\``);
        }
        params.set(placeholder, renaming);
    }
    return {
        tier: Math.max(outer.tier, tier),
        accountTypes: intersection(outer.accountTypes, types, budget),
        params,
        outer,
        isUnclear: false,
    };
}
function useOf(name, path, frame, reading) {
    const scope = reading.table.find(name, path);
    if (scope === undefined)
        return unreadable(frame);
    const params = scope.template.names.map((placeholder) => paramOf(placeholder, frame));
    return [{ uses: [{ scope, params }], tier: frame.tier, accountTypes: frame.accountTypes }];
}
/**
 * Returns no alternatives for a part with a finding. Marks the renamings around it as unclear, because they may be meant for it.
 */
function unreadable(frame) {
    for (let at = frame; at?.isUnclear === false; at = at.outer) {
        at.isUnclear = true;
    }
    return [];
}
/** Returns the parameter that fills a placeholder: that of the nearest renaming, otherwise the one of the same name. */
function paramOf(placeholder, frame) {
    for (let at = frame; at !== undefined; at = at.outer) {
        const renaming = at.params.get(placeholder);
        if (renaming === undefined)
            continue;
        renaming.used = true;
        return renaming.param;
    }
    return placeholder;
}
