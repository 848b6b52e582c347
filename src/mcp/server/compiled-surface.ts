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

/**
 * Returns the parts that all servers of a policy share, created once for equal options.
 *
 * @throws {@link PolicyError} `ERR_OPERATION_UNKNOWN` for a tool that the policy lacks, `ERR_OPTIONS_INVALID`
 */
export function compileSurface(
  policy: Policy,
  options: McpSurface & { readonly securitySchemes?: boolean },
): CompiledSurface {
  const { resources, prompts, methods, anonymous, securitySchemes } = options;
  const key = JSON.stringify([resources, prompts, methods, anonymous, securitySchemes]);
  const known = cache.get(policy, key);
  if (known !== undefined) return known;
  checkMappedTools(policy, options);
  const schemes = createSecuritySchemes(policy);
  const lists = createListFilter(policy, options, securitySchemes === true ? schemes : undefined);
  const plan = { schemes, targets: createRequiredOperations(options), lists };
  cache.set(policy, key, plan);
  return plan;
}
