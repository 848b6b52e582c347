import { type AccessToken, readOwn } from "../../decision/access-token.js";
import type { Policy } from "../../decision/define-policy.js";
import { type ToolView, toolListOf } from "../../decision/list-tools.js";
import { isObject } from "../../grammar/is-object.js";
import { isToolName } from "../../policy/tool-names.js";
import { createResourceLookup } from "../shared/resource-uris.js";
import type { McpSurface } from "../shared/shared-options.js";
import type { Registrations } from "./registrations.js";
import { type SecuritySchemes, scopelessToken } from "./security-schemes.js";

/** The filter that reduces lists to the entries that a caller may see. */
export interface ListFilter {
  /** Returns whether a method returns a list. */
  readonly has: (method: string) => boolean;
  /** Returns the result of a method, with the entries of a list filtered. */
  readonly filter: (
    method: string,
    result: unknown,
    token: AccessToken | undefined,
    isNamed: HasOwnEntry,
  ) => unknown;
}

/** Returns whether every registration that may serve a URI has its own entry in the options. */
type HasOwnEntry = Registrations["isNamed"];

/** Versions before 2026-07-28 do not define these members but allow them, and a client that caches lists reads them there, too. */
const NOT_CACHEABLE = { ttlMs: 0, cacheScope: "private" };

/** Returns the position of a tool in the list that a caller sees; `undefined` for a tool that is not shown. */
type ToolPositions = (tool: string) => number | undefined;

/**
 * A list of the protocol: its member in the result, the member that names an entry, and the tools of the policy that decide on
 * an entry.
 */
interface Row {
  readonly member: string;
  readonly key: string;
  readonly toolsOf: (key: string, isNamed: HasOwnEntry) => readonly string[];
}

function createRows({ resources = {}, prompts = {} }: McpSurface): ReadonlyMap<string, Row> {
  const finder = createResourceLookup(resources);
  const promptTools = new Map(Object.entries(prompts));
  const toolList = (tool: string | undefined) => (tool === undefined ? [] : [tool]);
  return new Map<string, Row>([
    [
      "tools/list",
      { member: "tools", key: "name", toolsOf: (name) => (isToolName(name) ? [name] : []) },
    ],
    [
      "resources/list",
      {
        member: "resources",
        key: "uri",
        toolsOf: (uri, isNamed) => {
          const entries = finder.byUri(uri);
          return isNamed(uri, entries) ? entries.map(({ tool }) => tool) : [];
        },
      },
    ],
    [
      "resources/templates/list",
      {
        member: "resourceTemplates",
        key: "uriTemplate",
        toolsOf: (template) => toolList(finder.byKey(template)),
      },
    ],
    [
      "prompts/list",
      { member: "prompts", key: "name", toolsOf: (name) => toolList(promptTools.get(name)) },
    ],
  ]);
}

/** Creates the list filter of one server. */
export function createListFilter(
  policy: Policy,
  surface: McpSurface,
  schemes: SecuritySchemes | undefined,
): ListFilter {
  const rows = createRows(surface);
  const isOpen = surface.anonymous === true;

  const visibleEntries = (
    { member, key, toolsOf }: Row,
    result: unknown,
    places: ToolPositions,
    isNamed: HasOwnEntry,
  ): unknown[] => {
    const entries: unknown = readOwn(result, member);
    const shown = (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
      const name = readOwn(entry, key);
      const found = typeof name === "string" ? toolsOf(name, isNamed).map(places) : [];
      // if several tools decide, each of them must show the entry
      const isEntryVisible = found.length > 0 && !found.includes(undefined);
      return isEntryVisible ? [{ entry, place: found[0] as number }] : [];
    });
    if (member !== "tools") return shown.map(({ entry }) => entry);
    // only tools have an order in the policy; tools with equal positions keep the order of the server
    shown.sort((one, other) => one.place - other.place);
    return shown.map(({ entry }) => schemes?.describe(entry) ?? entry);
  };

  return {
    has: (method) => rows.has(method),
    filter: (method, result, token, isNamed) => {
      const row = rows.get(method);
      if (row === undefined) return markPrivate(method, result, token);
      const places = createToolPositions(policy, row, token, isOpen);
      return {
        ...(result as object),
        [row.member]: visibleEntries(row, result, places, isNamed),
        ...NOT_CACHEABLE,
      };
    },
  };
}

/** Marks a resource that was read with a token as private, so that no cache returns it to another caller. */
function markPrivate(method: string, result: unknown, token: AccessToken | undefined): unknown {
  const isRead = method === "resources/read" && token !== undefined;
  return isRead && isObject(result) ? { ...result, cacheScope: "private" } : result;
}

/**
 * Creates the positions of tools: exact names in the order of the policy, then names that only a pattern matches. A hidden tool
 * does not hide the resources and prompts on which it decides.
 */
function createToolPositions(
  policy: Policy,
  { member }: Row,
  token: AccessToken | undefined,
  anonymous: boolean,
): ToolPositions {
  const viewer = token ?? (anonymous ? scopelessToken(policy) : undefined);
  const { views, viewByPattern } = toolListOf(policy, viewer, member !== "tools");
  // an anonymous caller sees only public entries
  const isEntryVisible = ({ decision }: ToolView) =>
    viewer !== undefined || decision.code === "allowed";
  const exact = new Map(
    views.map((view, index) => [view.name, { index, shown: isEntryVisible(view) }]),
  );
  return (tool) => {
    const view = exact.get(tool);
    if (view !== undefined) return view.shown ? view.index : undefined;
    if (Object.hasOwn(policy.definition.tools ?? {}, tool)) return undefined;
    const decision = viewByPattern(tool);
    const isVisible = decision !== undefined && isEntryVisible({ name: tool, decision });
    return isVisible ? views.length : undefined;
  };
}
