import type { Policy, ToolOf } from "../decision/policy.js";
import { type Finding, PolicyError } from "../errors.js";
import type { PolicyTypes } from "../policy/definition.js";
import { isToolName } from "../policy/names.js";
import { isBoolean, isUrl, type OptionCheck, oneOf, optional } from "../policy/option-checks.js";
import { describeFindings, oneLine } from "../policy/report.js";

/**
 * How a shortage of scope is told: `"http"` by status 401 or 403 and a challenge, before a stream starts; `"tool-result"`
 * as the result of the call, for clients that show a 403 as a broken connection; `"auto"` by the client's `User-Agent`.
 */
export type McpChallenge = "http" | "tool-result" | "auto";

/** What of a server besides its tools the policy speaks of. What is not named here is refused. */
export interface McpSurface<Types extends PolicyTypes = PolicyTypes> {
  /**
   * Resources: a URI or a template (`accounts://{accountID}/profile`) -> the tool of the policy that decides. Variables fill
   * the parameters of the same name. Where several fit, all must allow. Behind {@link protect} each registered resource and
   * template needs an entry of its own.
   */
  readonly resources?: { readonly [uri: string]: ToolOf<Policy<Types>> };
  /** Prompts: the name of a prompt -> the tool of the policy that decides. Arguments fill parameters. */
  readonly prompts?: { readonly [prompt: string]: ToolOf<Policy<Types>> };
  /** Any other method (`subscriptions/listen`, `tasks/get`, one of your own) -> the tool of the policy that decides. */
  readonly methods?: { readonly [method: string]: ToolOf<Policy<Types>> };
  /** How a shortage of scope is told; `"http"` by default. */
  readonly challenge?: McpChallenge;
  /** Whether a client without credentials may shake hands and list tools. Off by default: its first answer is 401. */
  readonly anonymous?: boolean;
  /**
   * What a token needs for everything that calls no tool: the handshake, `ping`, lists, notifications, GET and DELETE.
   * `"authenticated"`, the default, is a good token; `"baseline"` is a token that holds the baseline of the policy, and
   * one that does not is answered 403 with a challenge. It looks at presented tokens only: callers without credentials
   * are answered by `anonymous`.
   */
  readonly handshake?: "authenticated" | "baseline";
  /** Where a person finds the plans: stands in the answer of `upgrade_required`. */
  readonly upgradeUrl?: string;
}

const isToolMap: OptionCheck = (value) =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((tool) => typeof tool === "string")
    ? undefined
    : "expected an object of names of tools";

/** The checks of {@link McpSurface}. */
export const SURFACE_CHECKS = {
  resources: optional(isToolMap),
  prompts: optional(isToolMap),
  methods: optional(isToolMap),
  challenge: optional(oneOf("http", "tool-result", "auto")),
  anonymous: optional(isBoolean),
  handshake: optional(oneOf("authenticated", "baseline")),
  upgradeUrl: optional(isUrl),
} satisfies Record<keyof McpSurface, OptionCheck>;

/** A store of owners. */
export const isStore: OptionCheck = (value) =>
  typeof value === "object" &&
  value !== null &&
  ["get", "set", "delete"].every(
    (name) => typeof (value as Record<string, unknown>)[name] === "function",
  )
    ? undefined
    : "expected a store with `get`, `set` and `delete`";

/**
 * Checks that the policy has every tool that a surface names.
 *
 * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` with a finding for each that it lacks
 */
export function checkSurfaceTools(policy: Policy, surface: McpSurface): void {
  const findings = (["resources", "prompts", "methods"] as const).flatMap((part) =>
    Object.entries(surface[part] ?? {}).flatMap(([key, tool]): Finding[] => {
      const message = toolFault(policy, tool);
      const path = oneLine(`${part}[${JSON.stringify(key)}]`);
      return message === undefined ? [] : [{ code: "unknown_tool", path, message }];
    }),
  );
  if (findings.length === 0) return;
  const message = describeFindings(findings, "what the server has");
  throw new PolicyError("ERR_OPERATION_UNKNOWN", message, findings);
}

function toolFault(policy: Policy, tool: string): string | undefined {
  if (!isToolName(tool)) return oneLine(`\`${String(tool)}\` is not the name of a tool`);
  try {
    policy.operation(tool);
    return undefined;
  } catch (error) {
    return (error as PolicyError).message;
  }
}
