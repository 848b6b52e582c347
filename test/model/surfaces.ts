// Each option of an operation on each surface: the test that covers it, or the reason why the surface does not apply. An option is
// complete when its row is. Rows are in files of their own, one for each group of options.

import { BOUNDARY_ROWS } from "./surfaces-boundaries.js";
import { CASE_ROWS } from "./surfaces-cases.js";
import { CONDITION_ROWS } from "./surfaces-conditions.js";
import { ENDPOINT_ROWS } from "./surfaces-endpoints.js";
import { MATCHING_ROWS } from "./surfaces-matching.js";
import { RESTRICTED_ROWS } from "./surfaces-restricted.js";
import { TWIN_ROWS } from "./surfaces-twins.js";

/** Every place where an option can matter. */
export const SURFACES = [
  "types",
  "schema",
  "findings",
  "decide",
  "decideRequest",
  "toolsFor",
  "challenge",
  "HTTP gates",
  "MCP calls",
  "MCP lists",
  "consent JSON",
  "consent HTML",
  "resolveConsent",
  "discovery",
  "registration",
  "refresh",
  "connected apps",
  "audit",
  "explain",
  "matrix",
  "docs",
  "matchers",
  "model",
  "laws",
] as const;

export type Surface = (typeof SURFACES)[number];

/** The file and the title of a test, as its source spells it; or the reason why the surface does not apply. */
export type SurfaceCell =
  | readonly [file: string, title: string]
  | { readonly notApplicable: string };

/** One option on every surface. */
export type SurfaceRow = Readonly<Record<Surface, SurfaceCell>>;

/** The rows by option. */
export const OPTION_SURFACES: Readonly<Record<string, SurfaceRow>> = {
  ...CONDITION_ROWS,
  ...BOUNDARY_ROWS,
  ...CASE_ROWS,
  ...MATCHING_ROWS,
  ...RESTRICTED_ROWS,
  ...ENDPOINT_ROWS,
  ...TWIN_ROWS,
};
