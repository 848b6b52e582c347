import { readOwn } from "../decision/access-token.js";
import type { Policy } from "../decision/policy.js";
import type { Finding } from "../errors.js";
import { isPattern } from "../policy/names.js";
import { formatPath, oneLine } from "../policy/report.js";
import type { Handler } from "./handler-gate.js";
import type { Registrations } from "./registrations.js";
import type { SecuritySchemes } from "./security-schemes.js";
import type { McpSurface } from "./surface.js";

/** What is known of the tools that a server has. */
export interface Listing {
  /** Records a handler without its gate. That of `tools/list` lists every enabled tool. */
  readonly note: (method: string | undefined, handler: Handler) => void;
  /** The tools as one text, without listing them; `undefined` where only a list can tell. */
  readonly key: () => string | undefined;
  /** The descriptors of the tools, as far as they can be told at once. */
  readonly tools: () => readonly unknown[];
}

/** Reads the tools of a server, as they are at the time: one may be renamed, and be registered in ways of the SDK's own. */
export function newListing(server: object): Listing {
  let list: Handler | undefined;
  let isOwnList = true;
  // where both SDKs keep them; a server that keeps none there is asked for its list
  const registered = () => Object.entries(readOwn(server, "_registeredTools") ?? {});
  return {
    note: (method, handler) => {
      if (method !== "tools/list") return;
      // a server that registers tools sets its handler once: a second one is the program's own
      isOwnList = list === undefined;
      list = handler;
    },
    key: () => {
      const tools = registered();
      if (tools.length === 0 || !isOwnList) return undefined;
      return JSON.stringify(tools.map(([name, tool]) => [name, schemesSaid(tool)]));
    },
    tools: () => {
      const listed = list === undefined ? [] : (listNow(list) ?? []);
      const seen = new Set(listed.map((descriptor) => readOwn(descriptor, "name")));
      const unseen = registered().filter(([name]) => !seen.has(name));
      return [...listed, ...unseen.map(([name]) => ({ name }))];
    },
  };
}

/** What a tool says of its own security schemes. */
function schemesSaid(descriptor: unknown): unknown {
  return readOwn(readOwn(descriptor, "_meta"), "securitySchemes");
}

/** Both SDKs list at once, and look at neither request nor context; a list that takes time must be given. */
function listNow(handler: Handler): readonly unknown[] | undefined {
  try {
    const listed = handler({ method: "tools/list" }, {});
    if (listed instanceof Promise) listed.catch(() => undefined);
    const tools = readOwn(listed, "tools");
    return Array.isArray(tools) ? (tools as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Every way in which the tools of a server and of its policy differ. */
export function coverageFindings(
  policy: Policy,
  surface: McpSurface,
  schemes: SecuritySchemes,
  listing: Listing,
  given: readonly string[] | undefined,
): readonly Finding[] {
  const tools = given?.map((name) => ({ name })) ?? listing.tools();
  const findings: Finding[] = [];
  const add = (code: string, name: string, message: string) =>
    findings.push({ code, path: formatPath(["tools", name]), message: oneLine(message) });
  const registered = new Set<string>();
  for (const descriptor of tools) {
    const name = readOwn(descriptor, "name");
    if (typeof name !== "string") continue;
    registered.add(name);
    const { code } = policy.decideUntrusted(undefined, name, {});
    if (code === "unknown_operation") {
      add("unmapped_tool", name, `the server has a tool \`${name}\` that the policy does not name`);
      continue;
    }
    const said = schemesSaid(descriptor);
    if (said !== undefined && JSON.stringify(said) !== JSON.stringify(schemes.of(name))) {
      const meant = JSON.stringify(schemes.of(name));
      add(
        "security_schemes",
        name,
        `the tool's own securitySchemes are not the policy's: ${meant}`,
      );
    }
  }
  const elsewhere = new Set(
    [surface.resources, surface.prompts, surface.methods].flatMap((part) =>
      Object.values(part ?? {}),
    ),
  );
  for (const [name, rule] of Object.entries(policy.definition.tools ?? {})) {
    const isDenied = readOwn(rule, "deny") !== undefined;
    if (isPattern(name) || isDenied || registered.has(name) || elsewhere.has(name)) continue;
    add(
      "unregistered_tool",
      name,
      `the policy names a tool \`${name}\` that the server does not have`,
    );
  }
  return findings;
}

/** Every way in which the resources and prompts of an `McpServer` and those of the options differ. */
export function registrationFindings(
  { resources = {}, prompts = {} }: McpSurface,
  registrations: Registrations,
): readonly Finding[] {
  const uris = Object.keys(resources);
  const found = registrations.resources(uris);
  const names = registrations.prompts();
  const finding = (code: string, part: string, key: string, message: string) => ({
    code,
    path: formatPath([part, key]),
    message: oneLine(message),
  });
  const unmapped = [
    ...[...found].filter(([, isOwn]) => !isOwn).map(([uri]) => ["resource", uri] as const),
    ...names
      .filter((name) => !Object.hasOwn(prompts, name))
      .map((name) => ["prompt", name] as const),
  ];
  // a server that has registered nothing of a kind may serve it by a handler of its own
  const unregistered = [
    ...(found.size === 0 ? [] : uris)
      .filter((uri) => !registrations.serves(uri))
      .map((uri) => ["resource", uri] as const),
    ...(names.length === 0 ? [] : Object.keys(prompts))
      .filter((name) => !names.includes(name))
      .map((name) => ["prompt", name] as const),
  ];
  return [
    ...unmapped.map(([kind, key]) =>
      finding(
        `unmapped_${kind}`,
        `${kind}s`,
        key,
        `the server has a ${kind} \`${key}\` without an entry of its own in \`${kind}s\``,
      ),
    ),
    ...unregistered.map(([kind, key]) =>
      finding(
        `unregistered_${kind}`,
        `${kind}s`,
        key,
        `\`${kind}s\` names \`${key}\`, and the server has no such ${kind}`,
      ),
    ),
  ];
}
