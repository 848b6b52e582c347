// Everything that a run of the model must reach at least once.

import { CODES } from "../../model/observe.js";
import { ALLOWED, DENIED, REQUESTS } from "../../model/points.js";
import { MATCHES } from "../../model/reached-rules.js";

const each = (prefix: string, names: readonly string[]) => names.map((name) => `${prefix}${name}`);
const both = (prefix: string, suffixes: readonly string[]) => suffixes.map((one) => prefix + one);

export const POINTS: readonly string[] = [
  ...each("code ", CODES),
  ...each("allowed ", Object.keys(ALLOWED)),
  ...each("denied ", Object.keys(DENIED)),
  ...MATCHES.flatMap((match) => both(`rule ${match}: `, ["met", "not met"])),
  ...Object.keys(REQUESTS).flatMap((type) => [`allowed at ${type}`, `denied at ${type}`]),
  ...each("listed as ", [
    "allowed",
    "unauthenticated",
    "insufficient_scope",
    "insufficient_user_authentication",
    "upgrade_required",
  ]),
  ...["minimum", "union"].flatMap((mode) => both(`challenge ${mode}: `, ["scopes", "none"])),
  "expand",
  ...both("covers ", ["true", "false"]),
  ...both("missing ", ["some", "nothing"]),
  ...both("reduce to ", ["less", "the same"]),
  ...both("bundle of ", ["a list", "all"]),
  ...both("registration ", ["refused", "of no scope", "of scopes"]),
  ...both("refresh ", ["refused", "of the same", "of less"]),
  ...both("consent screen: ", [
    "invalid_scope",
    "temporarily_unavailable",
    "first_time",
    "new_scopes",
    "nothing_new",
    "new_boundaries",
    "policy_changed",
  ]),
  "consent within a boundary",
  "consent without a value of a boundary",
  ...both("consent outcome: ", [
    "granted",
    "invalid_scope",
    "temporarily_unavailable",
    "access_denied",
    "invalid_selection",
  ]),
  ...["same", "copy", "text", "rope", "list", "frozen", "live", "swapped", "own"].flatMap((form) =>
    both(`again as ${form}: `, ["allowed", "denied"]),
  ),
];
