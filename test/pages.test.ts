import { describe, expect, it } from "vitest";
import { pageOf, wordCount } from "../scripts/page-list.mjs";
import { indexOf, pageFaults } from "../scripts/pages.mjs";

const FILES = ["dist", "docs/express.md"];

const textOf = (front: Readonly<Record<string, string>>, body: string): string =>
  `---\n${Object.entries(front)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("")}---\n\n${body}`;

const FRONT = {
  title: "Express",
  description: "Protect an Express API, and check at startup that every route has a rule",
  kind: "how-to",
  section: "Protect an API",
};
const NEXT = "## Next step\n\n* [Consent](consent.md), to ask a user.\n";
const words = (count: number): string => `${"word ".repeat(count)}\n\n`;

interface Row {
  readonly title: string;
  readonly path?: string;
  readonly front?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly fault: string;
}

const ROWS: readonly Row[] = [
  {
    title: "an unknown kind",
    front: { ...FRONT, kind: "guide", section: '""' },
    fault: 'invalid kind "guide"',
  },
  {
    title: "an unknown section",
    front: { ...FRONT, section: "Other" },
    fault: 'invalid section "Other"',
  },
  {
    title: "a section on a reference page",
    front: { ...FRONT, kind: "reference" },
    fault: "a section, which only how-to pages have",
  },
  {
    title: "a description that ends in a full stop",
    front: { ...FRONT, description: "Protect an API." },
    fault: "description is not one line without a full stop",
  },
  {
    title: "a description of 120 characters",
    front: { ...FRONT, description: "x".repeat(120) },
    fault: "description of 120 characters or more",
  },
  {
    title: "no next step",
    body: "# Express\n",
    fault: "the last section is not `## Next step`",
  },
  {
    title: "a section after the next step",
    body: `${NEXT}\n## More\n\nText.\n`,
    fault: "the last section is not `## Next step`",
  },
  {
    title: "a next step that is only in a block of code",
    body: `# Express\n\n\`\`\`text\n${NEXT}\`\`\`\n`,
    fault: "the last section is not `## Next step`",
  },
  {
    title: "a next step without a link",
    body: "## Next step\n\nThink.\n",
    fault: "0 links in `## Next step`, not one to three",
  },
  {
    title: "1,200 words",
    body: `${words(1_193)}${NEXT}`,
    fault: "1200 words outside code, the limit is 1200",
  },
  {
    title: "a column without a name",
    body: `| | status |\n|---|---|\n| no token | 401 |\n\n\`\`\`text\n| | a |\n|---|---|\n\`\`\`\n\n${NEXT}`,
    fault: "a column without a name: | | status |",
  },
  {
    title: "a path that is not in the package",
    path: "koa.md",
    fault: "not in `files` of package.json",
  },
];

const faultsOf = ({ path = "express.md", front = FRONT, body = NEXT }: Partial<Row>) =>
  pageFaults([pageOf(path, textOf(front, body))], FILES);

describe("a page of docs", () => {
  it("has no faults with front matter, a next step and a limited length", () => {
    expect(faultsOf({ body: `${words(1_192)}\`\`\`ts\n${words(50)}\`\`\`\n\n${NEXT}` })).toEqual(
      [],
    );
  });

  it("has no limit of words and no next step if its kind is `page`", () => {
    const front = { title: "Playground", description: "Try a policy", kind: "page" };
    expect(faultsOf({ path: "playground.md", front, body: words(2_000) })).toEqual([]);
  });

  it.each(ROWS.map((row) => [row.title, row] as const))("has one fault with %s", (_title, row) => {
    expect(faultsOf(row)).toEqual([`docs/${row.path ?? "express.md"}: ${row.fault}`]);
  });

  it("has three faults without front matter", () => {
    expect(pageFaults([pageOf("express.md", NEXT)], FILES)).toEqual([
      "docs/express.md: missing title",
      "docs/express.md: missing description",
      'docs/express.md: invalid kind ""',
    ]);
  });
});

describe("the index of docs", () => {
  it("lists the pages by kind and section, and no page of the kind `page`", () => {
    const pages = [
      pageOf("a.md", textOf({ title: "A", description: "See A", kind: "tutorial" }, NEXT)),
      pageOf("express.md", textOf(FRONT, NEXT)),
      pageOf("p.md", textOf({ title: "P", description: "Play", kind: "page" }, NEXT)),
    ];
    expect(indexOf(pages)).toBe(
      `\n## Tutorials\n\n* [A](a.md): See A\n\n## How-to guides\n\n### Protect an API\n\n* [Express](express.md): ${FRONT.description}\n\n`,
    );
  });
});

describe("the words of a page", () => {
  it("are those of its prose and its tables, without code and comments", () => {
    expect(
      wordCount("# One two\n\n| three | `four` |\n|---|---|\n\n```ts\nno no\n```\n<!-- no -->\n"),
    ).toBe(4);
  });
});
