import { presetDecision } from "../consent/choice.js";
import { escapeHtml } from "../consent/escape-html.js";
import type { ConsentScreen } from "../consent/model.js";
import { isolate } from "./parts.js";
import { hasManyChoices } from "./sections.js";

/** Returns the bundles, all and none as buttons that post the form to check boxes, or the bundles as links if they have addresses. */
export function choicesHtml(
  screen: ConsentScreen,
  chosen: string | undefined,
  presetUrl: ((id: string) => string) | undefined,
): string {
  const { presets, words } = screen;
  const items = presets.map(({ id, title, lang }) => {
    const current = id === chosen ? ' aria-current="true"' : "";
    const text = isolate(title, lang);
    return presetUrl === undefined
      ? buttonHtml(presetDecision(id), text, current)
      : `<a href="${escapeHtml(presetUrl(id))}"${current}>${text}</a>`;
  });
  if (hasManyChoices(screen)) {
    items.push(buttonHtml("all", escapeHtml(words.chooseAll)));
    items.push(buttonHtml("none", escapeHtml(words.chooseNone)));
  }
  if (items.length === 0) return "";
  const label = escapeHtml(words.presets);
  return `<div class="presets" role="group" aria-label="${label}"><p>${label}</p><ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul></div>`;
}

function buttonHtml(decision: string, html: string, attributes = ""): string {
  return `<button name="decision" value="${escapeHtml(decision)}"${attributes}>${html}</button>`;
}
