import { describe, expect, it } from "vitest";
import { isLoopback, isSecure, type UrlParts, urlParts, webLink } from "../../src/grammar/url.js";

describe("the URL that an option or a client names", () => {
  it.each([
    ["https://a.example/", false, true],
    ["https://localhost/", true, true],
    ["http://localhost:8080/x", true, true],
    ["http://LOCALHOST/", true, true],
    ["http://127.0.0.1/", true, true],
    ["http://127.10.20.30/", true, true],
    ["http://127.1/", true, true], // the URL standard writes it out as 127.0.0.1
    ["http://0x7f.0.0.2/", true, true],
    ["http://[::1]:3000/", true, true],
    ["http://[0:0::1]/", true, true],
    ["http://a.example/", false, false],
    ["http://localhost.a.example/", false, false],
    ["http://127.0.0.1.a.example/", false, false],
    ["http://a.localhost/", false, false],
    ["http://localhost./", false, false],
    ["http://0.0.0.0/", false, false],
    ["http://[::]/", false, false],
    ["http://localhost@a.example/", false, false],
    ["ftp://localhost/", true, false],
    ["ws://127.0.0.1/", true, false],
    ["com.example.app:/callback", false, false],
  ])("%s is loopback: %s, and protected on the way: %s", (text, loopback, secure) => {
    const url = urlParts(text) as UrlParts;
    expect([isLoopback(url), isSecure(url)]).toEqual([loopback, secure]);
  });

  it.each(["", "/path", "localhost", "https://", 7, undefined, new URL("https://a.example/")])(
    "%s is not parsed",
    (value) => {
      expect(urlParts(value)).toBeUndefined();
    },
  );
});

describe("a link that a page may contain", () => {
  it.each([
    ["https://a.example", "https://a.example/"],
    ["HTTPS://A.example/b?c=d#e", "https://a.example/b?c=d#e"],
    ["https://a.example/%20", "https://a.example/%20"],
    ["https://a.example/b'(c)", "https://a.example/b'(c)"],
    ["https://[::1]:8443/", "https://[::1]:8443/"],
  ])("%s is written as %s", (link, href) => {
    expect(webLink(link)).toBe(href);
  });

  it.each([
    "http://a.example/",
    "ftp://https://a.example/",
    "javascript:https://a.example/",
    "https:/a.example/",
    "https://",
    "https://:1/",
    "https://user@a.example/",
    "https://:secret@a.example/",
    "https://a.example/ b",
    "https://a.example/\nb",
    "https://a.example\\@b.example/",
    "https://a.example/<b>",
    'https://a.example/"',
    "https://a.example/`",
    "https://a.example/{b}",
    "https://a.example/b|c",
    "https://a.example/b^c",
    "https://ä.example/",
    "https://a.example/\u007f",
    "",
    7,
    undefined,
    new URL("https://a.example/"),
  ])("%j is not one", (link) => {
    expect(webLink(link)).toBeUndefined();
  });
});
