import { expect, it } from "vitest";
import { fillPlaceholders, MESSAGES } from "../../src/consent/messages.js";

const english = MESSAGES.get("en") as NonNullable<ReturnType<typeof MESSAGES.get>>;
const holesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

it.each([...MESSAGES])("%s has every text, with the same placeholders as English", (_, words) => {
  expect(Object.keys(words)).toEqual(Object.keys(english));
  for (const [name, text] of Object.entries<string>({ ...words })) {
    expect(text.trim()).not.toBe("");
    expect([name, holesOf(text)]).toEqual([name, holesOf(english[name as keyof typeof english])]);
  }
});

it("fill inserts values unchanged and once, and keeps unknown placeholders", () => {
  expect(fillPlaceholders("{a} {b} {c}", { a: "{b}", b: "$&" })).toBe("{b} $& {c}");
});
