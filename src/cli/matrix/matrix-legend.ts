import type { CellMark, MatrixCell } from "./matrix-model.js";

/** Returns a cell as text: the mark, and `+` if the scope alone does not allow the operation. */
export function markText({ mark, alone }: MatrixCell): string {
  return alone || mark === "via" ? mark : `${mark} +`;
}

/** The meaning of each cell, for the legend of every format of the matrix. */
export const LEGEND: readonly { readonly cell: MatrixCell; readonly meaning: string }[] = [
  { cell: { mark: "all", alone: true }, meaning: "the only required scope" },
  {
    cell: { mark: "any", alone: true },
    meaning: "one of several scopes, each of which is sufficient",
  },
  { cell: { mark: "all", alone: false }, meaning: "always required, together with others" },
  {
    cell: { mark: "any", alone: false },
    meaning: "required by some of the alternatives, together with others",
  },
  { cell: { mark: "more", alone: true }, meaning: "adds detail to a public operation" },
  { cell: { mark: "via", alone: false }, meaning: "implies a required scope" },
] satisfies readonly { cell: { mark: CellMark; alone: boolean }; meaning: string }[];
