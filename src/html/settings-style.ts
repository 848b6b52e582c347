/** Stylesheet of the page of connected apps and of the audit log, in addition to that of the consent page. */
export const SETTINGS_STYLE = `main{max-width:46rem}
h1{margin-top:0}
.list{margin:1.5rem 0 0;padding:0;list-style:none}
.app,.event{padding:1.25rem 0;border-top:1px solid var(--consent-line)}
.app h2{font-size:1.2rem}
.who{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 1rem;align-items:start}
.who .logo{width:44px;height:44px;font-size:1.25rem}
.facts{display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);gap:.15rem 1rem;margin:.75rem 0}
.facts dt,.description,.proof,.reason,.meta,.empty{color:var(--consent-quiet)}
.facts dd{margin:0}
.scopes>summary{font-weight:600}
.scopes ul{margin:.25rem 0 .5rem;padding-inline-start:1.25rem;list-style:disc}
.scopes li{margin:.35rem 0}
.scopes li:has(.description)>bdi{font-weight:600}
.revoke{margin-top:.75rem}
.revoke>summary{display:inline-block;min-height:3rem;padding:.6rem 1rem;border:2px solid var(--consent-caution);border-radius:var(--consent-radius);color:var(--consent-caution);font-weight:700;list-style:none}
.revoke>summary::-webkit-details-marker{display:none}
.revoke>summary::before{content:"";display:inline-block;width:.5em;height:.5em;margin-inline-end:.6em;border:solid;border-width:0 .15em .15em 0;transform:translateY(-.2em) rotate(45deg)}
.revoke[open]>summary::before{transform:rotate(225deg)}
.revoke form{margin-top:.75rem;padding:.85rem 1rem;border-inline-start:4px solid var(--consent-caution);border-radius:4px;background:var(--consent-caution-soft);color:var(--consent-caution)}
.revoke button{margin-top:.6rem;border-color:var(--consent-caution);background:var(--consent-card);color:var(--consent-caution)}
.filters{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:.75rem;align-items:end;margin-top:1rem}
select{width:100%;min-height:3rem;padding:.4rem .6rem;border:1px solid var(--consent-line);border-radius:var(--consent-radius);background:var(--consent-card);color:inherit;font:inherit}
.event{padding:.85rem 0}
.event .what{display:flex;flex-wrap:wrap;gap:.15rem .75rem;align-items:baseline}
.what code{font-size:.95rem;font-weight:600}
.meta code{display:inline-block;margin-inline-end:.6rem}
.event .meta,.event .reason{font-size:.9rem}
.outcome{font-weight:600;white-space:nowrap}
.outcome.refused{color:var(--consent-caution)}
.arguments dl{display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);gap:.15rem 1rem;margin:.25rem 0 .5rem}
.arguments dd{margin:0}
.pages{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;padding-top:1rem;border-top:1px solid var(--consent-line)}
@media (forced-colors:active){.revoke>summary{border-color:CanvasText}}
@media print{.revoke,.filters,.pages{display:none}}`;
