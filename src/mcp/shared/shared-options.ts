import type { Policy, ToolOf } from "../../decision/define-policy.js";
import { operationForGate } from "../../decision/gate-decider.js";
import { type Finding, PolicyError } from "../../errors.js";
import { isBoolean, isUrl, type OptionCheck, oneOf, optional } from "../../policy/option-checks.js";
import type { PolicyTypes } from "../../policy/policy-types.js";
import { describeFindings, escapeControls } from "../../policy/report.js";
import { isToolName } from "../../policy/tool-names.js";

/**
 * The form of a denial for missing scope. `"http"`: status 401 or 403 with a challenge, before a stream starts.
 * `"tool-result"`: the result of the call, for clients that show a 403 as a broken connection. `"auto"`: by the client's
 * `User-Agent`.
 */
export type McpChallenge = "http" | "tool-result" | "auto";

/**
 * Options that map the resources, prompts and methods of a server to tools of the policy. The gate denies what they do not
 * name.
 */
export interface McpSurface<Types extends PolicyTypes = PolicyTypes> {
  /**
   * Resources: a URI or a template (`accounts://{accountID}/profile`) -> the tool of the policy that decides. Variables are
   * parameters of the same name. If several entries match, all must allow. With {@link protect} each registered resource and
   * template needs its own entry.
   */
  readonly resources?: { readonly [uri: string]: ToolOf<Policy<Types>> };
  /** Prompts: the name of a prompt -> the tool of the policy that decides. Arguments are parameters of the same name. */
  readonly prompts?: { readonly [prompt: string]: ToolOf<Policy<Types>> };
  /** Other methods (`subscriptions/listen`, `tasks/get`, your own methods) -> the tool of the policy that decides. */
  readonly methods?: { readonly [method: string]: ToolOf<Policy<Types>> };
  /** The form of a denial for missing scope. Default: `"http"`. */
  readonly challenge?: McpChallenge;
  /** Whether a client without credentials may initialize and list tools. Default: `false`, so that its first response is 401. */
  readonly anonymous?: boolean;
  /**
   * What a token needs for requests that call no tool: the handshake, `ping`, lists, notifications, GET and DELETE.
   * `"authenticated"`: a valid token. `"baseline"`: a valid token with the baseline of the policy; a token without it gets 403
   * with a challenge. For callers without credentials, `anonymous` applies instead. Default: `"authenticated"`.
   */
  readonly handshake?: "authenticated" | "baseline";
  /** URL of a page on which a user can upgrade, for the results of tools that need a higher tier. */
  readonly upgradeUrl?: string;
}

const isToolMap: OptionCheck = (value) =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((tool) => typeof tool === "string")
    ? undefined
    : "expected an object with tool names as values";

/** The checks of {@link McpSurface}. */
export const SHARED_OPTION_CHECKS = {
  resources: optional(isToolMap),
  prompts: optional(isToolMap),
  methods: optional(isToolMap),
  challenge: optional(oneOf("http", "tool-result", "auto")),
  anonymous: optional(isBoolean),
  handshake: optional(oneOf("authenticated", "baseline")),
  upgradeUrl: optional(isUrl),
} satisfies Record<keyof McpSurface, OptionCheck>;

/** Checks for a store of owners. */
export const isStore: OptionCheck = (value) =>
  typeof value === "object" &&
  value !== null &&
  ["get", "set", "delete"].every(
    (name) => typeof (value as Record<string, unknown>)[name] === "function",
  )
    ? undefined
    : "expected a store with `get`, `set` and `delete`";

/**
 * Checks that the policy has every tool that the options name.
 *
 * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` with a finding for each missing tool
 */
export function checkMappedTools(policy: Policy, surface: McpSurface): void {
  const findings = (["resources", "prompts", "methods"] as const).flatMap((part) =>
    Object.entries(surface[part] ?? {}).flatMap(([key, tool]): Finding[] => {
      const message = toolProblem(policy, tool);
      const path = escapeControls(`${part}[${JSON.stringify(key)}]`);
      return message === undefined ? [] : [{ code: "unknown_tool", path, message }];
    }),
  );
  if (findings.length === 0) return;
  const message = describeFindings(findings, "the map of resources, prompts and methods");
  throw new PolicyError("ERR_OPERATION_UNKNOWN", message, findings);
}

function toolProblem(policy: Policy, tool: string): string | undefined {
  if (!isToolName(tool)) return escapeControls(`\`${String(tool)}\` is not a valid tool name`);
  try {
    operationForGate(policy, tool);
    return undefined;
  } catch (error) {
    return (error as PolicyError).message;
  }
}
