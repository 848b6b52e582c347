import { createHash } from "node:crypto";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import type { Policy } from "scope-policy";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy as localisation } from "../../examples/localisation/policy.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as moov } from "../../examples/moov/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { renderMatrixHtml } from "../../src/cli/matrix/matrix-html.js";
import { titled } from "../titled.js";
import { SMALL } from "./small-policy.js";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

interface Page {
  readonly text: string;
  readonly faults: readonly string[];
  readonly elements: readonly Element[];
}

function readPage(policy: Policy): Page {
  const text = renderMatrixHtml(policy);
  const faults: string[] = [];
  const document = parse(text, {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine }) => faults.push(`${code} at ${startLine}`),
  });
  return { text, faults, elements: document.childNodes.flatMap(below) };
}

function below(node: Node): readonly Element[] {
  if (!("tagName" in node)) return [];
  return [node, ...node.childNodes.flatMap(below)];
}

const named = (page: Page, name: string) => page.elements.filter(({ tagName }) => tagName === name);
const within = (element: Element, name: string) =>
  below(element).filter(({ tagName }) => tagName === name);
const attribute = (element: Element | undefined, name: string) =>
  element?.attrs.find((one) => one.name === name)?.value;

function textOf(node: Node): string {
  if (node.nodeName === "#text") return (node as DefaultTreeAdapterTypes.TextNode).value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

const HOSTILE = `<script>alert(1)</script>"><img src=x onerror=alert(1)>' & </style> --> ]]> \u0000\u0007`;

const hostile = loadPolicy({
  name: HOSTILE,
  version: HOSTILE,
  tiers: [HOSTILE],
  accountTypes: [`${HOSTILE}2`],
  scopes: {
    "<script>": {
      description: HOSTILE,
      title: HOSTILE,
      group: HOSTILE,
      warning: HOSTILE,
      tier: HOSTILE,
    },
    "'&amp;onerror=alert[1]": { description: HOSTILE, accountTypes: [`${HOSTILE}2`] },
  },
  bundles: { [HOSTILE]: ["<script>"] },
  tools: {
    t: { scope: "<script>", params: { script: "p" }, title: HOSTILE, description: HOSTILE },
    d: { deny: HOSTILE },
  },
  notCovered: [HOSTILE],
});

const POLICIES: readonly { readonly name: string; readonly policy: Policy }[] = [
  { name: "small", policy: loadPolicy(SMALL) },
  { name: "empty", policy: loadPolicy({ name: "N", version: "1", scopes: {} }) },
  { name: "hostile", policy: hostile },
  ...[loopwise, movementors, moov, localisation].map((policy) => ({ name: policy.name, policy })),
];

describe.each(titled(POLICIES, ({ name }) => name))(
  "the page of the policy %s",
  (_title, { policy }) => {
    const page = readPage(policy);
    const clean = (text: string) =>
      text.replaceAll(/\p{Cc}/gu, (control) => `\\u{${control.charCodeAt(0).toString(16)}}`);

    it("is valid HTML", () => {
      expect(page.text.startsWith("<!doctype html>")).toBe(true);
      expect(page.faults).toEqual([]);
      expect(attribute(named(page, "html")[0], "lang")).toBe("en");
      expect(named(page, "title").map(textOf)).toEqual([clean(`${policy.name}: tools by scopes`)]);
    });

    it("has one h1 and skips no heading level", () => {
      expect(named(page, "h1").map(textOf)).toEqual([clean(policy.name)]);
      const levels = page.elements.flatMap(({ tagName }) =>
        /^h\d$/.test(tagName) ? [Number(tagName[1])] : [],
      );
      levels.forEach((level, index) => {
        expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
      });
    });

    it("is self-contained: it runs no script and loads no resource", () => {
      const names = new Set(page.elements.map(({ tagName }) => tagName));
      for (const name of ["script", "img", "link", "iframe", "object", "embed", "base", "form"]) {
        expect(names).not.toContain(name);
      }
      for (const { attrs } of page.elements) {
        for (const { name, value } of attrs) {
          expect(name).not.toMatch(/^(on|style$|src)/);
          if (name === "href") expect(value).toMatch(/^#/);
        }
      }
      const csp = named(page, "meta").find(
        (meta) => attribute(meta, "http-equiv") === "Content-Security-Policy",
      );
      const style = named(page, "style").map(textOf).join("");
      const hash = createHash("sha256").update(style).digest("base64");
      expect(attribute(csp, "content")).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
      );
      expect(style).not.toMatch(/url\(|@import/);
      expect(named(page, "style")).toHaveLength(1);
    });

    it("has unique ids, and every link has a target", () => {
      const ids = page.elements.flatMap((element) => attribute(element, "id") ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (const link of named(page, "a")) expect(ids).toContain(attribute(link, "href")?.slice(1));
      for (const element of page.elements) {
        const label = attribute(element, "aria-labelledby");
        if (label !== undefined) expect(ids).toContain(label);
      }
    });

    it("has tables with captions, headers and the same number of cells in each row", () => {
      const { tools = {}, endpoints = {} } = policy.definition;
      const names = [Object.keys(tools), Object.keys(endpoints)].filter((list) => list.length > 0);
      const tables = named(page, "table");
      expect(
        tables.map((table) =>
          within(table, "tbody")
            .flatMap((body) => within(body, "th"))
            .map((th) => textOf(within(th, "code")[0] as Element)),
        ),
      ).toEqual(names);
      for (const table of tables) {
        expect(within(table, "caption")).toHaveLength(1);
        const [head = [], ...rows] = within(table, "tr").map((row) =>
          row.childNodes.filter((node) => "tagName" in node),
        );
        expect(head.map((th) => attribute(th, "scope"))).toEqual(head.map(() => "col"));
        for (const row of rows) {
          expect(row).toHaveLength(head.length);
          expect(attribute(row[0], "scope")).toBe("row");
        }
      }
      const regions = page.elements.filter((element) => attribute(element, "role") === "region");
      expect(regions).toHaveLength(tables.length);
      for (const region of regions) expect(attribute(region, "tabindex")).toBe("0");
    });

    it("has a card with the description of every scope", () => {
      const cards = page.elements.filter((element) =>
        attribute(element, "id")?.startsWith("scope-"),
      );
      const { scopes } = policy.definition;
      expect(cards).toHaveLength(Object.keys(scopes).length);
      Object.values(scopes).forEach((scope, index) => {
        const description = typeof scope === "string" ? scope : (scope.description ?? "");
        expect(textOf(cards[index] as Element)).toContain(clean(description));
      });
    });
  },
);

describe("the page of the small policy", () => {
  const page = readPage(loadPolicy(SMALL));
  const rows = new Map(
    named(page, "tr").map((row) => {
      const cells = row.childNodes.filter((node) => "tagName" in node);
      return [textOf(cells[0] as Element), cells.slice(1).map(textOf)];
    }),
  );

  const ROWS: readonly { readonly name: string; readonly needs: string; readonly cells: string }[] =
    [
      { name: "list_orders", needs: "orders:read", cells: "all|via||all +||||" },
      {
        name: "restock",
        needs:
          "stock:read and (orders:write or shop:write) seller accounts, with stock:read and shop:write",
        cells: "|any +|all +|all +||any +||",
      },
      { name: "buy_ad", needs: "ads:write pro tier", cells: "|||all +|all|||" },
      {
        name: "rename_shopRenameGives the shop a name",
        needs: "shop:write seller accounts",
        cells: "|||all +||all||",
      },
      {
        name: "transfer",
        needs: "/accounts/{id}/ {id} is the parameter from",
        cells: "|||all +||||all",
      },
      {
        name: "search",
        needs: "public No token is required. A scope adds detail.",
        cells: "||more|||||",
      },
      {
        name: "whoami",
        needs: "authenticated Any valid token is sufficient.",
        cells: "|||all||||",
      },
      { name: "close_shop", needs: "never Only by letter.", cells: "|||||||" },
      { name: "secret hidden", needs: "stock:read", cells: "||all|all +||||" },
      { name: "export_* pattern", needs: "orders:read pro tier", cells: "all|via||all +||||" },
      { name: "GET /orders", needs: "orders:read", cells: "all|via|" },
      { name: "GET /me", needs: "authenticated Any valid token is sufficient.", cells: "||" },
    ];

  it.each(titled(ROWS, ({ name }) => name))("has the row %s", (_title, { name, needs, cells }) => {
    expect(rows.get(name)).toEqual([needs, ...cells.split("|")]);
  });

  it("contains baseline, defaults, bundles and what is not covered", () => {
    const text = named(page, "body").map(textOf).join("");
    for (const words of [
      "Every tool that is not public also requires mcp:tools.",
      "A request that names no scope is granted openid.",
      "Every scope except ads:write.",
      "Paying out",
      "Warning: moves money",
      "Implies orders:read",
      "Replaces purchases:read",
      "default off",
      "No tool or endpoint uses it.",
    ]) {
      expect(text).toContain(words);
    }
  });

  it("has a card of a scope without conditions, which implies others", () => {
    const scopes = { all: { implies: ["a", "b"] }, a: "Reads a", b: "Reads b" };
    const page = readPage(loadPolicy({ name: "P", version: "1", scopes }));
    const card = page.elements.find((element) => attribute(element, "id") === "scope-1");
    expect(textOf(card as Element)).toBe(
      "\nall\nNo description.\nImplies a, b\nNo tool or endpoint uses it.\n",
    );
  });

  it("folds a rule of many scopes", () => {
    const names = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const wide = loadPolicy({
      name: "W",
      version: "1",
      scopes: Object.fromEntries(names.map((name) => [name, ""])),
      tools: { t: { anyOf: names } },
    });
    const folded = named(readPage(wide), "details");
    expect(folded.map((element) => textOf(within(element, "summary")[0] as Element))).toEqual([
      "a rule of 100 scopes",
    ]);
    expect(folded.map(textOf).join("")).toContain("s0 or s1 or s2");
  });
});
