import type { Mark, MatrixCell } from "./matrix-model.js";

/** A cell in words: the mark, and `+` where the scope alone does not open the operation. */
export function markText({ mark, alone }: MatrixCell): string {
  return alone || mark === "via" ? mark : `${mark} +`;
}

/** What each cell means, for the foot of every form of the matrix. */
export const LEGEND: readonly { readonly cell: MatrixCell; readonly meaning: string }[] = [
  { cell: { mark: "all", alone: true }, meaning: "the one scope that is needed" },
  { cell: { mark: "any", alone: true }, meaning: "one of several scopes, each of which is enough" },
  { cell: { mark: "all", alone: false }, meaning: "always needed, together with others" },
  {
    cell: { mark: "any", alone: false },
    meaning: "needed in some of the ways in, together with others",
  },
  { cell: { mark: "more", alone: true }, meaning: "adds detail to what everybody may use" },
  { cell: { mark: "via", alone: false }, meaning: "implies a scope that is needed" },
] satisfies readonly { cell: { mark: Mark; alone: boolean }; meaning: string }[];
