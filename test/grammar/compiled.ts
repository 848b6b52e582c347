import { parseScopeToken } from "../../src/grammar/scope-syntax.js";
import { compileTemplate, type Template } from "../../src/grammar/template.js";

/** Returns the template of a scope-token. Throws for any other text. */
export function compileText(text: string): Template {
  const result = parseScopeToken(text);
  if (!result.ok) throw new Error(`${JSON.stringify(text)}: ${result.reason}`);
  return compileTemplate(result.token);
}
