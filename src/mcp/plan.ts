import type { Policy } from "../decision/policy.js";
import { type Lists, newLists } from "./lists.js";
import { newPolicyMemory } from "./policy-memory.js";
import { newSecuritySchemes, type SecuritySchemes } from "./security-schemes.js";
import { checkSurfaceTools, type McpSurface } from "./surface.js";
import { newTargets, type Targets } from "./targets.js";

/** The parts that depend only on the policy and the options, not on the server. It keeps no reference to the options. */
export interface Plan {
  readonly schemes: SecuritySchemes;
  readonly targets: Targets;
  readonly lists: Lists;
}

const plans = newPolicyMemory<Plan>();

/**
 * Returns the parts that all servers of a policy share, created once for equal options.
 *
 * @throws {@link PolicyError} `ERR_OPERATION_UNKNOWN` for a tool that the policy lacks, `ERR_OPTIONS_INVALID`
 */
export function planOf(
  policy: Policy,
  options: McpSurface & { readonly securitySchemes?: boolean },
): Plan {
  const { resources, prompts, methods, anonymous, securitySchemes } = options;
  const key = JSON.stringify([resources, prompts, methods, anonymous, securitySchemes]);
  const known = plans.get(policy, key);
  if (known !== undefined) return known;
  checkSurfaceTools(policy, options);
  const schemes = newSecuritySchemes(policy);
  const lists = newLists(policy, options, securitySchemes === true ? schemes : undefined);
  const plan = { schemes, targets: newTargets(options), lists };
  plans.set(policy, key, plan);
  return plan;
}
