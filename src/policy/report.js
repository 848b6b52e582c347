import { escapeInvisible } from "../grammar/shown-text.js";
import { withoutPrototype } from "./own-members.js";
import { nearest } from "./suggest.js";
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
/** Maximum number of characters in the path of a finding. The name of an endpoint may have 8,192. */
const MAX_PATH_LENGTH = 10_000;
/** Formats a path: `["tools", "get_settings", "anyOf", 0]` becomes `tools.get_settings.anyOf[0]`. */
export function formatPath(path) {
    let text = "";
    for (const step of path) {
        if (typeof step === "number")
            text += `[${step}]`;
        else {
            const key = truncate(step, MAX_PATH_LENGTH);
            if (IDENTIFIER.test(key))
                text += text === "" ? key : `.${key}`;
            else
                text += `[${JSON.stringify(key)}]`;
        }
        if (text.length > MAX_PATH_LENGTH)
            break;
    }
    return truncate(text, MAX_PATH_LENGTH);
}
function truncate(text, most) {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
/** Maximum number of listed findings. */
const MAX_FINDINGS = 1_000;
/** Maximum number of findings with a suggestion. */
const MAX_SUGGESTIONS = 100;
/** Maximum number of steps for all suggestions of one report, see {@link nearest}. */
const MAX_SUGGESTION_STEPS = 20_000_000;
/** The code of the last finding if some are only counted. */
export const MORE_FINDINGS = "more_findings";
/** Maximum number of characters of a message, and of a path in the text of an error. */
const MAX_MESSAGE_LENGTH = 1_024;
/** Creates an empty report. */
export function createReport() {
    const findings = [];
    const removed = new Set();
    const damaged = new Set();
    const steps = { left: MAX_SUGGESTION_STEPS };
    const suggest = (name, candidates) => nearest(name, candidates, steps);
    let more = 0;
    let isStopped = false;
    return {
        findings,
        removed,
        damaged,
        remove(path) {
            removed.add(formatPath(path));
            damaged.add(formatPath(path.slice(0, -1)));
        },
        get isFull() {
            return findings.length >= MAX_FINDINGS;
        },
        add(code, path, message, meant) {
            if (findings.length >= MAX_FINDINGS) {
                more += 1;
                return;
            }
            const suggestion = findings.length < MAX_SUGGESTIONS ? meant?.(suggest) : undefined;
            const text = typeof message === "string" ? message : message(suggestion);
            const finding = {
                code,
                path: formatPath(path),
                message: escapeControls(truncate(text, MAX_MESSAGE_LENGTH)),
            };
            findings.push(Object.freeze(suggestion === undefined ? finding : { ...finding, suggestion }));
        },
        stop() {
            isStopped = true;
        },
        close() {
            if (more === 0 && !isStopped)
                return Object.freeze(findings);
            const counted = isStopped ? `more than ${more} further findings` : `${more} further findings`;
            const message = `and ${more === 0 ? "further findings" : counted}, which are not listed`;
            return Object.freeze([
                ...findings,
                Object.freeze({ code: MORE_FINDINGS, path: "", message }),
            ]);
        },
    };
}
/**
 * Returns a text with control, format and line separator characters escaped. Messages quote names from outside, which can have
 * them.
 */
export function escapeControls(text) {
    return escapeInvisible(text);
}
/**
 * Returns the message of an error with findings: their number, then one line for each with its place and suggestion.
 *
 * @param subject - what has the findings, as a noun phrase: `the app`, `the options of the gate`
 */
export function describeFindings(findings, subject = "the policy") {
    const lines = findings.map(withoutPrototype).map(({ path, message, suggestion }) => {
        const where = path === "" ? "" : `${truncate(path, MAX_MESSAGE_LENGTH)}: `;
        const meant = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
        return escapeControls(`  ${where}${message}${meant}`);
    });
    const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
    const listed = findings.at(-1)?.code === MORE_FINDINGS ? `more than ${findings.length - 1} findings` : count;
    return `${listed} in ${subject}\n${lines.join("\n")}`;
}
