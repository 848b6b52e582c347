import type { CompiledPolicy, CompiledScope } from "../../policy/compiled-policy.js";
import { FRAME, grid } from "../terminal/grid.js";
import { cellCode, code, ruleCell, table, text } from "../terminal/markdown.js";
import { type Line, styled } from "../terminal/output.js";
import { padTo, prose, widthOf } from "../terminal/visible.js";
import { wrap } from "../terminal/wrap.js";
import { LEGEND, markText } from "./matrix-legend.js";
import {
  labelOf,
  type Matrix,
  type MatrixCell,
  type MatrixPart,
  type MatrixRow,
  needsText,
} from "./matrix-model.js";

const PARTS = [
  { key: "tools", head: "Tool", title: "Tools" },
  { key: "endpoints", head: "Endpoint", title: "Endpoints" },
] as const;

/** Returns the remarks on a row: access, conditions, renamed parameters, pattern, hidden. */
function remarks(row: MatrixRow): readonly string[] {
  const access = row.access === "scopes" ? [] : [needsText(row)];
  const kind = row.kind === "pattern" ? ["name pattern"] : [];
  const hidden = row.hidden ? ["hidden"] : [];
  return [...access, ...row.gates, ...row.renamings, ...kind, ...hidden];
}

/** Returns the sentence about the baseline scopes; an empty list without a baseline. */
function baselineSentence(
  { baseline }: CompiledPolicy,
  show: (name: string) => string,
): readonly string[] {
  if (baseline.length === 0) return [];
  const names = baseline.map(({ name }) => show(name)).join(", ");
  return [`Every tool that is not public also requires ${names}.`];
}

/** Returns the matrix as Markdown: a table of the tools, a table of the endpoints, and a legend. */
export function matrixMarkdown(matrix: Matrix): string {
  const { name, version } = matrix.policy.definition;
  const parts = PARTS.flatMap(({ key, head, title }) => {
    const { rows, columns } = matrix[key];
    if (rows.length === 0) return [];
    const lines = rows.map((row) => [
      cellCode(labelOf(row)),
      row.access === "scopes" ? ruleCell(row.needs) : text(needsText(row)),
      [...row.gates, ...row.renamings].map(text).join("; "),
      ...columns.map((scope) => {
        const cell = row.cells.get(scope.id);
        return cell === undefined ? "" : markText(cell);
      }),
    ]);
    const heads = [head, "Requires", "Conditions", ...columns.map((scope) => cellCode(scope.name))];
    return [`## ${title}`, table(heads, lines)];
  });
  const legend = LEGEND.map(({ cell, meaning }) => `- ${markText(cell)}: ${meaning}`).join("\n");
  return `${[`# ${text(name)}: tools by scopes`, `Version ${text(version)}.`, ...baselineSentence(matrix.policy, code), ...parts, legend].join("\n\n")}\n`;
}

/** Returns the matrix as data. */
export function matrixJson({ policy, tools, endpoints }: Matrix): object {
  const { name, version } = policy.definition;
  const rowsOf = ({ rows }: MatrixPart) =>
    rows.map((row) => ({
      name: row.name,
      when: row.when,
      kind: row.kind,
      hidden: row.hidden,
      access: row.access,
      reason: row.reason,
      needs: needsText(row),
      gates: row.gates,
      renamings: row.renamings,
      cells: [...row.cells].map(([id, { mark, alone }]) => ({
        scope: policy.scopes[id]?.name,
        mark,
        alone,
      })),
    }));
  const scopes = policy.scopes.map(
    ({ name: scope, options, reserved, restricted, tier, accountTypes }) => ({
      name: scope,
      description: options.description,
      reserved,
      restricted,
      tier: policy.tiers[tier],
      accountTypes,
      entitlement: options.entitlement,
    }),
  );
  const baseline = policy.baseline.map((scope) => scope.name);
  return { name, version, scopes, baseline, tools: rowsOf(tools), endpoints: rowsOf(endpoints) };
}

/** Short marks for tables that are too wide for words. The legend explains them. */
const LETTERS: Readonly<Record<MatrixCell["mark"], string>> = {
  all: "A",
  any: "o",
  more: "m",
  via: "v",
};

