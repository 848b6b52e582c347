import { parseScopeToken } from "../../src/grammar/scope-syntax.js";
import { compileTemplate, type Template } from "../../src/grammar/template.js";

/** The template of a text that is a scope-token. */
export function compiled(text: string): Template {
  const result = parseScopeToken(text);
  if (!result.ok) throw new Error(`${JSON.stringify(text)}: ${result.reason}`);
  return compileTemplate(result.token);
}
