import { createHash } from "node:crypto";
import type { Policy } from "../../decision/define-policy.js";
import { printedScope } from "../../grammar/scope-syntax.js";
import { bundlesOf } from "../../policy/bundles.js";
import type { CompiledScope } from "../../policy/compiled-policy.js";
import { accountTypesText, entitlementsText, tierText, type Word } from "../describe-rule.js";
import { type Html, html } from "../terminal/html-text.js";
import { MATRIX_CSS } from "./matrix-css.js";
import { LEGEND, markText } from "./matrix-legend.js";
import {
  countsOf,
  labelOf,
  type Matrix,
  type MatrixCell,
  type MatrixPart,
  type MatrixRow,
  matrixOf,
} from "./matrix-model.js";

/**
 * Returns a policy as one self-contained HTML page: tools and endpoints by scopes, conditions, denials, the operations of
 * each scope, bundles, and what no scope covers. The page has no script and loads no font or image. It supports light and
 * dark mode, small screens, print and screen readers. Every text of the policy is escaped.
 */
export function renderMatrixHtml(policy: Policy): string {
  const matrix = matrixOf(policy);
  const sections = [
    tableSection("tools", "Tools", matrix, matrix.tools),
    tableSection("endpoints", "Endpoints", matrix, matrix.endpoints),
    scopesSection(matrix),
    bundlesSection(matrix),
    notCoveredSection(matrix),
  ].filter((section) => section !== undefined);
  // safe unescaped: a constant of this package, not a text of the policy
  const style: Html = { markup: MATRIX_CSS };
  const hash = createHash("sha256").update(MATRIX_CSS).digest("base64");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${policy.name}: tools by scopes</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the matrix</a>
<header class="top">
<p class="eyebrow">Tools by scopes</p>
<h1>${policy.name}</h1>
<p class="version">Version ${policy.version}</p>
${countList(policy)}
<nav aria-label="On this page"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="main">
${alwaysNote(matrix)}
${legend()}
${sections.map(({ body }) => body)}
</main>
</body>
</html>
`;
  return page.markup;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

function section(id: string, title: string, body: Html): Section {
  return {
    id,
    title,
    body: html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`,
  };
}

function countList(policy: Policy): Html {
  const items = Object.entries<number>({ ...countsOf(policy) }).filter(([, count]) => count > 0);
  return html`<dl class="counts">${items.map(([of, count]) => html`<div><dt>${of}</dt><dd>${count}</dd></div>`)}</dl>`;
}

function alwaysNote({ policy }: Matrix): Html | undefined {
  const { baseline = [], defaultScopes = [] } = policy.definition;
  const lines = [
    baseline.length > 0
      ? html`<p>Every tool that is not public also requires ${codes(baseline)}.</p>`
      : undefined,
    defaultScopes.length > 0
      ? html`<p>A request that names no scope is granted ${codes(defaultScopes)}.</p>`
      : undefined,
  ].filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : html`<div class="note">${lines}</div>`;
}

function legend(): Html {
  const items = LEGEND.map(
    ({ cell, meaning }) => html`<div><dt>${mark(cell)}</dt><dd>${meaning}</dd></div>`,
  );
  return html`<section class="legend" aria-labelledby="legend-title">
<h2 id="legend-title">Legend</h2>
<dl>${items}<div><dt class="blank">empty</dt><dd>the scope has no effect here</dd></div></dl>
</section>`;
}

function mark(cell: MatrixCell): Html {
  const kind = cell.alone ? `mark ${cell.mark} alone` : `mark ${cell.mark}`;
  return html`<span class="${kind}">${markText(cell)}</span>`;
}