/**
 * Returns the matrix for a terminal. If the names of scopes do not fit, the columns are numbered. If the numbers do not fit
 * either, the table is split into several.
 */
export function matrixTable(matrix: Matrix, columns: number): readonly Line[] {
  const { name, version } = matrix.policy.definition;
  const lines: Line[] = [
    [styled("bold", prose(name)), prose(`, version ${version}`)],
    ...baselineSentence(matrix.policy, String).flatMap((line) => wrap(line, columns, "")),
  ];
  for (const { key, head, title } of PARTS) {
    const part = matrix[key];
    if (part.rows.length === 0) continue;
    const { size } = new Set(part.rows.map(({ name }) => name));
    const counts = `${title}: ${size}, by ${part.columns.length} scopes`;
    lines.push("", styled("bold", counts), ...partLines(part, head, columns));
    const said = part.rows
      .map((row) => [labelOf(row), remarks(row).join("; ")] as const)
      .filter(([, remark]) => remark !== "");
    if (said.length > 0) {
      const heading = styled("bold", "Conditions, denials and other notes");
      lines.push("", heading, ...pairs(said, columns));
    }
  }
  return lines;
}

/** Maximum share of the width for names. Longer names are wrapped. */
const NAME_SHARE = 0.45;
const MIN_NAME_WIDTH = 16;

function nameWidthOf(names: readonly string[], columns: number): number {
  const widest = Math.max(MIN_NAME_WIDTH, Math.floor(columns * NAME_SHARE));
  return Math.min(Math.max(0, ...names.map(widthOf)), widest);
}

function partLines(
  { rows, columns: scopes }: MatrixPart,
  head: string,
  columns: number,
): readonly Line[] {
  const marked = rows.filter((row) => row.cells.size > 0);
  const nameWidth = nameWidthOf([head, ...marked.map((row) => prose(labelOf(row)))], columns);
  const room = columns - nameWidth - FRAME - 1;
  const widthOfScope = ({ name }: CompiledScope) =>
    Math.max(widthOf(prose(name)), "all +".length) + FRAME;
  const fits = scopes.reduce((sum, scope) => sum + widthOfScope(scope), 0) <= room;
  const numberWidth = Math.max(String(scopes.length).length, "A+".length) + FRAME;
  const perTable = fits ? scopes.length : Math.max(1, Math.floor(room / numberWidth));
  const lines: Line[] = [];
  for (let from = 0; from < scopes.length; from += perTable) {
    const shown = scopes.slice(from, from + perTable);
    const heads = shown.map((scope, index) => (fits ? scope.name : String(from + index + 1)));
    const here = marked.filter((row) => shown.some((scope) => row.cells.has(scope.id)));
    const cells = here.map((row) => [
      labelOf(row),
      ...shown.map((scope) => cellWords(row.cells.get(scope.id), fits)),
    ]);
    lines.push(...grid([head, ...heads], cells, nameWidth));
  }
  if (!fits) {
    const named = scopes.map((scope, index) => [String(index + 1), scope.name] as const);
    lines.push("", styled("bold", "Scopes"), ...pairs(named, columns));
  }
  const used = new Set(
    marked.flatMap((row) => [...row.cells.values()].map((cell) => cellWords(cell, fits))),
  );
  const legend = LEGEND.map(({ cell, meaning }) => [cellWords(cell, fits), meaning] as const);
  if (scopes.length > 0) {
    const needed = legend.filter(([words]) => used.has(words));
    lines.push("", styled("bold", "Legend"), ...pairs(needed, columns));
  }
  return lines;
}

function cellWords(cell: MatrixCell | undefined, inWords: boolean): string {
  if (cell === undefined) return "";
  return inWords
    ? markText(cell)
    : markText(cell).replace(cell.mark, LETTERS[cell.mark]).replace(" ", "");
}

function pairs(lines: readonly (readonly [string, string])[], columns: number): readonly string[] {
  const names = lines.map(([name]) => prose(name));
  const width = nameWidthOf(names, columns);
  const indent = " ".repeat(width + 4);
  return lines.flatMap(([, words], index) =>
    wrap(`  ${padTo(names[index] as string, width)}  ${words}`, columns, indent),
  );
}
