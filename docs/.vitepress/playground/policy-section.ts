import { element } from "./dom.js";
import { createPolicyEditor, type PolicyEditor } from "./editor.js";
import { drawFindings } from "./finding-list.js";
import type { PolicyPart } from "./parts.js";
import { MAX_TEXT } from "./state.js";

/** The editor of the policy, with its findings. */
export interface PolicySection {
  readonly element: HTMLElement;
  readonly editor: PolicyEditor;
  /** Shows the findings, and completes with the names of a valid policy. */
  show(part: PolicyPart): void;
}

const HINT =
  "Ctrl+Space proposes keys and names, F8 goes to the next finding. Tab leaves the editor: it moves to the next field and does not indent.";

/** Creates the section. */
export function createPolicySection(
  onChange: () => void,
  onTooLong: (length: number) => void,
): PolicySection {
  const title = element("h2", { id: "pg-policy" }, "Policy");
  const hint = element("p", { id: "pg-hint", class: "pg-hint" }, HINT);
  const parent = element("div", { class: "pg-editor" });
  const findings = element("div", { class: "pg-findings" });
  const editor = createPolicyEditor({
    parent,
    label: "Policy (JSON)",
    describedBy: hint.id,
    maxLength: MAX_TEXT.policy,
    onChange,
    onTooLong,
  });
  const attributes = { class: "pg-section", "aria-labelledby": title.id };
  return {
    element: element("section", attributes, title, hint, parent, findings),
    editor,
    show(part) {
      editor.mark(part.findings);
      findings.replaceChildren(...drawFindings(part, (finding) => editor.show(finding)));
      if (part.schema !== undefined) editor.completeFrom(part.schema);
    },
  };
}
