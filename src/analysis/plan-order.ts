import type { StepNeed } from "./plan-needs.js";

/** A step with the number of the request for its token: requests with higher numbers are made later. */
export interface PlacedStep {
  readonly step: StepNeed;
  readonly request: number;
  /** The steps that return the ids that it has as parameters. */
  readonly after: readonly PlacedStep[];
}

/** The steps in an order in which they can be taken, and those that wait for an id that no step before them returns. */
export interface PlanOrder {
  readonly placed: readonly PlacedStep[];
  readonly stuck: readonly { readonly step: StepNeed; readonly waitsFor: readonly string[] }[];
}

/**
 * Orders steps so that each id is returned before it is used: the given order, in which a step moves back until its ids are known.
 *
 * A token can only be requested when all ids in its scopes are known. A step that returns an id for another step has the earliest
 * request that is possible. Any other step has the latest one so far.
 */
export function orderSteps(steps: readonly StepNeed[]): PlanOrder {
  const wanted = new Set(steps.flatMap(({ ids }) => ids));
  const returned = new Map<string, PlacedStep>();
  const placed: PlacedStep[] = [];
  let open = steps;
  let latest = 0;
  while (true) {
    const next = open.find(({ ids }) => ids.every((id) => returned.has(id)));
    if (next === undefined) break;
    open = open.filter((step) => step !== next);
    const sourceOf = (id: string) => returned.get(id) as PlacedStep;
    const earliest = Math.max(
      0,
      ...next.ids.map((id) => sourceOf(id).request),
      ...next.scopeIds.map((id) => sourceOf(id).request + 1),
    );
    const isWanted = next.returns.some((id) => wanted.has(id) && !returned.has(id));
    const request = isWanted ? earliest : Math.max(earliest, latest);
    const step = { step: next, request, after: next.ids.map(sourceOf) };
    latest = Math.max(latest, request);
    placed.push(step);
    for (const id of next.returns) if (!returned.has(id)) returned.set(id, step);
  }
  const stuck = open.map((step) => ({
    step,
    waitsFor: step.ids.filter((id) => !returned.has(id)),
  }));
  return { placed, stuck };
}
