import type { FastifyContextConfig } from "fastify";
import type { Policy } from "../decision/define-policy.js";
import { createParamsReader, operationForGate } from "../decision/gate-decider.js";
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

/** A finding about a route, without the route. */
export type RouteFinding = Omit<Finding, "path">;

/** The answer of the host's `isPublic` for a route, or what is wrong with that answer. */
export type PublicAnswer = boolean | RouteFinding;

/** How a route maps to the policy. An `open` route is public, or something else protects it. */
export type Mapping =
  | { readonly kind: "open" }
  | { readonly kind: "endpoint" }
  | {
      readonly kind: "tool";
      readonly name: string;
      readonly paramsOf: ReturnType<typeof createParamsReader>;
    }
  | { readonly kind: "unmapped" | "invalid"; readonly findings: readonly RouteFinding[] };

const NO_MAPPING =
  "the route has none of `tool`, `endpoint`, `public` and `elsewhere` in its `config`";
const AMBIGUOUS =
  "the route has more than one of `tool`, `endpoint`, `public` and `elsewhere` in its `config`";
const PUBLIC_TOO = "`isPublic` returned `true` for a route that its `config` maps";

const isReason: OptionCheck = (value) =>
  typeof value === "string" && value.trim() !== ""
    ? undefined
    : "expected what protects the route, as a text";

/** Checks of this plugin's members of `config`, in which other plugins may have members too. */
const CONFIG_CHECKS = {
  tool: optional(isString),
  endpoint: optional(oneOf(true)),
  public: optional(oneOf(true)),
  elsewhere: optional(isReason),
  params: optional(isFunction),
  arguments: optional(isFunction),
} satisfies Record<keyof FastifyContextConfig, OptionCheck>;

/** Maps a route by its `config` and by the answer of `isPublic`. */
export function mapRoute(
  policy: Policy,
  config: FastifyContextConfig,
  isPublic: PublicAnswer,
): Mapping {
  const own = ownMembers(config) as FastifyContextConfig;
  const findings = optionFindings({ ...own }, CONFIG_CHECKS).map(({ code, path, message }) => ({
    code,
    message: `\`${path}\` of the route's \`config\`: ${message}`,
  }));
  if (typeof isPublic === "object") findings.push(isPublic);
  if (findings.length > 0) return { kind: "invalid", findings };
  const { tool, endpoint, public: open, elsewhere } = own;
  const isMapped = [tool, endpoint, elsewhere].filter((value) => value !== undefined);
  if (isMapped.length + (open === true ? 1 : 0) > 1) return invalid("ambiguous_route", AMBIGUOUS);
  if (isMapped.length > 0 && isPublic) return invalid("ambiguous_route", PUBLIC_TOO);
  if (open === true || elsewhere !== undefined || isPublic) return { kind: "open" };
  if (endpoint === true) return { kind: "endpoint" };
  if (tool === undefined) return { ...invalid("unmapped_route", NO_MAPPING), kind: "unmapped" };
  try {
    const { name } = operationForGate(policy, tool);
    return { kind: "tool", name, paramsOf: createParamsReader(name) };
  } catch (error) {
    return invalid("unknown_tool", (error as PolicyError).message);
  }
}

function invalid(code: string, message: string) {
  return { kind: "invalid" as const, findings: [{ code, message }] };
}
