import { createHash } from "node:crypto";

const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

/** Sources that the site may use. Styles in attributes colour the code. */
const DIRECTIVES = {
  "default-src": "'self'",
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data:",
  "object-src": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

/** Returns a page with its content security policy, which allows the inline scripts of the page by their hashes. */
export function withContentSecurityPolicy(html: string): string {
  const hashes = [...html.matchAll(INLINE_SCRIPT)].map(
    ([, script = ""]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
  const directives = { ...DIRECTIVES, "script-src": ["'self'", ...hashes].join(" ") };
  const content = Object.entries(directives).map(([name, sources]) => `${name} ${sources}`);
  const meta = `<meta http-equiv="Content-Security-Policy" content="${content.join("; ")}">`;
  return html.replace("<head>", () => `<head>\n    ${meta}`);
}
