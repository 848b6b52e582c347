import type { Policy } from "scope-policy";
import { LEGEND, markText } from "../../../src/cli/matrix/matrix-legend.js";
import {
  labelOf,
  type MatrixPart as Model,
  matrixOf,
  needsText,
} from "../../../src/cli/matrix/matrix-model.js";
import type { FailedPart, MatrixPart, MatrixTable } from "./parts.js";

/** Maximum number of cells that the page draws. */
const MAX_CELLS = 20_000;

/** Returns the operations of a policy by scopes, or the reason why there are too many of them for a page. */
export function matrixPart(policy: Policy): MatrixPart | FailedPart {
  const { scopes, tools = {}, endpoints = {} } = policy.definition;
  const columns = Object.keys(scopes).length;
  const rows = Object.keys(tools).length + Object.keys(endpoints).length;
  if (rows * columns > MAX_CELLS) {
    const message = `${rows} operations by ${columns} scopes are too many for this page: use the command \`scope-policy matrix\``;
    return { kind: "failed", part: "matrix", message };
  }
  const matrix = matrixOf(policy);
  return {
    kind: "matrix",
    tables: [tableOf("Tool", matrix.tools), tableOf("Endpoint", matrix.endpoints)].filter(
      (table) => table.rows.length > 0,
    ),
    legend: LEGEND.map(({ cell, meaning }) => [markText(cell), meaning] as const),
  };
}

function tableOf(title: string, { rows, columns }: Model): MatrixTable {
  return {
    title,
    columns: columns.map(({ name }) => name),
    rows: rows.map((row) => ({
      name: labelOf(row),
      needs: [needsText(row), ...row.gates].join("; "),
      cells: columns.map(({ id }) => {
        const cell = row.cells.get(id);
        return cell === undefined ? "" : markText(cell);
      }),
    })),
  };
}
