import type { CheckedBoxes } from "../consent/choice.js";
import { escapeHtml } from "../consent/escape-html.js";
import type { ConsentBoundary, ConsentRow, ConsentScreen } from "../consent/model.js";
import { fillHtml, isolate } from "./parts.js";
import { badgeHtml, rowHtml, type TitlesByScope } from "./row.js";

/** Maximum number of rows of a group that is shown open. */
const MAX_OPEN_ROWS = 6;
/** Maximum number of rows of a page whose smaller groups are shown open. */
const MAX_OPEN_PAGE_ROWS = 24;

/** Group of rows under one legend. */
interface Section {
  readonly legend: string;
  readonly lang: string | null;
  readonly rows: readonly ConsentRow[];
}

/** Returns all rows of a screen. */
export function rowsOf({ identity, groups, offline }: ConsentScreen): readonly ConsentRow[] {
  const rows = [...identity, ...groups.flatMap((group) => group.rows)];
  return offline === null ? rows : [...rows, offline];
}

/** Returns whether a page has so many rows that all groups are collapsed, and wide windows have two columns. */
export function isLong(screen: ConsentScreen): boolean {
  return rowsOf(screen).length > MAX_OPEN_PAGE_ROWS;
}

/** Returns whether a page offers to choose all or none: if the user can change more rows than an open group has. */
export function hasManyChoices(screen: ConsentScreen): boolean {
  return rowsOf(screen).filter((row) => !row.locked).length > MAX_OPEN_ROWS;
}

/** Returns the groups of a page, those with something new first. */
export function sectionsHtml(screen: ConsentScreen, boxes: CheckedBoxes): string {
  const { words, identity, groups, offline, boundaries } = screen;
  const sections: readonly Section[] = [
    { legend: words.identity, lang: null, rows: identity },
    ...groups,
    { legend: words.offline, lang: null, rows: offline === null ? [] : [offline] },
  ];
  const titles: TitlesByScope = new Map(
    rowsOf(screen).map(({ scope, title, lang }) => [scope, { text: title, lang: lang.title }]),
  );
  const parts = [
    ...sections.map((section) => ({
      hasNew: section.rows.some(({ isNew }) => isNew),
      html: sectionHtml(section, screen, { boxes, titles }),
    })),
    ...boundaries.map((boundary) => ({
      hasNew: boundary.values.some(({ isNew }) => isNew),
      html: boundaryHtml(boundary, words, boxes),
    })),
  ];
  const sorted = [...parts.filter(({ hasNew }) => hasNew), ...parts.filter((one) => !one.hasNew)];
  return sorted.map(({ html }) => html).join("\n");
}

interface SectionContext {
  readonly boxes: CheckedBoxes;
  readonly titles: TitlesByScope;
}

function sectionHtml(
  { legend, lang, rows }: Section,
  screen: ConsentScreen,
  { boxes, titles }: SectionContext,
): string {
  if (rows.length === 0) return "";
  const { words } = screen;
  const listHtml = (list: readonly ConsentRow[]) => {
    const items = list.map((row) => rowHtml(row, words, { checked: boxes.hasRow(row), titles }));
    return items.length === 0 ? "" : `<div class="rows">${items.join("")}</div>`;
  };
  const isCollapsed = rows.length > MAX_OPEN_ROWS || isLong(screen);
  const plain = rows.filter(isPlain);
  const [open, collapsed] =
    isCollapsed && plain.length > 1 ? [rows.filter((row) => !isPlain(row)), plain] : [rows, []];
  const more =
    collapsed.length === 0
      ? ""
      : `<details class="more">${summaryHtml(collapsed, words, boxes)}${listHtml(collapsed)}</details>`;
  return `<fieldset><legend>${isolate(legend, lang)}</legend>${listHtml(open)}${more}</fieldset>`;
}

/** Returns whether a row can be collapsed: it is neither new nor required, and has no warning. */
function isPlain({ isNew, warning, state }: ConsentRow): boolean {
  return !isNew && warning === null && state !== "required";
}

/** Returns the summary of collapsed rows. The stylesheet shows the second text after the user changed a box, as no script counts again. */
function summaryHtml(
  rows: readonly ConsentRow[],
  words: ConsentScreen["words"],
  boxes: CheckedBoxes,
): string {
  const count = String(rows.length);
  const chosen = fillHtml(words.chosen, {
    chosen: String(rows.filter(boxes.hasRow).length),
    count,
  });
  return `<summary><span class="chosen">${chosen}</span><span class="changed">${fillHtml(words.changed, { count })}</span></summary>`;
}

/** Returns the checkboxes of a boundary. Each posts `name=value`, which `resolveConsent` reads. */
function boundaryHtml(
  boundary: ConsentBoundary,
  words: ConsentScreen["words"],
  boxes: CheckedBoxes,
): string {
  const { name, title, lang, values } = boundary;
  const items = values.map(({ domId, value, label, isNew }, index) => {
    const badge = badgeHtml(isNew ? words.isNew : "");
    const checked = boxes.hasValue(boundary, index) ? " checked" : "";
    return `<div class="row"><input type="checkbox" id="${domId}" name="boundaries" value="${escapeHtml(`${name}=${value}`)}"${checked}><div><label for="${domId}">${isolate(label)}${badge}</label></div></div>`;
  });
  const hint = values.length === 0 ? words.noChoice : words.chooseOne;
  const rows = items.length === 0 ? "" : `<div class="rows">${items.join("")}</div>`;
  return `<fieldset><legend>${isolate(title, lang)}</legend><p class="why">${escapeHtml(hint)}</p>${rows}</fieldset>`;
}
