import { CONTROL } from "../grammar/shown-text.js";
/** Narrower than what a person cannot see: HTML allows the rest, and the texts of a policy may need it, such as joiners in a name. */
const CONTROLS = new RegExp(`(?![\\t\\n])${CONTROL.source}`, "gu");
const ENTITIES = new Map([
    ["&", "&amp;"],
    ["<", "&lt;"],
    [">", "&gt;"],
    ['"', "&quot;"],
    ["'", "&#39;"],
]);
/** Escapes a text for use between tags and in quoted attributes. Replaces control characters, which HTML does not allow. */
export function escapeHtml(text) {
    return text
        .replaceAll(CONTROLS, "\uFFFD")
        .replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character));
}
