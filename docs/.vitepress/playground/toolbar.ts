import { element } from "./dom.js";
import { field } from "./fields.js";
import type { PlaygroundState } from "./state.js";

/** The examples, the link and the status of the playground. */
export interface Toolbar {
  readonly element: HTMLElement;
  listExamples(
    examples: Readonly<Record<string, PlaygroundState>>,
    onChoose: (state: PlaygroundState) => void,
  ): void;
  showLink(url: string): void;
  /** Shows the result of the evaluation, which screen readers announce. */
  report(message: string): void;
  /** Shows what became of an action of the visitor; `""` for nothing. */
  notify(message: string): void;
}

/** Creates the toolbar. */
export function createToolbar(onLink: () => void): Toolbar {
  const examples = element("div", { class: "pg-buttons", role: "group", "aria-label": "Examples" });
  const button = element("button", { type: "button" }, "Copy a link to this policy and call");
  const link = element("input", { id: "pg-link", type: "text", readonly: true });
  const linkField = field("Link", link);
  const status = element("p", { class: "pg-status", role: "status" }, "Loading");
  const notice = element("p", { class: "pg-notice", role: "alert" });
  linkField.hidden = true;
  button.addEventListener("click", onLink);
  const bar = element("div", { class: "pg-buttons" }, button);
  return {
    element: element("div", { class: "pg-toolbar" }, examples, bar, linkField, notice, status),
    listExamples(states, onChoose) {
      const buttons = Object.entries(states).map(([name, state]) => {
        const example = element("button", { type: "button" }, `Example: ${name}`);
        example.addEventListener("click", () => onChoose(state));
        return example;
      });
      examples.replaceChildren(...buttons);
    },
    showLink(url) {
      link.value = url;
      linkField.hidden = false;
      link.select();
    },
    report: (message) => write(status, message),
    notify: (message) => write(notice, message),
  };
}

/** Writes a text that is not there yet: a screen reader announces a text again each time that it is written. */
function write(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}
