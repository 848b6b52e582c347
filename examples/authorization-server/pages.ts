// The pages around the consent page: a simplified sign-in, and short messages.
/** A user who can sign in. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly tier?: string;
  readonly account_type?: string;
  readonly resources?: { readonly [param: string]: { readonly [value: string]: string } };
}

export const STYLESHEET = `:root{color-scheme:light dark;--text:#1b1f27;--page:#eef1f6;--card:#fff;--line:#8a92a3;--accent:#1d4ed8}
@media (prefers-color-scheme:dark){:root{--text:#eef1f7;--page:#0f131b;--card:#191f2a;--line:#768094;--accent:#a8c2ff}}
*{box-sizing:border-box}
body{margin:0;padding:clamp(0px,4vw,48px) 0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:38rem;margin:0 auto;padding:clamp(1rem,5vw,2.25rem);background:var(--card);border-radius:14px;overflow-wrap:anywhere}
h1{margin:0 0 .5rem;font-size:1.4rem}
h2{margin:1.5rem 0 .25rem;font-size:1.1rem}
a{color:var(--accent)}
button{min-height:3rem;margin:.35rem .5rem .35rem 0;padding:.5rem 1rem;border:2px solid var(--accent);border-radius:14px;background:none;color:var(--accent);font:inherit;font-weight:700}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
li{margin:.2rem 0}`;

/** Headers of these pages. The consent page has its own. */
export const PAGE_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

const ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? "");
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>
`;
}

/** Returns the simplified sign-in page: a button for each user, without a password. */
export function signInPage(people: ReadonlyMap<string, Person>, csrf: string): string {
  const buttons = [...people].map(
    ([id, { name, tier }]) =>
      `<button name="person" value="${escapeHtml(id)}">${escapeHtml(tier === undefined ? name : `${name} (${tier})`)}</button>`,
  );
  return page(
    "Sign in",
    `<p>This page replaces a real sign-in: it asks for no password and checks nothing.</p>
<form method="post"><input type="hidden" name="csrf" value="${escapeHtml(csrf)}">${buttons.join("")}</form>`,
  );
}

/** Returns a page with a one-line message to the user. */
export function messagePage(title: string, text: string): string {
  return page(
    title,
    `<p>${escapeHtml(text)}</p><p><a href="/settings/connected-apps">Connected apps</a></p>`,
  );
}
