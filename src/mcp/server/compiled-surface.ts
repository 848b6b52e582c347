import type { Policy } from "../../decision/define-policy.js";
import {
  createRequiredOperations,
  type FindRequiredOperations,
} from "../shared/required-operations.js";
import { checkMappedTools, type McpSurface } from "../shared/shared-options.js";
import { createListFilter, type ListFilter } from "./filter-lists.js";
import { createPolicyCache } from "./policy-cache.js";
import { createSecuritySchemes, type SecuritySchemes } from "./security-schemes.js";

/** The parts that depend only on the policy and the options, not on the server. It keeps no reference to the options. */
export interface CompiledSurface {
  readonly schemes: SecuritySchemes;
  readonly targets: FindRequiredOperations;
  readonly lists: ListFilter;
}

const cache = createPolicyCache<CompiledSurface>();

const checkedSurfaces = createPolicyCache<true>();

/**
 * Returns the function that returns, by policy, the parts that all servers share, created once for equal options.
 *
 * @param first - the policy that must have the tools of the options. A later one need not: what maps to a tool that it lacks is denied
 * @throws {@link PolicyError} `ERR_OPERATION_UNKNOWN` for a tool that the policy lacks, `ERR_OPTIONS_INVALID`
 */
export function compileSurface(
  first: Policy,
  options: McpSurface & { readonly securitySchemes?: boolean },
): (policy: Policy) => CompiledSurface {
  const { resources, prompts, methods, anonymous, securitySchemes } = options;
  const key = JSON.stringify([resources, prompts, methods, anonymous, securitySchemes]);
  if (checkedSurfaces.get(first, key) === undefined) {
    checkMappedTools(first, options);
    checkedSurfaces.set(first, key, true);
  }
  return (policy) => {
    const known = cache.get(policy, key);
    if (known !== undefined) return known;
    const schemes = createSecuritySchemes(policy);
    const lists = createListFilter(policy, options, securitySchemes === true ? schemes : undefined);
    const plan = { schemes, targets: createRequiredOperations(options), lists };
    cache.set(policy, key, plan);
    return plan;
  };
}
