// What the program calls with bad input.

import type fc from "fast-check";

export interface Target<Input = unknown> {
  readonly inputs: fc.Arbitrary<Input>;
  /** Every outcome that is expected, in the order of the report. */
  readonly outcomes: readonly string[];
  /** Calls the library. Returns the outcome; throws for a result that is not as documented. */
  run(input: Input): string | Promise<string>;
  /** Frees what the target has opened. */
  readonly close?: () => Promise<void>;
}

/** Throws if a result is not as documented. */
export function check(isMet: boolean, what: string): void {
  if (!isMet) throw new Error(`not as documented: ${what}`);
}

/** Throws if a text that a client or a log may see contains a secret. */
export function checkHidden(shown: unknown, secret: string, where: string): void {
  const text = typeof shown === "string" ? shown : JSON.stringify(shown);
  check(secret.length < 8 || !(text ?? "").includes(secret), `a token in ${where}`);
}

/** Checks the message of an error or a finding: a text of a length. */
export function checkText(message: unknown, most: number): void {
  check(typeof message === "string" && message !== "", "a message is a text");
  const text = String(message);
  check(text.length <= most, `a message has at most ${most} characters, not ${text.length}`);
}

/** Checks a message that programs may print: a text of a length, in one line, without control characters. */
export function checkMessage(message: unknown, most: number): void {
  checkText(message, most);
  check(!/[\p{Cc}\p{Bidi_Control}]/u.test(String(message)), "a message has no control character");
}
