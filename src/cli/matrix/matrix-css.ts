/** The style sheet of the matrix page, with a light and a dark palette. The page conveys nothing by colour alone. */
export const MATRIX_CSS = `
:root {
  color-scheme: light dark;
  --page: #f7f7f4; --sheet: #ffffff; --ink: #1d2126; --soft: #59626c; --line: #dcdfe0; --faint: #eef0ee;
  --accent: #0b5c57; --on-accent: #ffffff; --accent-soft: #dff0ec;
  --gate: #5b3a99; --gate-soft: #efe9fa; --never: #9c2315; --never-soft: #fbe9e6; --warn: #7a4b00; --warn-soft: #fdf1d8;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Noto Sans Mono", Menlo, Consolas, monospace;
  --gap: clamp(1rem, 3vw, 2.5rem);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --sheet: #1b2024; --ink: #e8ebec; --soft: #a4aeb5; --line: #343b41; --faint: #22282c;
    --accent: #7fd6c8; --on-accent: #0d2320; --accent-soft: #17403b;
    --gate: #cbb6f6; --gate-soft: #322a49; --never: #ffab9d; --never-soft: #45221d; --warn: #f5cb7f; --warn-soft: #40300f;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-block-start: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.55 var(--sans); overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }
.skip { position: absolute; inset-block-start: -4rem; inset-inline-start: 1rem; padding: .6rem 1rem; background: var(--accent); color: var(--on-accent); z-index: 9; }
.skip:focus { inset-block-start: 1rem; }
.top, main { max-inline-size: 96rem; margin-inline: auto; padding-inline: var(--gap); }
.top { padding-block: clamp(2rem, 6vw, 4.5rem) 1.5rem; }
.eyebrow { margin: 0; color: var(--accent); font-size: .8125rem; font-weight: 650; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .2rem 0; font-size: clamp(2rem, 6vw, 3.5rem); line-height: 1.08; letter-spacing: -.02em; }
h2 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.2; letter-spacing: -.01em; }
h3 { margin: 1.75rem 0 .75rem; font-size: 1.0625rem; }
h4 { margin: 0; font-size: 1rem; }
.version { margin: 0; color: var(--soft); }
code { font: .875em/1.4 var(--mono); unicode-bidi: isolate; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem 2.25rem; margin: 1.75rem 0; }
.counts div { display: flex; flex-direction: column-reverse; }
.counts dt { color: var(--soft); font-size: .875rem; }
.counts dd { margin: 0; font-size: 1.75rem; font-weight: 600; line-height: 1.1; font-variant-numeric: tabular-nums; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding-block: .3rem; }
main { padding-block-end: 5rem; }
main > section { margin-block-start: 3rem; }
.note { padding: .75rem 1.1rem; border-inline-start: 4px solid var(--accent); background: var(--accent-soft); border-radius: .25rem; }
.note p { margin: .25rem 0; }
.legend dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: .6rem 2rem; margin: 0; }
.legend h2 { font-size: 1.0625rem; margin-block-end: .75rem; }
main > .legend { margin-block-start: 1.75rem; }
.legend dl div { display: flex; gap: .75rem; align-items: baseline; }
.legend dt { flex: 0 0 3.25rem; text-align: center; }
.legend dd { margin: 0; color: var(--soft); font-size: .9375rem; }
.blank { color: var(--soft); font-size: .8125rem; }
.scroll { overflow: auto; max-block-size: min(90vh, 62rem); background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; }
table { border-collapse: separate; border-spacing: 0; inline-size: 100%; font-size: .9375rem; overflow-wrap: normal; }
caption { color: var(--soft); font-size: .875rem; text-align: start; }
caption span { position: sticky; inset-inline-start: 0; display: inline-block; max-inline-size: calc(100vw - 2 * var(--gap)); padding: .8rem 1rem; }
th, td { padding: .55rem .4rem; border-block-start: 1px solid var(--line); text-align: center; vertical-align: middle; }
thead th { position: sticky; inset-block-start: 0; z-index: 2; background: var(--sheet); border-block-end: 2px solid var(--line); vertical-align: bottom; }
th.name { position: sticky; inset-inline-start: 0; z-index: 1; min-inline-size: 13rem; max-inline-size: 22rem; padding-inline: 1rem; background: var(--sheet); text-align: start; font-weight: 600; border-inline-end: 1px solid var(--line); overflow-wrap: break-word; }
thead th.name { z-index: 3; }
td.needs, th.needs { min-inline-size: 17rem; max-inline-size: 26rem; padding-inline: 1rem; text-align: start; overflow-wrap: break-word; }
tbody tr:nth-child(even) > * { background: var(--faint); }
tbody tr:hover > * { background: var(--accent-soft); }
tr.denied td.needs { color: var(--never); }
.title { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; }
th.scope { padding: .75rem .1rem; font-weight: 500; }
th.scope a { display: inline-block; color: inherit; text-decoration: none; writing-mode: vertical-rl; transform: rotate(180deg); max-block-size: 21rem; font: .8125rem/1.2 var(--mono); }
th.scope a:hover { color: var(--accent); text-decoration: underline; }
.word { color: var(--soft); }
.mark { display: inline-block; min-inline-size: 2.6rem; padding: .1rem .4rem; border: 1.5px solid var(--accent); border-radius: 1rem; color: var(--accent); font-size: .75rem; font-weight: 650; line-height: 1.35; white-space: nowrap; text-align: center; }
.mark.alone { background: var(--accent); color: var(--on-accent); }
.mark.via { border-style: dashed; }
.mark.more { border-style: double; border-width: 3px; background: none; color: var(--accent); }
.tag { display: inline-block; padding: .05rem .5rem; border-radius: .35rem; background: var(--faint); border: 1px solid var(--line); color: var(--soft); font-size: .8125rem; font-weight: 550; }
.tag.gate { background: var(--gate-soft); border-color: transparent; color: var(--gate); }
.tag.never { background: var(--never-soft); border-color: transparent; color: var(--never); }
.tag.open { background: var(--accent-soft); border-color: transparent; color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; margin: 0; padding: 0; list-style: none; }
.cards li { padding: 1rem 1.15rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; }
.cards li:target { border-color: var(--accent); box-shadow: 0 0 0 2px var(--accent); }
.cards p { margin: .4rem 0 0; }
.cards h3 { margin: 0; }
.small { color: var(--soft); font-size: .875rem; }
.warning { padding: .35rem .6rem; border-radius: .35rem; background: var(--warn-soft); color: var(--warn); }
.plain { margin: 0; padding-inline-start: 1.25rem; }
.plain li { margin-block: .35rem; }
summary { cursor: pointer; }
@media (max-width: 40rem) {
  th.name { position: static; min-inline-size: 10rem; }
  thead th.name { position: sticky; inset-inline-start: auto; z-index: 2; }
  td.needs, th.needs { min-inline-size: 13rem; }
}
@media (forced-colors: active) { .mark, .tag { border: 1px solid; } }
@media print {
  body { background: none; font-size: 9pt; }
  nav, .skip { display: none; }
  .scroll { overflow: visible; max-block-size: none; border: 0; }
  thead th, th.name { position: static; }
  tr, .cards li { break-inside: avoid; }
}
`;
