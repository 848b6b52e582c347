// Changes of texts and of trees: what a careless or hostile sender does to something valid.

import fc from "fast-check";

const ODD = [
  ...[
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    '"',
    "\\",
    ",",
    ";",
    ":",
    "/",
    ".",
    "*",
    "é",
    "\u00a0",
    "\u0000",
  ],
  ...[
    "{",
    "}",
    "{a}",
    "<a>",
    "{__proto__}",
    "%20",
    "%2f",
    "://",
    "urn:",
    "\ud800",
    "\ufeff",
    "\u202e",
    "=",
    "~",
  ],
];

/** One change of a text. Both places are taken modulo the length. */
interface TextEdit {
  readonly at: number;
  readonly length: number;
  readonly kind: "insert" | "remove" | "repeat" | "replace" | "case";
  readonly piece: string;
  readonly times: number;
}

const PIECE = fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ minLength: 1, maxLength: 3, unit: "binary" }),
);

const TEXT_EDIT: fc.Arbitrary<TextEdit> = fc.record({
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 12 }),
  kind: fc.constantFrom("insert", "remove", "repeat", "replace", "case"),
  piece: PIECE,
  times: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 4 }), weight: 20 },
    fc.constantFrom(4_100, 70_000),
  ),
});

function editText(text: string, { at, length, kind, piece, times }: TextEdit): string {
  const start = at % (text.length + 1);
  const [before, part, after] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ];
  const changed = {
    insert: piece + part,
    remove: "",
    // a long text is repeated as a whole at most once
    repeat: part.repeat(Math.min(times, Math.ceil(200_000 / (part.length + 1)))),
    replace: piece,
    case: part.toUpperCase(),
  }[kind];
  return before + changed + after;
}

/** Returns texts of a list, most of them with some changes. */
export function editedTexts(texts: readonly string[], most = 3): fc.Arbitrary<string> {
  const edits = fc.array(TEXT_EDIT, { maxLength: most });
  return fc
    .tuple(fc.constantFrom(...texts), edits)
    .map(([text, list]) => list.reduce(editText, text));
}

/** Values that are rarely expected. */
const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e300, "", " ", "a b", "__proto__", "constructor", [], {}],
  ...[[[]], [null], { a: 1 }, { __proto__: null }, "é", "\u0000", "{a}", "a".repeat(300)],
];

/** One change of a tree: what is done to the part with a number, in the order of a walk. */
interface TreeEdit {
  readonly at: number;
  readonly kind: "remove" | "replace" | "rename" | "copy" | "list" | "text";
  readonly value: unknown;
  readonly key: string;
  readonly text: TextEdit;
}

const TREE_EDIT: fc.Arbitrary<TreeEdit> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("remove", "replace", "rename", "copy", "list", "text"),
  value: fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 2 })),
  key: fc.oneof(fc.constantFrom("__proto__", "constructor", "a", "*", "", "default"), PIECE),
  text: TEXT_EDIT,
});

type Members = (readonly [key: string, value: unknown])[];

/** Returns the members that take the place of one. */
function changedMember([key, value]: Members[number], edit: TreeEdit): Members {
  const { kind, text } = edit;
  const name = edit.key || `${key}x`;
  const table: Readonly<Record<TreeEdit["kind"], () => Members>> = {
    remove: () => [],
    replace: () => [[key, edit.value]],
    rename: () => [[name, value]],
    copy: () => [
      [key, value],
      [name, value],
    ],
    list: () => [[key, [value]]],
    text: () => [[key, typeof value === "string" ? editText(value, text) : edit.value]],
  };
  return table[kind]();
}

/** Defines members, also one that is named `__proto__`. */
const objectOf = (members: Members): object => Object.fromEntries(members);

/** Returns how many members a tree has, at any depth. */
const sizeOf = (tree: unknown): number =>
  typeof tree === "object" && tree !== null
    ? Object.values(tree).reduce<number>((sum, value) => sum + 1 + sizeOf(value), 0)
    : 0;

function editTree(tree: unknown, edit: TreeEdit): unknown {
  const size = sizeOf(tree);
  if (size === 0) return edit.value;
  let left = edit.at % size;
  const visit = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).flatMap((member): Members => {
      const isHere = left === 0;
      left -= 1;
      return isHere ? changedMember(member, edit) : [[member[0], visit(member[1])]];
    });
    return Array.isArray(value) ? members.map(([, own]) => own) : objectOf(members);
  };
  return visit(tree);
}

/** Returns trees of an arbitrary, most of them with some changes. */
export function editedTrees(trees: fc.Arbitrary<unknown>, most = 2): fc.Arbitrary<unknown> {
  return fc
    .tuple(trees, fc.array(TREE_EDIT, { maxLength: most }))
    .map(([tree, edits]) => edits.reduce<unknown>(editTree, tree));
}