function tableSection(
  id: string,
  title: string,
  matrix: Matrix,
  { rows, columns }: MatrixPart,
): Section | undefined {
  if (rows.length === 0) return undefined;
  const caption = `${title} of ${matrix.policy.definition.name} by scopes: ${rows.length} rows, ${columns.length} scopes`;
  const first = id === "tools" ? "Tool" : "Endpoint";
  return section(
    id,
    title,
    html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}-caption">
<table>
<caption id="${id}-caption"><span>${caption}</span></caption>
<thead><tr><th scope="col" class="name">${first}</th><th scope="col" class="needs">Requires</th>${columns.map(columnHead)}</tr></thead>
<tbody>
${rows.map((row) => tableRow(row, columns))}</tbody>
</table>
</div>`,
  );
}

function columnHead(scope: CompiledScope): Html {
  const title = scope.options.description ?? "";
  return html`<th scope="col" class="scope"><a href="#${idOf(scope)}" title="${title}"><span>${scope.name}</span></a></th>`;
}

function tableRow(row: MatrixRow, columns: readonly CompiledScope[]): Html {
  const cells = columns.map((scope) => {
    const cell = row.cells.get(scope.id);
    return cell === undefined ? html`<td></td>` : html`<td>${mark(cell)}</td>`;
  });
  return html`<tr class="${row.access}"><th scope="row" class="name">${rowName(row)}</th><td class="needs">${needs(row)}</td>${cells}</tr>
`;
}

function rowName(row: MatrixRow): Html {
  const notes = [
    row.kind === "pattern" ? html` <span class="tag">pattern</span>` : undefined,
    row.hidden ? html` <span class="tag">hidden</span>` : undefined,
    row.title === undefined ? undefined : html`<span class="title">${row.title}</span>`,
    row.description === undefined ? undefined : html`<span class="title">${row.description}</span>`,
  ];
  return html`<code>${row.name}</code>${row.when === undefined ? undefined : html` <span class="tag">${row.when}</span>`}${notes}`;
}

/** Maximum number of words in an unfolded rule. Longer rules are folded, so that a rule of a hundred scopes does not fill the table. */
const MAX_WORDS = 15;

function needs(row: MatrixRow): Html {
  if (row.access === "denied") return html`<b class="tag never">never</b> ${row.reason}`;
  if (row.access === "public") {
    const [detail] = row.cells.size > 0 ? [html` A scope adds detail.`] : [];
    return html`<b class="tag open">public</b> No token is required.${detail}`;
  }
  const rule =
    row.access === "authenticated"
      ? html`<b class="tag open">authenticated</b> Any valid token is sufficient.`
      : ruleHtml(row.needs);
  return html`${rule}${row.gates.map((gate) => html` <span class="tag gate">${gate}</span>`)}${row.renamings.map((text) => html` <span class="tag">${text}</span>`)}`;
}

function ruleHtml(words: readonly Word[]): Html {
  const rule = words.map((word) =>
    "scope" in word
      ? html`<code>${word.scope}</code>`
      : html`<span class="word">${word.text}</span>`,
  );
  if (words.length <= MAX_WORDS) return html`${rule}`;
  const count = words.filter((word) => "scope" in word).length;
  return html`<details><summary>a rule of ${count} scopes</summary>${rule}</details>`;
}

function idOf(scope: CompiledScope): string {
  return `scope-${scope.id + 1}`;
}

function codes(names: readonly string[]): Html {
  return html`${names.map((name, index) => html`${index === 0 ? "" : ", "}<code>${printedScope(name)}</code>`)}`;
}

function scopesSection(matrix: Matrix): Section | undefined {
  const groups = new Map<string, CompiledScope[]>();
  for (const scope of matrix.policy.scopes) {
    const group = scope.options.group ?? "";
    groups.set(group, [...(groups.get(group) ?? []), scope]);
  }
  if (groups.size === 0) return undefined;
  const single = groups.size === 1 && groups.has("");
  const body = [...groups].map(
    ([group, scopes]) =>
      html`${single ? undefined : html`<h3>${group === "" ? "Other scopes" : group}</h3>\n`}<ul class="cards">
${scopes.map((scope) => scopeCard(scope, matrix, single))}</ul>
`,
  );
  return section("scopes", "Scopes", html`${body}`);
}

function scopeCard(scope: CompiledScope, matrix: Matrix, ungrouped: boolean): Html {
  const { options, tier, accountTypes, entitlements, reserved, restricted } = scope;
  const { tiers } = matrix.policy;
  const plan = tiers[tier];
  const tags = [
    ...(options.required ? ["required"] : []),
    ...(options.default === undefined ? [] : [`default ${options.default}`]),
    ...(plan === undefined ? [] : [tierText(plan, tiers)]),
    ...(accountTypes === undefined ? [] : [accountTypesText(accountTypes)]),
    ...(entitlements.length === 0 ? [] : [entitlementsText(entitlements)]),
    ...(reserved ? ["reserved"] : []),
    ...(restricted ? ["restricted"] : []),
    ...(options.match === undefined ? [] : [`match ${options.match}`]),
  ];
  const rows = [...matrix.tools.rows, ...matrix.endpoints.rows];
  const opens = rows.filter((row) => row.cells.has(scope.id)).map(labelOf);
  const name = html`<code>${scope.name}</code>${options.title === undefined ? undefined : html` ${options.title}`}`;
  return html`<li id="${idOf(scope)}">
${ungrouped ? html`<h3>${name}</h3>` : html`<h4>${name}</h4>`}
<p>${options.description ?? "No description."}</p>
${options.warning === undefined ? undefined : html`<p class="warning"><b>Warning:</b> ${options.warning}</p>\n`}${tags.length === 0 ? undefined : html`<p>${tags.map((tag) => html`<span class="tag">${tag}</span> `)}</p>\n`}${options.implies === undefined ? undefined : html`<p class="small">Implies ${codes(options.implies)}</p>\n`}${options.replaces === undefined ? undefined : html`<p class="small">Replaces ${codes(options.replaces)}</p>\n`}<p class="small">${opens.length === 0 ? "No tool or endpoint uses it." : html`Used by ${opens.map((name, index) => html`${index === 0 ? "" : ", "}<code>${name}</code>`)}`}</p>
</li>
`;
}

function bundlesSection({ policy }: Matrix): Section | undefined {
  const bundles = [...bundlesOf(policy)];
  if (bundles.length === 0) return undefined;
  const cards = bundles.map(([name, { members, except }]) => {
    const rule =
      except === undefined
        ? undefined
        : html`<p>Every scope${except.length === 0 ? "" : html` except ${codes(except)}`}.</p>\n`;
    return html`<li>
<h3>${name}</h3>
${rule}<p class="small">${codes(members.map((scope) => scope.name))}</p>
</li>
`;
  });
  return section("bundles", "Bundles", html`<ul class="cards">\n${cards}</ul>`);
}

function notCoveredSection({ policy }: Matrix): Section | undefined {
  const texts = policy.definition.notCovered ?? [];
  if (texts.length === 0) return undefined;
  return section(
    "not-covered",
    "What scopes do not cover",
    html`<ul class="plain">${texts.map((text) => html`<li>${text}</li>`)}</ul>`,
  );
}
