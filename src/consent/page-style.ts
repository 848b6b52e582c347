/** Stylesheet of the consent page. Hosts set its custom properties. The colours meet WCAG 2.2 AA in light and dark mode. */
export const PAGE_STYLE = `:root{color-scheme:light dark;--consent-accent:#1d4ed8;--consent-on-accent:#fff;--consent-text:#1b1f27;--consent-quiet:#4a5160;--consent-page:#eef1f6;--consent-card:#fff;--consent-line:#8a92a3;--consent-soft:#e3e7ef;--consent-caution:#7a3e00;--consent-caution-soft:#fff0c4;--consent-radius:14px;--consent-font:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",sans-serif}
@media (prefers-color-scheme:dark){:root{--consent-accent:#a8c2ff;--consent-on-accent:#0d1526;--consent-text:#eef1f7;--consent-quiet:#b4bccb;--consent-page:#0f131b;--consent-card:#191f2a;--consent-line:#768094;--consent-soft:#2a3240;--consent-caution:#ffd08a;--consent-caution-soft:#3a2a12}}
*{box-sizing:border-box}
html{scroll-padding-block:1rem 7rem}
body{margin:0;padding:clamp(0px,4vw,48px) 0;background:var(--consent-page);color:var(--consent-text);font:1rem/1.5 var(--consent-font)}
main{--pad:clamp(1rem,5vw,2.25rem);max-width:38rem;margin:0 auto;padding:var(--pad);background:var(--consent-card);border-radius:var(--consent-radius);box-shadow:0 1px 2px #0000000f,0 16px 40px #00000014;overflow-wrap:anywhere}
h1{margin:.75rem 0 .5rem;font-size:clamp(1.25rem,1rem + 2vw,1.6rem);line-height:1.25;text-wrap:balance}
h2{margin:0 0 .25rem;font-size:1rem}
p{margin:.25rem 0}
a{color:var(--consent-accent)}
.logo{display:grid;place-items:center;width:56px;height:56px;border-radius:var(--consent-radius);background:var(--consent-accent);color:var(--consent-on-accent);font-size:1.5rem;font-weight:700;object-fit:contain}
img.logo{background:none}
.proof,.links,.opens,.includes,.description,.about,.why,.tier,.entitlement,footer{color:var(--consent-quiet)}
.proof,.why,.warning,.redirect{display:flow-root}
.links a{margin-inline-end:1rem}
.icon{width:1.25em;height:1.25em;vertical-align:-.25em;margin-inline-end:.4em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
fieldset{min-width:0;margin:1.5rem 0 0;padding:0;border:0}
legend{padding:0;font-size:1.1rem;font-weight:700}
legend::first-letter{text-transform:uppercase}
.rows{margin-top:.5rem}
.row{position:relative;display:grid;grid-template-columns:auto minmax(0,1fr);gap:.25rem .85rem;padding:.7rem 0;border-top:1px solid var(--consent-soft)}
.row input{width:1.5rem;height:1.5rem;margin:0;accent-color:var(--consent-accent)}
.row input:disabled{cursor:not-allowed}
label{display:block;font-weight:600;line-height:1.5rem}
label.prose{font-weight:400}
.badge{display:inline-block;padding:0 .5rem;border-radius:99px;background:var(--consent-soft);font-size:.8rem;font-weight:500;white-space:nowrap}
.warning{margin:.5rem 0;padding:.5rem .7rem;border-inline-start:4px solid var(--consent-caution);border-radius:4px;background:var(--consent-caution-soft);color:var(--consent-caution)}
.tier,.entitlement{font-style:italic}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.opens{font-size:.9rem}
.opens .icon{display:none}
.more>summary{margin-top:.5rem;padding:.6rem .85rem;border:1px solid var(--consent-line);border-radius:var(--consent-radius);font-weight:600}
.more[open]>summary{margin-bottom:.5rem}
.changed{display:none}
.more:has(.row input:default:not(:checked),.row input:checked:not(:default))>summary>.chosen{display:none}
.more:has(.row input:default:not(:checked),.row input:checked:not(:default))>summary>.changed{display:inline}
.long fieldset{margin-top:1rem}
.long .row{padding:.35rem 0}
.long label{line-height:1.35;padding-inline-end:2.25rem}
.long .opens>summary{position:absolute;inset-block-start:.2rem;inset-inline-end:0;padding:.2rem;line-height:1;list-style:none}
.long .opens>summary::-webkit-details-marker{display:none}
.long .opens>summary .icon{display:block;width:1.4rem;height:1.4rem;margin:0}
.long .opens>summary span,.first{position:absolute;width:1px;height:1px;min-height:0;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (min-width:62rem){main.long{max-width:62rem}.long .rows{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));column-gap:2.5rem;align-items:start}}
.redirect bdi{font-weight:700}
summary{padding:.2rem 0;cursor:pointer}
details code{display:inline-block;margin-inline-end:.5rem}
button{min-height:3rem;padding:.5rem 1rem;border:2px solid var(--consent-accent);border-radius:var(--consent-radius);background:var(--consent-card);color:var(--consent-accent);font:inherit;font-weight:700;cursor:pointer}
button:hover{background:var(--consent-soft)}
.presets ul{display:flex;flex-wrap:wrap;gap:.5rem;margin:.25rem 0 0;padding:0;list-style:none}
.presets a,.presets button{display:block;min-height:0;padding:.4rem .85rem;border:1px solid var(--consent-line);border-radius:99px;font-weight:400;text-decoration:none}
.presets [aria-current]{background:var(--consent-accent);border-color:var(--consent-accent);color:var(--consent-on-accent)}
.presets{margin-top:1.25rem}
.not-covered{margin-top:1.5rem;padding:.85rem 1rem;border:1px solid var(--consent-soft);border-radius:var(--consent-radius)}
.not-covered ul{margin:0;padding-inline-start:1.25rem;color:var(--consent-quiet)}
.step-up{font-weight:600;text-wrap:balance}
.notice{padding:.75rem 1rem;border:2px solid var(--consent-caution);border-radius:var(--consent-radius)}
.redirect{margin-top:1.5rem;padding:.7rem 1rem;border-radius:var(--consent-radius);background:var(--consent-page)}
.buttons{position:sticky;z-index:1;inset-block-end:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(7rem,1fr));gap:.75rem;margin:1.25rem calc(-1*var(--pad)) 0;padding:.75rem var(--pad);border-top:1px solid var(--consent-line);background:var(--consent-card)}
:focus-visible{outline:3px solid var(--consent-accent);outline-offset:3px}
footer{margin-top:.75rem;font-size:.9rem}
@media (max-width:38rem){body{padding:0}main{border-radius:0;box-shadow:none}}
@media (forced-colors:active){.badge,.warning,button{border-color:CanvasText}}
@media print{.buttons,.presets{display:none}}`;
