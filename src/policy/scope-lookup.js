import { scopeForm, splitSegments } from "../grammar/scope-syntax.js";
import { bindTemplate, matchTemplate, shapeOf, skeleton, } from "../grammar/template.js";
/**
 * The rules for comparing a scope token with the names of a policy. `exact` compares whole tokens, case-sensitive. To add a rule,
 * add a row and set `matching` of the names that use it.
 */
const MATCHING_RULES = { exact: exactLookup };
/** Creates the lookups of a policy: one for each matching rule. */
export function buildLookups(names) {
    return Object.entries(MATCHING_RULES).map(([rule, lookup]) => lookup(names.filter(({ matching }) => matching === rule)));
}
function namedScopes(hits) {
    return Object.freeze({
        size: hits.length,
        forEach: (visit) => {
            for (const { scope, values } of hits)
                visit(scope, values);
        },
    });
}
/** Returns the names with placeholders by their text. Two scopes may replace the same name. */
export function templatesByName(names) {
    const templates = new Map();
    for (const name of names)
        if (name.template.names.length > 0)
            push(templates, name.text, name);
    return templates;
}
const NOTHING = namedScopes([]);
/**
 * Creates a lookup of exact names. It reads one table, and one more for each template shape that matches the text, but never each
 * name.
 */
function exactLookup(names) {
    const literalHits = new Map();
    const shapes = new Map();
    for (const name of names) {
        const { template, scope } = name;
        if (template.names.length === 0) {
            push(literalHits, bindTemplate(template, []), { scope, values: [] });
            continue;
        }
        const shape = shapeOf(template);
        const id = shapeId(shape);
        const entry = shapes.get(id) ?? { shape, byKey: new Map() };
        shapes.set(id, entry);
        push(entry.byKey, skeleton(template.segments, shape.holes), name);
    }
    const literals = new Map([...literalHits].map(([text, hits]) => [text, namedScopes(hits)]));
    const byShape = [...shapes.values()];
    return (text) => {
        const literal = literals.get(text);
        if (literal !== undefined || byShape.length === 0)
            return literal ?? NOTHING;
        const form = scopeForm(text);
        const segments = splitSegments(form, text);
        const hits = byShape.flatMap(({ shape, byKey }) => {
            if (shape.form !== form || shape.length !== segments.length)
                return [];
            return (byKey.get(skeleton(segments, shape.holes)) ?? []).flatMap((name) => {
                const values = matchTemplate(name.template, form, segments);
                if (values === undefined)
                    return [];
                return [{ scope: name.scope, values: name.values.map((index) => values[index]) }];
            });
        });
        return hits.length === 0 ? NOTHING : namedScopes(hits);
    };
}
/** Returns a text that is equal for equal shapes. */
function shapeId({ form, length, holes }) {
    return `${form} ${length} ${holes.join(" ")}`;
}
function push(map, key, value) {
    const list = map.get(key);
    if (list === undefined)
        map.set(key, [value]);
    else
        list.push(value);
}
