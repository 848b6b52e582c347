import { type ConsentScreen, consentHeaders, consentScreen, definePolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { factsOf } from "./facts.js";

const policy = definePolicy({ name: "School", version: "7", scopes: { "courses:read": {} } });
const screen = consentScreen(policy, factsOf({ requested: "courses:read" }));
const own = String(screen.headers["Content-Security-Policy"]);
const nonce = "nonce-3f0a1c9e-5d1b-4f43-9a0e-7f2a5e6d8c11";
const digest = `sha256-${"a".repeat(43)}=`;

const directives = (headers: Readonly<Record<string, string>>) =>
  new Map(
    String(headers["Content-Security-Policy"])
      .split("; ")
      .map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1).join(" ")]),
  );

describe("consentHeaders", () => {
  it("returns the headers of the screen without sources", () => {
    expect(consentHeaders(screen)).toEqual(screen.headers);
    expect(consentHeaders(screen, { script: [], style: [] })).toEqual(screen.headers);
  });

  it("allows the scripts and styles of a page of your own, and nothing else", () => {
    const headers = consentHeaders(screen, { script: nonce, style: ["self", digest] });
    const after = directives(headers);
    const before = directives(screen.headers);
    expect(after.get("script-src")).toBe(`'${nonce}'`);
    expect(after.get("style-src")).toBe(`${before.get("style-src")} 'self' '${digest}'`);
    for (const [name, sources] of before) {
      if (name !== "style-src") expect(after.get(name)).toBe(sources);
    }
    expect([...after.keys()]).toEqual([...before.keys(), "script-src"]);
    expect({ ...headers, "Content-Security-Policy": own }).toEqual(screen.headers);
  });

  it.each([
    "self",
    nonce,
    `nonce-${"a".repeat(22)}==`,
    `sha256-${"a".repeat(43)}`,
    `sha256-${"a".repeat(43)}=`,
    `sha384-${"a".repeat(64)}`,
    `sha512-${"a".repeat(86)}`,
    `sha512-${"a".repeat(86)}==`,
  ])("allows the source %s", (source) => {
    const after = directives(consentHeaders(screen, { script: source, style: source }));
    expect(after.get("script-src")).toBe(`'${source}'`);
    expect(after.get("style-src")).toBe(
      `${directives(screen.headers).get("style-src")} '${source}'`,
    );
  });

  it.each([
    "'unsafe-inline'",
    "unsafe-inline",
    "unsafe-eval",
    "strict-dynamic",
    "'self'",
    "*",
    "https://cdn.example",
    "nonce-short",
    "nonce-",
    `${nonce}; script-src *`,
    `${nonce}' 'unsafe-inline`,
    `sha256-${"a".repeat(42)}`,
    `sha256-${"a".repeat(43)}=; script-src *`,
    `sha384-${"a".repeat(63)}`,
    `sha384-${"a".repeat(65)}`,
    `sha512-${"a".repeat(85)}`,
    `sha512-${"a".repeat(86)}==; script-src *`,
    `x${digest}`,
    `x${nonce}`,
    `sha1-${"a".repeat(27)}=`,
    "",
    7,
    null,
    ["self", "https:"],
    [7],
    {},
  ])("refuses the source %j", (script) => {
    for (const sources of [{ script }, { style: script }]) {
      expect(() => consentHeaders(screen, sources as never)).toThrow(
        expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }) as Error,
      );
    }
  });

  it("names an option that it does not have", () => {
    expect(() => consentHeaders(screen, { scripts: nonce } as never)).toThrow(
      "did you mean `script`",
    );
  });

  it.each([undefined, null, {}, { headers: {} }, Object.create(screen), "screen"])(
    "refuses the value %j in the place of a screen",
    (value) => {
      expect(() => consentHeaders(value as ConsentScreen)).toThrow(
        "`screen`: expected what `consentScreen` returns",
      );
    },
  );
});
