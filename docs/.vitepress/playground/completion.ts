import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import { type Candidate, keysAt, valuesAt } from "./schema.js";
import { type JsonPath, keyOf, keysOf, pathOf, type SyntaxNode, type TextRange } from "./syntax.js";

/** Maximum number of proposals. */
const MAX_PROPOSALS = 1_000;

/** What can be written at the cursor: a key of an object, or a value. */
interface Place extends TextRange {
  readonly kind: "key" | "value";
  /** The path of the object, or of the value. */
  readonly path: JsonPath;
  /** The keys that the object has already. */
  readonly used: readonly string[];
  /** Whether a key already has its colon. */
  readonly hasValue: boolean;
}

/** Returns a function that proposes the keys and values that a JSON Schema allows at the cursor. */
export function completeFrom(
  schemaOf: () => object | undefined,
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const schema = schemaOf();
    const place = placeAt(context.state, context.pos);
    if (schema === undefined || place === undefined) return null;
    // between two tokens, only on request
    if (place.from === place.to && !context.explicit) return null;
    const candidates = (place.kind === "key" ? keysAt : valuesAt)(schema, place.path);
    const options = candidates
      .filter(({ label }) => place.kind === "value" || !place.used.includes(label))
      .slice(0, MAX_PROPOSALS)
      .map((candidate) => optionOf(candidate, place));
    return options.length === 0 ? null : { from: place.from, to: place.to, options, filter: true };
  };
}

function optionOf({ label, description }: Candidate, { kind, hasValue }: Place): Completion {
  const isText = kind === "key" || !/^(?:true|false|null|-?\d.*)$/.test(label);
  const written = isText ? JSON.stringify(label) : label;
  return {
    // the text that is replaced begins with a quotation mark, and so does what is compared with it
    label: written,
    displayLabel: label,
    apply: kind === "key" && !hasValue ? `${written}: ` : written,
    type: kind === "key" ? "property" : "constant",
    ...(description !== undefined && { info: description }),
  };
}

function placeAt(state: EditorState, pos: number): Place | undefined {
  const node = syntaxTree(state).resolveInner(pos, -1);
  const inside =
    node.from < pos && (node.to > pos || !state.sliceDoc(node.from + 1, node.to).endsWith('"'));
  if (node.name === "PropertyName" && inside) return keyPlace(state, node, node);
  if (node.name === "String" && inside) return valuePlace(pathOf(state, node), node);
  return betweenTokens(state, node, pos);
}

function keyPlace(state: EditorState, node: SyntaxNode, range: TextRange): Place {
  const property = node.name === "PropertyName" ? node.parent : null;
  const object = property?.parent ?? node;
  const own = property === null ? undefined : state.sliceDoc(range.from + 1, range.to - 1);
  return {
    kind: "key",
    from: range.from,
    to: range.to,
    path: pathOf(state, object),
    used: keysOf(state, object).filter((key) => key !== own),
    hasValue: property !== null && state.sliceDoc(range.to, property.to + 1).includes(":"),
  };
}

function valuePlace(path: JsonPath, { from, to }: TextRange): Place {
  return { kind: "value", from, to, path, used: [], hasValue: false };
}

/** Returns the place of a cursor that is not in a text: the last sign before it tells what can follow. */
function betweenTokens(state: EditorState, node: SyntaxNode, pos: number): Place | undefined {
  const line = state.doc.lineAt(pos);
  const written = /[\w"]*$/.exec(line.text.slice(0, pos - line.from))?.[0] ?? "";
  const range = { from: pos - written.length, to: pos };
  const sign = state
    .sliceDoc(Math.max(0, range.from - 1_000), range.from)
    .trimEnd()
    .at(-1);
  const around = enclosing(node);
  if (around === undefined) return undefined;
  if (sign === ":" && around.name === "Property") {
    return valuePlace([...pathOf(state, around), keyOf(state, around) ?? ""], range);
  }
  if (around.name === "Array" && (sign === "[" || sign === ","))
    return valuePlace([...pathOf(state, around), 0], range);
  const object = around.name === "Property" ? around.parent : around;
  if (object?.name !== "Object" || (sign !== "{" && sign !== ",")) return undefined;
  return keyPlace(state, object, range);
}

/** Returns the object, list or property around a node, or the node itself. */
function enclosing(start: SyntaxNode): SyntaxNode | undefined {
  let node: SyntaxNode | null = start;
  while (node !== null && !["Object", "Array", "Property"].includes(node.name)) node = node.parent;
  return node ?? undefined;
}
