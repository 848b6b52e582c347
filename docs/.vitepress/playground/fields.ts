import { element } from "./dom.js";
import { MAX_TEXT } from "./state.js";

/** Returns the attributes of a field for technical text. */
export function textAttributes(
  name: Exclude<keyof typeof MAX_TEXT, "policy">,
): Readonly<Record<string, string>> {
  return {
    id: `pg-${name}`,
    maxlength: String(MAX_TEXT[name]),
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
  };
}

/** Creates a labelled field. */
export function field(label: string, control: HTMLElement): HTMLElement {
  return element("p", { class: "pg-field" }, element("label", { for: control.id }, label), control);
}

/** Creates a group of fields with a title. */
export function group(title: string, ...children: readonly Node[]): HTMLElement {
  return element("fieldset", {}, element("legend", {}, title), ...children);
}
