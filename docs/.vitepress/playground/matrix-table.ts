import { element, paragraph, shorten } from "./dom.js";
import type { MatrixPart, MatrixTable } from "./parts.js";

/** Draws the tables of the matrix and their legend. */
export function drawMatrix({ tables, legend }: MatrixPart): readonly Node[] {
  if (tables.length === 0) return [paragraph("The policy has no operations.")];
  const meanings = legend.flatMap(([cell, meaning]) => [
    element("dt", {}, cell),
    element("dd", {}, meaning),
  ]);
  return [...tables.map(drawTable), element("dl", { class: "pg-legend" }, ...meanings)];
}

function drawTable({ title, columns, rows }: MatrixTable): HTMLElement {
  const label = `${title}s by scopes`;
  const head = ["Requires", ...columns].map((name) =>
    element("th", { scope: "col" }, element("span", {}, shorten(name))),
  );
  const body = rows.map(({ name, needs, cells }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, shorten(name)),
      element("td", { class: "pg-needs" }, shorten(needs)),
      ...cells.map((cell) => element("td", {}, cell)),
    ),
  );
  return element(
    "div",
    { class: "pg-scroll", role: "region", "aria-label": label, tabindex: "0" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, title), ...head)),
      element("tbody", {}, ...body),
    ),
  );
}
