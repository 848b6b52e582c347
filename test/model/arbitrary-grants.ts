// Random requests to refresh a grant and to register a client.

import type { RefreshOptions } from "scope-policy";
import { drawCeiling, drawTokens } from "./arbitrary-consent.js";
import { drawPolicy, withoutOperations } from "./arbitrary-policy.js";
import { drawApproved } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import type { Definition, ScopeOptions } from "./model.js";
import { modelMeanings } from "./model-scopes.js";

function drawScopes(draw: Draw): Definition {
  return withoutOperations(drawPolicy(draw.part(1750)));
}

/** Draws the earlier version of a policy: with fewer older names and fewer implications. */
function drawEarlier(draw: Draw, definition: Definition): Definition {
  const entries = Object.entries(definition.scopes).map(
    ([name, options]): [string, string | ScopeOptions] => {
      if (typeof options === "string") return [name, options];
      const { replaces, implies, ...rest } = options;
      const kept = { ...rest, ...(replaces && draw.chance(50) ? { replaces } : {}) };
      return [name, { ...kept, ...(implies && draw.chance(70) ? { implies } : {}) }];
    },
  );
  return { ...definition, scopes: Object.fromEntries(entries) };
}

function drawApprovedList(draw: Draw, definition: Definition): string[] {
  const drawn = drawApproved(draw, definition);
  return Array.isArray(drawn) ? (drawn as string[]).filter((entry) => entry !== "a b") : [];
}

/** Draws a policy and a request to refresh a grant. */
export function drawRefresh(draw: Draw) {
  const definition = drawScopes(draw);
  const firstParty = draw.chance(25);
  const original = drawTokens(draw, definition, draw.pick([40, 60, 20]));
  const covered = [...original, ...modelMeanings(definition, original, firstParty)];
  const part = draw.some([...new Set(covered)], 50);
  const requested = draw.chance(50)
    ? undefined
    : draw.chance(80)
      ? part
      : drawTokens(draw, definition, 20);
  const earlier = drawEarlier(draw, definition);
  const ceiling = draw.chance(60) ? drawCeiling(draw, definition) : undefined;
  const approvedScopes = draw.chance(60) ? drawApprovedList(draw, definition) : undefined;
  const recorded = draw.chance(40) ? modelMeanings(earlier, original, firstParty) : undefined;
  const options: RefreshOptions = {
    ...(ceiling && { clientScope: ceiling.join(" ") }),
    ...(firstParty && { firstParty: true }),
    ...(approvedScopes && { approvedScopes }),
    ...(recorded && { originalMeanings: recorded }),
  };
  return {
    definition,
    original,
    requested,
    ceiling,
    recorded,
    firstParty,
    approvedScopes,
    options,
  };
}

/** Draws a policy and a request to register a client. */
export function drawRegistration(draw: Draw) {
  const definition = drawScopes(draw);
  return {
    definition,
    wanted: drawCeiling(draw, definition).filter(() => draw.chance(45)),
    ceiling: draw.chance(70) ? drawCeiling(draw, definition) : undefined,
    unknownScopes: draw.pick(["drop", "refuse"] as const),
    approvedScopes: draw.chance(60) ? drawApprovedList(draw, definition) : undefined,
  };
}
