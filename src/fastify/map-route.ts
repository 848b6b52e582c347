import type { FastifyContextConfig } from "fastify";
import type { Policy } from "../decision/define-policy.js";
import type { Finding, PolicyError } from "../errors.js";
import {
  isFunction,
  isString,
  type OptionCheck,
  oneOf,
  optional,
  optionFindings,
} from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";

/** How a route maps to the policy. */
export type Mapping =
  | { readonly kind: "public" }
  | { readonly kind: "endpoint" }
  | { readonly kind: "tool"; readonly name: string; readonly params: readonly string[] }
  | { readonly kind: "none"; readonly findings: readonly Omit<Finding, "path">[] };

/** Code of the finding for a route without a mapping. */
export const UNMAPPED = "unmapped_route";
const NO_MAPPING = "the route has none of `tool`, `endpoint` and `public` in its `config`";
const AMBIGUOUS = "the route has more than one of `tool`, `endpoint` and `public` in its `config`";
/** Checks of this plugin's members of `config`, in which other plugins may have members too. */
const CONFIG_CHECKS = {
  tool: optional(isString),
  endpoint: optional(oneOf(true)),
  public: optional(oneOf(true)),
  params: optional(isFunction),
  arguments: optional(isFunction),
} satisfies Record<keyof FastifyContextConfig, OptionCheck>;

/** Maps a route by its `config`. */
export function mapRoute(policy: Policy, config: FastifyContextConfig): Mapping {
  const own = ownMembers(config) as FastifyContextConfig;
  const findings = optionFindings({ ...own }, CONFIG_CHECKS).map(({ code, path, message }) => ({
    code,
    message: `\`${path}\` of the route's \`config\`: ${message}`,
  }));
  if (findings.length > 0) return { kind: "none", findings };
  const { tool, endpoint, public: open } = own;
  const count = [tool !== undefined, endpoint === true, open === true].filter(Boolean).length;
  if (count === 0) return unmapped(UNMAPPED, NO_MAPPING);
  if (count > 1) return unmapped("ambiguous_route", AMBIGUOUS);
  if (open === true) return { kind: "public" };
  if (tool === undefined) return { kind: "endpoint" };
  try {
    const { name, params } = policy.operation(tool);
    return { kind: "tool", name, params };
  } catch (error) {
    return unmapped("unknown_tool", (error as PolicyError).message);
  }
}

function unmapped(code: string, message: string): Mapping {
  return { kind: "none", findings: [{ code, message }] };
}
