import { PolicyError } from "../errors.js";
import { escapeControls } from "../policy/report.js";
import { nearest } from "../policy/suggest.js";

/** Returns the error for a name that no operation of a policy has, with the most similar one of its names. */
export function unknownOperationError(name: unknown, names: Iterable<string>): PolicyError {
  const shown = typeof name === "string" ? name : typeof name;
  const meant = nearest(shown, names);
  const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
  const message = escapeControls(`the policy has no operation \`${shown}\`${hint}`);
  return new PolicyError("ERR_OPERATION_UNKNOWN", message);
}
