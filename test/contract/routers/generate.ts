import fc from "fast-check";

function endpointOf(route: string): string {
  const path = route.replaceAll(
    /\\(.)|([:*])(\w+)/g,
    (_, escaped: string | undefined, kind: string, name: string) =>
      escaped ?? (kind === "*" ? `{${name}*}` : `{${name}}`),
  );
  return `GET ${path}`;
}

/** The endpoints of the policy, with the route of each as Express 5 spells it, in the order in which they match. */
export const ROUTES: readonly (readonly [endpoint: string, route: string])[] = [
  "/",
  "/users",
  "/users/me",
  "/users/me/posts",
  "/users/me/posts/:post",
  "/users/:user",
  "/users/:user/posts",
  "/users/:user/posts/first",
  "/users/:user/posts/:post",
  "/users/:user/:part/all",
  "/files/a@b",
  "/files/:file",
  "/caf%C3%A9/:table",
  "/Team/:team",
  "/Team/:team/a.b",
  "/a/b/:y/d",
  "/a/:x/c",
  "/jobs/now\\:cancel",
  "/jobs/:job\\:cancel",
  "/jobs/:job\\:cancel/log",
  "/jobs/:job",
  "/jobs/:job/log",
  "/zip/:repo-issues-:task.zip",
  "/zip/*rest",
  "/docs/:doc.json",
  "/docs/:doc",
  "/docs/:doc/raw",
  "/docs/trash/*rest",
  "/docs/*rest",
  "/:section/info",
  "/:section/tree/*rest",
].map((route) => [endpointOf(route), route] as const);

/** Routes of a router that comes first, is mounted at `/orgs/:org`, and gets the parameter of its path. */
export const MOUNT = "/orgs/:org";
export const MOUNTED: readonly (readonly [endpoint: string, route: string])[] = [
  ["GET /orgs/{org}", "/"],
  ["GET /orgs/{org}/members/{member}", "/members/:member"],
];

const hex = (code: number) => `%${code.toString(16).padStart(2, "0")}`;

/** Returns a text in which every byte is an escape. */
const escapeAll = (text: string) => [...Buffer.from(text)].map((code) => hex(code)).join("");

const weighted = <Value>(...rows: readonly (readonly [number, fc.Arbitrary<Value>])[]) =>
  fc.oneof(...rows.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const textOf = (characters: string, maxLength = 6) =>
  fc
    .array(fc.constantFrom(...characters), { minLength: 1, maxLength })
    .map((drawn) => drawn.join(""));

const UNRESERVED = "aAbBmMeEzZ019-._~";
const DELIMITERS = "!$&'()+,;=:@|";
const BEYOND = "\u00e9\u00c9\u00df\u0131\u0130\u03c3\u03c2\u65e5\u0915\u094d\u0663\u{20000}";
const REFUSED =
  '%#?*{}<>"^[]\\/`\u0000\n\r\t\u007f\u0085\u200b\u202e\u{1f600}\uff0f\uff0e\u212ae\u0301';

const NAMES = [
  "me",
  "ME",
  "Me",
  "posts",
  "first",
  "info",
  "all",
  "b",
  "c",
  "a@b",
  "a.b",
  "users",
  "x:cancel",
  "now:cancel",
  "a.json",
  "",
];
const TAILS = ["", "", "", ";x", "%3Bx", ";", "%20", ".", "%00", "%2F", "+"];

/** Texts that routers, proxies and file systems are known to read in two ways. */
const HOSTILE: readonly string[] = [
  ..."%6De %6d%65 m%65 M%45 a%40b A%40b a%2540b %2540 %252e%252e %25 % %4 %zz %u0041 %C3 %C3A9 %c3%a9".split(
    " ",
  ),
  ..."%C0%AF %C0%AE%C0%AE %E0%80%AF %ED%A0%80 %F4%90%80%80 %FF %EF%BC%8F %EF%BC%8E %E2%84%AA e%CC%81".split(
    " ",
  ),
  ..."%2e %2E%2e .%2e . .. ... ..; ;x ;.. .;/x %2e%2e%2f %2f %2F a%2Fb a%5Cb %5c..%5c \\ ..\\".split(
    " ",
  ),
  ..."%20 %20a a%20 a%20b %09 %0a %0D%0A a%00 * a* {user} :user $ (.*) [1] %5B1%5D a?b a%3Fb a#b a%23b".split(
    " ",
  ),
  "",
];

const value = weighted(
  [5, textOf(UNRESERVED)],
  [3, textOf(UNRESERVED + DELIMITERS)],
  [6, textOf(`${UNRESERVED}${DELIMITERS}${BEYOND} `).map((text) => encodeURIComponent(text))],
  [2, textOf(`${DELIMITERS}${BEYOND} `, 4).map((text) => escapeAll(text))],
  [1, textOf(UNRESERVED, 3).map((text) => escapeAll(text))],
  [2, textOf(`${UNRESERVED}${REFUSED}`).map((text) => encodeURIComponent(text))],
  [1, textOf(`${UNRESERVED}|^"<>\`{}[]*!`)],
  [
    3,
    fc
      .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...TAILS))
      .map(([name, tail]) => `${name}${tail}`),
  ],
  [3, fc.constantFrom(...HOSTILE)],
);

