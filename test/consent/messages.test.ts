import { expect, it } from "vitest";
import { fill, WORDS } from "../../src/consent/messages.js";

const english = WORDS.get("en") as NonNullable<ReturnType<typeof WORDS.get>>;
const holesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

it.each([...WORDS])("%s has every text, with the same placeholders as English", (_, words) => {
  expect(Object.keys(words)).toEqual(Object.keys(english));
  for (const [name, text] of Object.entries<string>({ ...words })) {
    expect(text.trim()).not.toBe("");
    expect([name, holesOf(text)]).toEqual([name, holesOf(english[name as keyof typeof english])]);
  }
});

it("fill inserts values unchanged and once, and keeps unknown placeholders", () => {
  expect(fill("{a} {b} {c}", { a: "{b}", b: "$&" })).toBe("{b} $& {c}");
});
