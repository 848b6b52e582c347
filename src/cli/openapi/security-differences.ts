import { isObject } from "../../grammar/is-object.js";
import type { ReportNote } from "../source/source.js";
import type { JsonObject } from "./document.js";
import { effectiveSecurity, type SchemeTable } from "./read-schemes.js";
import { SCHEMES, securitiesOf } from "./security-of.js";
import type { Placed } from "./settle-shapes.js";

/**
 * Notes each operation whose `security` differs from what an export writes for the rule in its extension: one of the two was edited.
 *
 * @param definition - the definition, which loads as a policy if it has no findings
 */
export function noteDifferences(
  definition: unknown,
  placed: Placed,
  root: JsonObject,
  schemes: SchemeTable,
  note: (note: ReportNote) => void,
): void {
  const extended = [...placed].filter(
    ([, { isExtended, denial }]) => isExtended && denial === undefined,
  );
  const expected = extended.length === 0 ? undefined : securitiesOf(definition);
  if (expected === undefined) return;
  const isScopes = (name: string) => (schemes.find(name)?.kind ?? "unsupported") !== "unsupported";
  for (const [key, { source, outcome }] of extended) {
    const written = formOf(effectiveSecurity(root, source.operation), isScopes);
    const exported = formOf(expected.get(key), (name) => name === SCHEMES.scopes);
    if (written === exported) continue;
    const message =
      "its `security` differs from what an export writes for the rule in `x-scope-policy`, which decides: one of the two was edited";
    note({ outcome, subject: source.label, code: "security_differs", message });
  }
}

/** Returns a text that is equal for two values of `security` with the same alternatives, whatever their schemes of scopes are named. */
function formOf(security: unknown, isScopes: (name: string) => boolean): string {
  if (!Array.isArray(security)) return "";
  const alternatives = security.map((written) => {
    const entries = isObject(written) ? Object.entries(written) : [];
    const scopes = entries.flatMap(([name, list]) =>
      isScopes(name) && Array.isArray(list) ? list.map(String) : [],
    );
    const others = entries.map(([name]) => name).filter((name) => !isScopes(name));
    const hasScheme = entries.length > others.length;
    return JSON.stringify([hasScheme, [...new Set(scopes)].sort(), others.sort()]);
  });
  return `[${[...new Set(alternatives)].sort().join()}]`;
}
