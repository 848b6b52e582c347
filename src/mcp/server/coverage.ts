import { readOwn } from "../../decision/access-token.js";
import type { Policy } from "../../decision/define-policy.js";
import type { Finding } from "../../errors.js";
import { escapeControls, formatPath } from "../../policy/report.js";
import { isPattern } from "../../policy/tool-names.js";
import type { McpSurface } from "../shared/shared-options.js";
import type { Handler } from "./handler-gate.js";
import type { Registrations } from "./registrations.js";
import type { SecuritySchemes } from "./security-schemes.js";

/** The tools that a server has, as far as they are known. */
export interface Listing {
  /** Records a handler before it is gated. The handler of `tools/list` lists every enabled tool. */
  readonly note: (method: string | undefined, handler: Handler) => void;
  /** Returns the tools as one text, without calling the list handler; `undefined` if only that handler knows them. */
  readonly key: () => string | undefined;
  /** Returns the descriptors of the tools that are known synchronously. */
  readonly tools: () => readonly unknown[];
}

/**
 * Creates a listing that reads the tools of a server on each call, since the SDK can rename tools and has other ways to
 * register them.
 */
export function createListing(server: object): Listing {
  let list: Handler | undefined;
  let isOwnList = true;
  // both SDKs keep the tools here; for a server without any here, the list handler is called
  const registered = () => Object.entries(readOwn(server, "_registeredTools") ?? {});
  return {
    note: (method, handler) => {
      if (method !== "tools/list") return;
      // an SDK that registers tools sets this handler once: the host set a second one
      isOwnList = list === undefined;
      list = handler;
    },
    key: () => {
      const tools = registered();
      if (tools.length === 0 || !isOwnList) return undefined;
      return JSON.stringify(tools.map(([name, tool]) => [name, declaredSchemes(tool)]));
    },
    tools: () => {
      const listed = list === undefined ? [] : (listSynchronously(list) ?? []);
      const seen = new Set(listed.map((descriptor) => readOwn(descriptor, "name")));
      const unseen = registered().filter(([name]) => !seen.has(name));
      return [
        ...listed,
        ...unseen.map(([name, tool]) => ({ name, _meta: readOwn(tool, "_meta") })),
      ];
    },
  };
}

/** Returns the security schemes that a tool declares itself. */
function declaredSchemes(descriptor: unknown): unknown {
  return readOwn(readOwn(descriptor, "_meta"), "securitySchemes");
}

/**
 * Calls a list handler. Both SDKs list synchronously and ignore request and context; the caller must pass an asynchronous list
 * itself.
 */
function listSynchronously(handler: Handler): readonly unknown[] | undefined {
  try {
    const listed = handler({ method: "tools/list" }, {});
    Promise.resolve(listed).catch(() => undefined);
    const tools = readOwn(listed, "tools");
    return Array.isArray(tools) ? (tools as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns every difference between the tools of a server and of its policy. */
export function toolCoverageFindings(
  policy: Policy,
  surface: McpSurface,
  schemes: SecuritySchemes,
  listing: Listing,
  given: { readonly tools: readonly string[] | undefined; readonly later: readonly string[] },
): readonly Finding[] {
  const tools = given.tools?.map((name) => ({ name })) ?? listing.tools();
  const findings: Finding[] = [];
  const add = (code: string, name: string, message: string) =>
    findings.push({ code, path: formatPath(["tools", name]), message: escapeControls(message) });
  const registered = new Set<string>();
  for (const descriptor of tools) {
    const name = readOwn(descriptor, "name");
    if (typeof name !== "string") continue;
    registered.add(name);
    const { code } = policy.decideUntrusted(undefined, name, {});
    if (code === "unknown_operation") {
      add("unmapped_tool", name, `the server has a tool \`${name}\` that is not in the policy`);
      continue;
    }
    const declared = declaredSchemes(descriptor);
    if (declared !== undefined && JSON.stringify(declared) !== JSON.stringify(schemes.of(name))) {
      const expected = JSON.stringify(schemes.of(name));
      add(
        "security_schemes",
        name,
        `the tool's own securitySchemes differ from those of the policy: ${expected}`,
      );
    }
  }
  const elsewhere = new Set([
    ...given.later,
    ...[surface.resources, surface.prompts, surface.methods].flatMap((part) =>
      Object.values(part ?? {}),
    ),
  ]);
  for (const [name, rule] of Object.entries(policy.definition.tools ?? {})) {
    const isLeftOut = ["deny", "internal"].some((option) => readOwn(rule, option) !== undefined);
    if (isPattern(name) || isLeftOut || registered.has(name) || elsewhere.has(name)) continue;
    add(
      "unregistered_tool",
      name,
      `the policy has a tool \`${name}\` that is not registered on the server`,
    );
  }
  return findings;
}

/** Returns every difference between the resources and prompts of an `McpServer` and those of the options. */
export function registrationFindings(
  { resources = {}, prompts = {} }: McpSurface,
  registrations: Registrations,
  later: readonly string[],
): readonly Finding[] {
  const uris = Object.keys(resources);
  const found = registrations.resources(uris);
  const names = registrations.prompts();
  const finding = (code: string, part: string, key: string, message: string) => ({
    code,
    path: formatPath([part, key]),
    message: escapeControls(message),
  });
  const unmapped = [
    ...[...found].filter(([, isOwn]) => !isOwn).map(([uri]) => ["resource", uri] as const),
    ...names
      .filter((name) => !Object.hasOwn(prompts, name))
      .map((name) => ["prompt", name] as const),
  ];
  // a server without any registration of a kind may serve that kind with its own handler
  const unregistered = [
    ...(found.size === 0 ? [] : uris)
      .filter((uri) => !registrations.serves(uri) && !later.includes(uri))
      .map((uri) => ["resource", uri] as const),
    ...(names.length === 0 ? [] : Object.keys(prompts))
      .filter((name) => !names.includes(name) && !later.includes(name))
      .map((name) => ["prompt", name] as const),
  ];
  return [
    ...unmapped.map(([kind, key]) =>
      finding(
        `unmapped_${kind}`,
        `${kind}s`,
        key,
        `the server has a ${kind} \`${key}\` without its own entry in \`${kind}s\``,
      ),
    ),
    ...unregistered.map(([kind, key]) =>
      finding(
        `unregistered_${kind}`,
        `${kind}s`,
        key,
        `\`${kind}s\` names \`${key}\`, but the server has no such ${kind}`,
      ),
    ),
  ];
}

/** Returns a finding for each name that is to be registered later, but is neither in the policy nor in the options. */
export function laterFindings(
  policy: Policy,
  { resources = {}, prompts = {} }: McpSurface,
  later: readonly string[],
): readonly Finding[] {
  return later
    .filter(
      (name) =>
        !Object.hasOwn(resources, name) &&
        !Object.hasOwn(prompts, name) &&
        policy.decideUntrusted(undefined, name, {}).code === "unknown_operation",
    )
    .map((name) => ({
      code: "unknown_name",
      path: formatPath(["later", name]),
      message: escapeControls(
        `\`later\` names \`${name}\`, which is not a tool of the policy, a resource or a prompt`,
      ),
    }));
}
