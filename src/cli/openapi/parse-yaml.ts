import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from "yaml";
import { tooDeep } from "./faults.js";
import { type Budget, failed, LIMITS, type Outcome } from "./limits.js";
import { type Places, type Position, yamlValue } from "./yaml-value.js";

/**
 * Own checks replace those of the library that take quadratic time (`uniqueKeys`) or count after the work (aliases). `schema` wins
 * over a `%YAML 1.1` directive. A tag outside of the core schema is a warning of the library and a fault here.
 */
const OPTIONS = {
  version: "1.2",
  schema: "core",
  uniqueKeys: false,
  prettyErrors: false,
  resolveKnownTags: false,
} as const;

/**
 * Parses YAML 1.2 text with one document: core schema, and merge keys (`yamlValue`).
 *
 * @param places - receives the positions of members and items
 */
export function parseYaml(text: string, budget: Budget, places?: Places): Outcome<unknown> {
  budget.yamlBytes -= Buffer.byteLength(text);
  const lines = new LineCounter();
  const tokens = budget.yamlBytes < 0 ? "too_large" : readTokens(text, lines, budget);
  if (tokens === "too_deep") return tooDeep();
  if (tokens === "too_large") {
    const { yamlBytes, yamlTokens } = LIMITS;
    const limits = `${yamlBytes / 1024 / 1024} MiB, ${yamlTokens} words and marks`;
    return failed("too_large", `too much YAML: at most ${limits} in all files; convert it to JSON`);
  }
  const fault = checkTokens(tokens);
  if (fault !== undefined) return fault;
  const { contents, problem } = compose(tokens, text.length);
  if (problem !== undefined) {
    const { message, offset } = problem;
    return failed("yaml_syntax", `invalid YAML: ${message}`, positionOf(offset, lines));
  }
  const placeOf = (offset: number) => positionOf(offset, lines);
  return yamlValue(contents, budget.nodes, placeOf, places);
}

/** An error or a warning of the library. */
interface Problem {
  readonly message: string;
  readonly offset: number;
}

/** The place of a problem, as the library gives it. */
type Place = number | readonly number[] | { readonly offset: number };

function offsetOf(place: Place): number {
  if (typeof place === "number") return place;
  const [begin] = Array.isArray(place) ? (place as readonly number[]) : [];
  return begin ?? (place as { readonly offset: number }).offset;
}

/**
 * Returns the contents of a syntax tree, and its first error, otherwise its first warning. The library would collect all of them: with an
 * error in every second character, a file of a megabyte takes a minute.
 */
function compose(
  tokens: readonly CST.Token[],
  length: number,
): { readonly contents: Document.Parsed["contents"]; readonly problem: Problem | undefined } {
  const composer = new Composer(OPTIONS);
  let warned: Problem | undefined;
  let first: Problem | undefined;
  // a private member of the library. If a version has another one, it collects all again, and `document.errors` has them
  const onError = (place: Place, _code: string, message: string, isWarning?: boolean) => {
    const problem = { message, offset: offsetOf(place) };
    if (isWarning === true) {
      warned ??= problem;
      return;
    }
    first ??= problem; // the library catches the exception on its way out, and reports it as a problem too
    throw new Error(message);
  };
  Object.assign(composer, { onError });
  const isError = ({ type }: CST.Token) => type === "error";
  const begin = tokens.find(isError);
  const wanted = tokens.filter((token) => token === begin || !isError(token));
  try {
    // with `forceDoc`, there is a document even if the text has only comments
    const [document] = [...composer.compose(wanted, true, length)] as [Document.Parsed];
    const [error] = [...document.errors, ...document.warnings];
    const problem = error && { message: error.message, offset: error.pos[0] };
    return { contents: document.contents, problem: first ?? problem ?? warned };
  } catch (error) {
    if (first === undefined) throw error;
    return { contents: null, problem: first };
  }
}

function positionOf(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Number of tokens that the parser has open beside those of the levels of a document. */
const OPEN_BESIDE_LEVELS = 8;

/** Returns the syntax tree of a text; a code for one with too many tokens or levels: the parser closes levels by recursion. */
function readTokens(
  text: string,
  lines: LineCounter,
  budget: Budget,
): CST.Token[] | "too_large" | "too_deep" {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    budget.yamlTokens -= 1;
    if (budget.yamlTokens < 0) return "too_large";
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > LIMITS.depth + OPEN_BESIDE_LEVELS) return "too_deep";
  }
  tokens.push(...parser.end());
  return tokens;
}

/** Returns the fault of a syntax tree that the composer, which is recursive, must not see; `undefined` without one. */
function checkTokens(tokens: readonly CST.Token[]): Outcome<unknown> | undefined {
  const documents = tokens.filter(({ type }) => type === "document");
  if (documents.length > 1) {
    return failed("several_documents", "several YAML documents in one file: expected one");
  }
  const open = documents.map((token) => ({ token, depth: -1 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > LIMITS.depth) {
      return tooDeep();
    }
    for (const inner of innerTokens(token)) open.push({ token: inner, depth: depth + 1 });
  }
  return undefined;
}

function innerTokens(token: CST.Token): readonly CST.Token[] {
  return valuesIn(token).filter((inner) => inner !== undefined && inner !== null);
}

function valuesIn(token: CST.Token): readonly (CST.Token | null | undefined)[] {
  switch (token.type) {
    case "document":
      return [token.value];
    case "block-map":
    case "block-seq":
    case "flow-collection":
      return token.items.flatMap(({ key, value }) => [key, value]);
    default:
      return [];
  }
}
