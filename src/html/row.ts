import { escapeHtml } from "../consent/escape-html.js";
import type { ConsentRow, ConsentScreen, ConsentText } from "../consent/model.js";
import { fillHtml, fillTitles, icon, isolate } from "./parts.js";

type Words = ConsentScreen["words"];

/** Maximum length in characters of a title in bold: a description that serves as title can be a paragraph. */
const MAX_BOLD_TITLE = 100;

/** Returns the row of a scope: its box, its title, its descriptions, and what it opens. */
export function rowHtml(
  row: ConsentRow,
  words: Words,
  { checked, titles }: { readonly checked: boolean; readonly titles: TitlesByScope },
): string {
  const id = escapeHtml(row.domId);
  const notes = notesOf(row, words, titles);
  const ids = notes.map(([name]) => `${id}-${name}`);
  const attributes = [
    `type="checkbox"`,
    `id="${id}"`,
    `name="scopes"`,
    `value="${escapeHtml(row.scope)}"`,
    checked ? "checked" : "",
    row.locked ? "disabled" : "",
    ids.length === 0 ? "" : `aria-describedby="${ids.join(" ")}"`,
  ].filter((attribute) => attribute !== "");
  const described = notes.map(
    ([name, html]) => `<p class="${name}" id="${id}-${name}">${html}</p>`,
  );
  const weight = row.title.length > MAX_BOLD_TITLE ? ' class="prose"' : "";
  const label = `<label for="${id}"${weight}>${isolate(row.title, row.lang.title)}${badgeHtml(badgeOf(row, words))}</label>`;
  return `<div class="row"><input ${attributes.join(" ")}><div>${label}${described.join("")}${opensHtml(row, words)}</div></div>`;
}

/** Titles of the rows of a screen by scope. */
export type TitlesByScope = ReadonlyMap<string, ConsentText>;

/** Returns what describes a row, in the order of the page: the class and the HTML of each. */
function notesOf(
  row: ConsentRow,
  words: Words,
  titles: TitlesByScope,
): readonly (readonly [name: string, html: string])[] {
  const { warning, tier, entitlement, why } = row;
  const label = row.resource.map((one) => one.label).join(", ");
  const notes: readonly (readonly [name: string, html: string | undefined])[] = [
    [
      "description",
      row.description === row.title ? "" : isolate(row.description, row.lang.description),
    ],
    ["about", label === "" ? "" : fillHtml(words.about, { label })],
    ["warning", warning === null ? "" : warningHtml(warning, row.lang.warning)],
    ["includes", row.includes.length === 0 ? "" : fillTitles(words.includes, row.includedTitles)],
    ["tier", tier === null ? "" : escapeHtml(tier.note)],
    ["entitlement", entitlement === null ? "" : escapeHtml(entitlement.note)],
    ["why", why === null ? "" : whyHtml(row, why, { words, titles })],
  ];
  return notes.flatMap(([name, html]) => (html ? [[name, html] as const] : []));
}

function warningHtml(
  { label, text }: NonNullable<ConsentRow["warning"]>,
  lang: string | null,
): string {
  return `${icon("caution")}<strong>${escapeHtml(label)}:</strong> ${isolate(text, lang)}`;
}

function whyHtml(
  { locked, state, includedIn }: ConsentRow,
  why: string,
  { words, titles }: { readonly words: Words; readonly titles: TitlesByScope },
): string {
  const isIncluded = state === "implied" && why !== words.baselineWhy;
  const broader = includedIn.flatMap((scope) => titles.get(scope) ?? []);
  const text = isIncluded ? fillTitles(words.includedIn, broader) : escapeHtml(why);
  return (locked ? icon("locked") : "") + text;
}

/** Returns what a row opens, collapsed, with the name of its scope. */
function opensHtml({ scope, unlocks }: ConsentRow, words: Words): string {
  const opens = [...unlocks.tools, ...unlocks.endpoints];
  const summary =
    opens.length === 0
      ? escapeHtml(words.details)
      : fillHtml(words.unlocks, { tools: String(opens.length) });
  const names = opens.map((name) => `<code>${isolate(name)}</code>`).join(" ");
  const list = names === "" ? "" : `<p>${names}</p>`;
  const technical = fillHtml(words.technicalName, { scope });
  return `<details class="opens"><summary>${icon("details")}<span>${summary}</span></summary>${list}<p>${technical}</p></details>`;
}

/** Returns a badge behind a title; nothing for an empty text. */
export function badgeHtml(text: string): string {
  return text === "" ? "" : ` <span class="badge">${escapeHtml(text)}</span>`;
}

function badgeOf(row: ConsentRow, words: Words): string {
  if (row.state === "required") return words.required;
  if (row.state === "already_granted") return words.granted;
  return row.isNew ? words.isNew : "";
}
