import { ownMembers } from "../policy/own-members.js";
import { readChoice } from "./boundaries.js";
import type { ConsentRow, ConsentScreen } from "./model.js";
import { type ConsentSelection, postedTokens } from "./selection.js";

const PRESET = "preset:";

/** Returns the decision that the button of a preset posts. */
export function presetDecision(id: string): string {
  return PRESET + id;
}

/** Returns whether a posted decision only checks boxes. */
export function isChoice(decision: unknown): boolean {
  return (
    decision === "all" ||
    decision === "none" ||
    (typeof decision === "string" && decision.startsWith(PRESET))
  );
}

/** Which boxes of a screen are checked. */
export interface CheckedBoxes {
  /** Whether the box of a row is checked. */
  readonly hasRow: (row: ConsentRow) => boolean;
  /** Whether the box of a value of a boundary is checked. */
  readonly hasValue: (boundary: ConsentScreen["boundaries"][number], index: number) => boolean;
  /** Preset whose scopes are checked. */
  readonly preset: string | undefined;
}

/**
 * Returns which boxes of a screen are checked after a posted selection: those of a preset, all, none, or the posted ones. A locked row
 * keeps its state. Without a selection, the screen decides. Posted values that the screen does not offer have no effect.
 */
export function checkedBoxes(
  screen: ConsentScreen,
  selection: ConsentSelection | undefined,
  preset: string | undefined,
): CheckedBoxes {
  const posted = ownMembers(selection);
  const choice = posted && readChoice(posted.boundaries, screen.boundaries).chosen;
  const chosen = screen.presets.find(
    ({ id }) => id === preset || posted?.decision === presetDecision(id),
  );
  const isChosen = rowTest(chosen?.scopes, posted);
  return {
    hasRow: (row) => (row.locked || isChosen === undefined ? row.checked : isChosen(row.scope)),
    hasValue: ({ name, values }, index) => {
      const { value, checked } = values[index] as (typeof values)[number];
      return choice === undefined ? checked : choice.get(name)?.includes(value) === true;
    },
    preset: chosen?.id,
  };
}

/** Returns the test whether a scope is chosen; `undefined` if there is neither a preset nor a selection. */
function rowTest(
  preset: readonly string[] | undefined,
  posted: ConsentSelection | undefined,
): ((scope: string) => boolean) | undefined {
  if (preset === undefined && posted?.decision === "all") return () => true;
  if (preset === undefined && posted?.decision === "none") return () => false;
  const scopes = preset ?? (posted && postedTokens(posted.scopes));
  if (scopes === undefined) return undefined;
  const set = new Set<unknown>(scopes);
  return (scope) => set.has(scope);
}
