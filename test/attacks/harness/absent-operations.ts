// Operations of the corpus that this version of the library does not have. One that it gets moves out of this table.
import { Skip } from "./corpus.js";
import type { Operation } from "./operations.js";

const absent =
  (name: string): Operation =>
  () =>
    Promise.reject(new Skip(`not in this version: ${name}`));

export const ABSENT_OPERATIONS: readonly (readonly [string, Operation])[] = [
  ["consent", absent("consentScreen/resolveConsent")],
  ["refresh", absent("refreshScope")],
];
