import { expect } from "vitest";
import type { ModelDecision } from "./model.js";
import { comparedTo } from "./observe.js";

/** Throws if a decision is not that of the model. */
export function expectSame(real: object, model: ModelDecision): void {
  expect(comparedTo(model, real)).toStrictEqual(model);
}
