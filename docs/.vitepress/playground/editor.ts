import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  bracketMatching,
  ensureSyntaxTree,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { type Diagnostic, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Finding } from "scope-policy";
import { parseFindingPath } from "../../../src/cli/policy-file/finding-path.js";
import { completeFrom } from "./completion.js";
import { findingText } from "./finding-text.js";
import { createLocator, syntaxErrorRange, type TextRange } from "./syntax.js";

/** Options of the editor of the policy. */
export interface PolicyEditorOptions {
  readonly parent: HTMLElement;
  /** The accessible name. */
  readonly label: string;
  /** The identifier of the element that describes how to leave the editor. */
  readonly describedBy: string;
  /** Maximum number of characters. A change that leads to more is not made. */
  readonly maxLength: number;
  readonly onChange: () => void;
  /** Receives the number of characters that the text would have had. */
  readonly onTooLong: (length: number) => void;
}

/** An editor of JSON, with completion and with findings as marks. */
export interface PolicyEditor {
  text(): string;
  replaceText(text: string): void;
  completeFrom(schema: object): void;
  /** Marks the findings, each at its place. */
  mark(findings: readonly Finding[]): void;
  /** Moves the focus to the place of a finding. */
  show(finding: Finding): void;
  close(): void;
}

/** Time in milliseconds for parsing the document when findings are marked. What is not parsed by then is marked at the start. */
const PARSE_TIME = 200;

/** Creates the editor. Tab moves the focus to what follows it, so that it can be left by keyboard. */
export function createPolicyEditor(options: PolicyEditorOptions): PolicyEditor {
  let schema: object | undefined;
  const view = new EditorView({
    parent: options.parent,
    extensions: [
      lineNumbers(),
      history(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ override: [completeFrom(() => schema)] }),
      json(),
      syntaxHighlighting(classHighlighter),
      keymap.of([
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...historyKeymap,
        ...completionKeymap,
        ...lintKeymap,
      ]),
      lengthLimit(options),
      EditorView.contentAttributes.of({
        "aria-label": options.label,
        "aria-describedby": options.describedBy,
        // editable content takes the focus without this, but axe-core does not count it as focusable
        tabindex: "0",
      }),
      EditorView.updateListener.of(({ docChanged }) => {
        if (docChanged) options.onChange();
      }),
    ],
  });
  return {
    text: () => view.state.doc.toString(),
    replaceText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    completeFrom(given) {
      schema = given;
    },
    mark(findings) {
      const place = createFindingLocator(view.state);
      const diagnostics = findings.map(
        (finding): Diagnostic => ({
          ...place(finding),
          severity: "error",
          message: findingText(finding),
        }),
      );
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    show(finding) {
      const { from } = createFindingLocator(view.state)(finding);
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    close: () => view.destroy(),
  };
}

function lengthLimit({ maxLength, onTooLong }: PolicyEditorOptions) {
  return EditorState.changeFilter.of((transaction) => {
    const { length } = transaction.newDoc;
    if (!transaction.docChanged || length <= maxLength) return true;
    // a filter must not change anything itself
    queueMicrotask(() => onTooLong(length));
    return false;
  });
}

/** Returns a function that finds the place of a finding. */
function createFindingLocator(state: EditorState): (finding: Finding) => TextRange {
  const tree = (ensureSyntaxTree(state, state.doc.length, PARSE_TIME) ?? syntaxTree(state)).topNode;
  const locate = createLocator(state, tree);
  return ({ code, path }) =>
    code === "json_syntax" ? syntaxErrorRange(state, tree) : locate(parseFindingPath(path));
}
