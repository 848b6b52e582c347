import { element } from "./dom.js";
import { type CallForm, createCallForm } from "./form.js";
import type { Part } from "./parts.js";
import { createPolicySection, type PolicySection } from "./policy-section.js";
import { createResults, type Results } from "./results.js";
import { MAX_TEXT, type PlaygroundState } from "./state.js";
import { createToolbar, type Toolbar } from "./toolbar.js";

/** The parts of the page. */
export interface Page {
  readonly element: HTMLElement;
  readonly toolbar: Toolbar;
  readonly policy: PolicySection;
  readonly form: CallForm;
  readonly results: Results;
}

/** What a visitor can do on the page. */
export interface PageEvents {
  readonly onChange: () => void;
  readonly onLink: () => void;
}

/** Creates the page, empty. */
export function createPage({ onChange, onLink }: PageEvents): Page {
  const toolbar = createToolbar(onLink);
  const form = createCallForm(onChange);
  const results = createResults();
  const policy = createPolicySection(onChange, (length) =>
    toolbar.notify(
      `not inserted: the policy would have ${length} characters, and the playground reads at most ${MAX_TEXT.policy}`,
    ),
  );
  const sections = [toolbar, policy, form, results].map((part) => part.element);
  const root = element("div", { class: "pg" }, ...sections);
  // a notice is about the last action
  for (const action of ["keydown", "pointerdown"])
    root.addEventListener(action, () => toolbar.notify(""));
  return { element: root, toolbar, policy, form, results };
}

/** Returns what the visitor entered. */
export function readPage({ policy, form }: Page): PlaygroundState {
  return { policy: policy.editor.text(), ...form.read() };
}

/** Replaces what the visitor entered. */
export function writePage({ policy, form }: Page, state: PlaygroundState): void {
  form.write(state);
  policy.editor.replaceText(state.policy);
}

/** Shows one part of an evaluation. */
export function showPart(page: Page, part: Part): void {
  const { toolbar, policy, form, results } = page;
  if (part.kind !== "policy") {
    results.draw(part);
    if (part.kind === "decision") toolbar.report(part.headline);
    if (part.kind === "failed" && part.part === "decision") toolbar.report(part.message);
    return;
  }
  policy.show(part);
  const count = part.findings.length + part.more;
  if (count === 0) form.listOperations(part.tools, part.endpoints);
  else {
    const message = count === 1 ? "1 finding in the policy" : `${count} findings in the policy`;
    toolbar.report(message);
    results.clear(`No result: ${message}.`);
  }
}