const changeCase = (text: string) =>
  text.replace(/%..|[A-Z]+|[a-z]+/g, (part) => {
    if (part.startsWith("%")) return part;
    return part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase();
  });

/** Changes of a literal, most of which some router takes for the literal. */
const CHANGES: readonly ((literal: string) => string)[] = [
  changeCase,
  (literal) => literal.toLowerCase(),
  (literal) => literal.charAt(0).toUpperCase() + literal.slice(1),
  (literal) => literal.replace(/^[a-z]/i, (letter) => escapeAll(letter)),
  (literal) => literal.replace(/@/, "%40"),
  (literal) => literal.replaceAll(/%../g, (part) => part.toLowerCase()),
  (literal) => literal.replace("%C3%A9", "%C3%89"),
  (literal) => literal.replace("%C3%A9", "e%CC%81"),
  (literal) => `${literal};x=1`,
  (literal) => `${literal}%20`,
  (literal) => `${literal}%00`,
  (literal) => `${literal}.`,
];

/** Changes of a segment with text and a value, most of which some router takes for the same. */
const CHANGES_BESIDE: readonly ((segment: string) => string)[] = [
  changeCase,
  (segment) => segment.replace(":", "%3A"),
  (segment) => segment.replace(":", "%3a"),
  (segment) => segment.replace(".", "%2E"),
  (segment) => segment.replace("cancel", "%63ancel"),
  (segment) => `${segment};x=1`,
  (segment) => `${segment}%20`,
  (segment) => segment.replace(":cancel", ":cancel:cancel"),
  (segment) => segment.replace("-issues-", "-issues-b-issues-"),
  (segment) => segment.replace(/^.*:/, ":"),
];

/** Changes of a whole path. */
const SLIPS: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `/${path}`,
  (path) => path.replace(/(?<=.)\//, "//"),
  (path) => path.replace(/(?<=.)\//, "/./"),
  (path) => path.replace(/(?<=.)\//, "/x/../"),
  (path) => path.replace(/(?<=.)\//, "%2F"),
  (path) => path.replace(/(?<=.)\//, "\\"),
  (path) => `${path}/..`,
  (path) => `${path}/.`,
  (path) => `${path}?page=2`,
  (path) => `${path}?/users/me`,
  (path) => `${path}#x`,
  (path) => `${path};x=1`,
  (path) => `http://127.0.0.1${path}`,
  (path) => path.slice(1),
];

const same = (text: string) => text;
const sometimes = <Item>(
  chance: number,
  of: readonly ((text: string) => Item)[],
  plain: (text: string) => Item,
) => weighted([100 - chance, fc.constant(plain)], [chance, fc.constantFrom(...of)]);

const templates = [...ROUTES, ...MOUNTED].map(([endpoint]) => endpoint.slice("GET ".length));
/** Most requests are for routes with parameters. */
const template = weighted(
  [1, fc.constantFrom(...templates)],
  [5, fc.constantFrom(...templates.filter((text) => text.includes("{")))],
);

/** Draws a segment of text and parameters: `{job}:cancel`. */
const beside = (segment: string) => {
  const parts = segment.split(/(\{\w+\})/);
  const spelled = parts.map((part) => (part.startsWith("{") ? value : fc.constant(part)));
  return fc
    .tuple(fc.tuple(...spelled), sometimes(8, CHANGES_BESIDE, same))
    .map(([texts, change]) => change(texts.join("")));
};

const spellingOf = (segment: string): fc.Arbitrary<string> => {
  if (segment.endsWith("*}"))
    return fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => values.join("/"));
  if (/^\{\w+\}$/.test(segment)) return value;
  if (segment.includes("{")) return beside(segment);
  return sometimes(6, CHANGES, same).map((change) => change(segment));
};

const path = template.chain((text) => {
  const spelled = text.slice(1).split("/").map(spellingOf);
  return fc
    .tuple(fc.tuple(...spelled), sometimes(12, SLIPS, same))
    .map(([texts, slip]) => slip(`/${texts.join("/")}`));
});

/** Returns request targets, the same for the same numbers. */
export function generatePaths(count: number, seed: number): readonly string[] {
  return fc.sample(path, { numRuns: count, seed });
}
