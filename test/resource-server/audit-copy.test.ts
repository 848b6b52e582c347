import { describe, expect, it } from "vitest";
import { copyPlain } from "../../src/audit/redaction/plain-copy.js";
import { secretNames } from "../../src/audit/redaction/secret-names.js";

const copyOf = (value: unknown) =>
  copyPlain(value, { entries: 256, text: 8_192 }, secretNames(["customerRef"]));

describe("the copy of an argument", () => {
  const rows: readonly (readonly [title: string, value: unknown, copy: unknown])[] = [
    ["redacts the value of a secret name", { password: "x" }, { password: "[redacted]" }],
    ["redacts null under a secret name", { token: null }, { token: "[redacted]" }],
    ["redacts an object under a secret name as one", { token: { a: 1 } }, { token: "[redacted]" }],
    [
      "redacts at any depth, in lists too",
      [{ a: [{ pin: 1234, page: 2 }] }],
      [{ a: [{ pin: "[redacted]", page: 2 }] }],
    ],
    [
      "redacts each of two sensitive names that differ in invisible characters alone",
      { customerRef: "a", "customer\u200bRef": "b" },
      { customerRef: "[redacted]", "customerRef (2)": "[redacted]" },
    ],
    ["redacts a card number that is a bigint", 4111111111111111n, "[redacted]"],
    ["redacts a token in a text", "Bearer abc.def", "Bearer [redacted]"],
  ];

  it.each(rows)("%s", (_title, value, copy) => {
    expect(copyOf(value)).toEqual(copy);
  });

  it("does not copy more of an object because a member of it is redacted", () => {
    const copy = (name: string) =>
      copyPlain(
        { [name]: "a ".repeat(400), rest: "b ".repeat(400) },
        { entries: 9, text: 1_000 },
        secretNames([]),
      ) as { readonly rest: string };
    expect(copy("token").rest).toBe(copy("title").rest);
  });
});
