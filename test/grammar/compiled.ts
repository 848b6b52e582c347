import { parseScopeToken, type ScopeTokenSyntax } from "../../src/grammar/scope-syntax.js";
import { compileTemplate, type Template } from "../../src/grammar/template.js";

/** Returns the parts of a scope-token. Throws for any other text. */
export function parseText(text: string): ScopeTokenSyntax {
  const result = parseScopeToken(text);
  if (!result.ok) throw new Error(`${JSON.stringify(text)}: ${result.reason}`);
  return result.token;
}

/** Returns the template of a scope-token. Throws for any other text. */
export function compileText(text: string): Template {
  return compileTemplate(parseText(text));
}
