import { readOwn } from "../decision/access-token.js";
import type { Policy } from "../decision/policy.js";
import type { Finding } from "../errors.js";
import { formatPath, oneLine } from "../policy/findings.js";
import { isPattern } from "../policy/names.js";
import type { Handler } from "./handler-gate.js";
import type { SecuritySchemes } from "./security-schemes.js";
import type { McpSurface } from "./surface.js";

/** What is known of the tools that a server has. */
export interface Listing {
  /** Notes a tool that was registered. */
  readonly noteTool: (name: unknown) => void;
  /** Notes the handler of `tools/list` as it stands before the gate: it knows every tool. */
  readonly noteList: (handler: Handler) => void;
  /** The names that were registered, as one text: the same for every server that one factory makes. */
  readonly key: () => string;
  /** The descriptors of the tools, as far as they can be told at once. */
  readonly tools: () => readonly unknown[];
}

/** An empty listing. */
export function newListing(): Listing {
  const names = new Set<string>();
  let list: Handler | undefined;
  return {
    noteTool: (name) => {
      if (typeof name === "string") names.add(name);
    },
    noteList: (handler) => {
      list = handler;
    },
    key: () => [...names].join(" "),
    tools: () => {
      const listed = list === undefined ? [] : (listNow(list) ?? []);
      const seen = new Set(listed.map((descriptor) => readOwn(descriptor, "name")));
      const unseen = [...names].filter((name) => !seen.has(name));
      return [...listed, ...unseen.map((name) => ({ name }))];
    },
  };
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
    const said = readOwn(readOwn(descriptor, "_meta"), "securitySchemes");
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
