// Translates a policy of the corpus for the library: rules become the definition, and facts of the deployment become options of the
// authorizer. Errors are preserved: a member that is unknown in the dialect and in the library is passed on unchanged, so that the
// library rejects it.
import { hasDuplicates, isWrittenList, Members, type WrittenJson } from "./json-text.js";

/** The parts of a corpus policy that become options of the verifier or the authorizer. */
export interface AuthorizerParts {
  readonly issuer: WrittenJson | undefined;
  readonly resource: WrittenJson | undefined;
  readonly scopeClaim: string | undefined;
  readonly tierClaim: string;
  readonly firstParty: ReadonlySet<string>;
  readonly deniedClients: ReadonlySet<string>;
  /** Scopes that cannot be granted to any client. The authorization server uses another policy without them. */
  readonly deniedScopes: ReadonlySet<string>;
}

export interface Mapped {
  readonly definition: WrittenJson;
  readonly door: AuthorizerParts;
  /** Errors that the library cannot detect, since its policies cannot express the faulty part. */
  readonly unsaid: readonly string[];
}

const DENIED = "Not allowed by this policy.";

/** Keys of an operation and of a scope in the dialect. Other keys are passed on under a name that no library option has. */
const OPERATION_KEYS = new Set("allOf anyOf public tier bind title description".split(" "));
const SCOPE_KEYS = new Set("description reserved implies replaces title".split(" "));

/** Returns whether a key has the same meaning in the library, or is rejected by it. */
const isLibraryOperationKey = (key: string) =>
  /^(scope|deny|authenticated|hidden|audit|params|accountTypes|enrichedBy)$/.test(key);
const isLibraryScopeKey = (key: string) =>
  /^(group|default|required|tier|accountTypes|locales|warning)$/.test(key);
const isLibraryKey = (key: string) =>
  /^(name|accountTypes|baseline|defaultScopes|bundles|notCovered)$/.test(key);
const foreign = (key: string) => `$${key}`;

/** Translates a policy of the corpus into a policy of the library. */
export function mapPolicy(policy: WrittenJson): Mapped {
  const undetectable: string[] = [];
  if (!(policy instanceof Members)) {
    const door = readDoor(new Members([]), undetectable, readDenials(undefined, undetectable));
    return { definition: policy, door, unsaid: undetectable };
  }
  const denials = readDenials(policy.get("deny"), undetectable);
  const door = readDoor(policy, undetectable, denials);
  const list: (readonly [string, WrittenJson])[] = [["name", "Policy of the corpus"]];
  const isSafe = (scope: string) => !denials.scopes.has(scope);
  const operation = (entry: WrittenJson) => mapOperation(entry, isSafe, undetectable);
  for (const [key, value] of policy.list) {
    switch (key) {
      case "version":
        if (value !== 1)
          undetectable.push(
            "another format number: `version` of the library is the version of the policy",
          );
        list.push([key, typeof value === "number" ? String(value) : value]);
        break;
      case "scopes":
        list.push([key, mapScopes(value, isSafe, undetectable)]);
        break;
      case "tools":
        list.push([key, mapMembers(value, (entry) => operation(entry))]);
        checkToolNames(value, undetectable);
        break;
      case "endpoints":
        list.push([key, mapEndpoints(value, operation)]);
        break;
      case "tiers":
        list.push(...mapTiers(value));
        break;
      case "default":
        // the library has no other default
        if (value !== "deny") list.push([key, value]);
        break;
      case "patterns":
        if (!isWrittenList(value)) list.push([key, value]);
        break;
      case "deny":
        if (denials.rest !== undefined) list.push([key, denials.rest]);
        break;
      case "issuer":
      case "resource":
      case "scopeClaim":
      case "reservedClients":
        break;
      default:
        list.push([isLibraryKey(key) ? foreign(key) : key, value]);
    }
  }
  const patterns = mapPatterns(policy.get("patterns"), operation);
  const definition = withTools(new Members(list), patterns, denials.tools);
  const mapped = withDenials(definition, denials.scopes);
  if (hasDuplicates(policy) && !hasDuplicates(mapped)) {
    undetectable.push("a duplicate name in a part that policies of the library do not have");
  }
  return { definition: mapped, door, unsaid: undetectable };
}

function readDoor(policy: Members, undetectable: string[], denials: Denials): AuthorizerParts {
  const tiers = policy.get("tiers");
  const claim = tiers instanceof Members ? tiers.get("claim") : undefined;
  if (tiers instanceof Members && (typeof claim !== "string" || claim === "")) {
    undetectable.push("the claim of the tier: `subject` reads it, policies do not name it");
  }
  const scopeClaim = policy.get("scopeClaim");
  return {
    issuer: policy.get("issuer"),
    resource: policy.get("resource"),
    scopeClaim: typeof scopeClaim === "string" ? scopeClaim : undefined,
    tierClaim: typeof claim === "string" ? claim : "tier",
    firstParty: clientsOf(policy.get("reservedClients"), "first-party", undetectable),
    deniedClients: denials.clients,
    deniedScopes: denials.scopes,
  };
}

function clientsOf(
  value: WrittenJson | undefined,
  what: string,
  undetectable: string[],
): Set<string> {
  if (value === undefined) return new Set();
  const list = isWrittenList(value) ? value : [value];
  const good = list.filter((client) => typeof client === "string" && client !== "");
  if (!isWrittenList(value) || good.length < list.length || new Set(list).size < list.length) {
    undetectable.push(
      `a list of ${what} clients: a callback of the authorizer names them, policies do not`,
    );
  }
  return new Set(good as string[]);
}

interface Denials {
  readonly tools: readonly string[];
  readonly scopes: ReadonlySet<string>;
  readonly clients: Set<string>;
  /** Members that are not denials of the dialect, which the library rejects. */
  readonly rest: WrittenJson | undefined;
}

function readDenials(deny: WrittenJson | undefined, undetectable: string[]): Denials {
  const tools: string[] = [];
  const scopes = new Set<string>();
  const clients: WrittenJson[] = [];
  const rest: WrittenJson[] = [];
  for (const entry of isWrittenList(deny) ? deny : []) {
    const [key, value, others] =
      entry instanceof Members && entry.list.length === 1
        ? [entry.list[0]?.[0], entry.list[0]?.[1] ?? null, false]
        : [undefined, null, true];
    if (others || (key !== "client" && typeof value !== "string")) rest.push(entry);
    else if (key === "tool") tools.push(value as string);
    else if (key === "scope") scopes.add(value as string);
    else if (key === "client") clients.push(value);
    else rest.push(entry);
  }
  const isList = deny === undefined || isWrittenList(deny);
  return {
    tools,
    scopes,
    clients: clientsOf(clients, "denied", undetectable),
    rest: isList ? (rest.length > 0 ? rest : undefined) : deny,
  };
}

function mapMembers(
  value: WrittenJson,
  change: (item: WrittenJson, name: string) => WrittenJson,
): WrittenJson {
  if (!(value instanceof Members)) return value;
  return new Members(value.list.map(([name, item]) => [name, change(item, name)]));
}

/** Maps scopes. The dialect advertises every scope that can be granted, which corresponds to `default: "on"`. */
function mapScopes(
  scopes: WrittenJson,
  isSafe: (scope: string) => boolean,
  undetectable: string[],
): WrittenJson {
  return mapMembers(scopes, (options, name) => {
    if (typeof options === "string") {
      undetectable.push("a scope that is a string: the library reads it as a description");
    }
    if (!(options instanceof Members)) return options;
    const list = options.list.map(
      ([key, value]) =>
        [!SCOPE_KEYS.has(key) && isLibraryScopeKey(key) ? foreign(key) : key, value] as const,
    );
    const isOffered = isSafe(name) && options.get("reserved") !== true;
    return new Members(isOffered ? [...list, ["default", "on"]] : list);
  });
}

function checkToolNames(tools: WrittenJson, undetectable: string[]): void {
  if (tools instanceof Members && tools.list.some(([name]) => /[*?]/.test(name))) {
    undetectable.push("a tool with `*` or `?` in its name: the library reads it as a pattern");
  }
}

/** Maps an operation. `allOf` and `anyOf` together are a conjunction; alternatives that require a denied scope are removed. */
function mapOperation(
  entry: WrittenJson,
  isSafe: (scope: string) => boolean,
  undetectable: string[],
): WrittenJson {
  if (typeof entry === "string") {
    undetectable.push("a requirement that is a string: the library reads it as a scope");
  }
  if (!(entry instanceof Members)) return entry;
  const hasTwin = new Set(entry.list.map(([key]) => key)).size < entry.list.length;
  const others = entry.list.flatMap(([key, value]): (readonly [string, WrittenJson])[] => {
    // duplicates are kept, so that the library rejects them
    if (key === "match" || (!hasTwin && (key === "allOf" || key === "anyOf"))) return [];
    if (key === "bind") return [["params", value]];
    return [[!OPERATION_KEYS.has(key) && isLibraryOperationKey(key) ? foreign(key) : key, value]];
  });
  if (hasTwin) return new Members(others);
  const all = entry.get("allOf");
  const any = entry.get("anyOf");
  const isDenied = (scope: WrittenJson) => typeof scope === "string" && !isSafe(scope);
  const openAny = isWrittenList(any) ? any.filter((scope) => !isDenied(scope)) : any;
  const isShut =
    (isWrittenList(all) && all.some(isDenied)) ||
    (isWrittenList(any) && isWrittenList(openAny) && any.length > 0 && openAny.length === 0);
  if (isShut) return new Members([["deny", DENIED]]);
  const lists: (readonly [string, WrittenJson])[] = [];
  if (all !== undefined) lists.push(["allOf", all]);
  if (any !== undefined && openAny !== undefined) lists.push(["anyOf", openAny]);
  const isBoth = lists.length === 2;
  const both: WrittenJson = lists.map((list) => new Members([list]));
  return new Members([...(isBoth ? [["allOf", both] as const] : lists), ...others]);
}

function mapEndpoints(
  endpoints: WrittenJson,
  operation: (entry: WrittenJson) => WrittenJson,
): WrittenJson {
  // an object of endpoints is the notation of the library
  if (!isWrittenList(endpoints)) return [endpoints];
  return new Members(
    endpoints.map((entry, index) => {
      if (!(entry instanceof Members)) return [`endpoints[${index}]`, entry];
      const rest = entry.list.filter(([key]) => key !== "method" && key !== "path");
      const name = `${textOf(entry.get("method"))} ${textOf(entry.get("path"))}`;
      return [name, operation(new Members(rest))];
    }),
  );
}

/** Returns a string unchanged, and an empty string for any other value. */
const textOf = (value: WrittenJson | undefined) => (typeof value === "string" ? value : "");

function mapTiers(tiers: WrittenJson): readonly (readonly [string, WrittenJson])[] {
  if (!(tiers instanceof Members)) return [["tiers", tiers]];
  return tiers.list.flatMap(([key, value]): (readonly [string, WrittenJson])[] => {
    if (key === "claim") return [];
    return [[key === "order" ? "tiers" : `tiers.${key}`, value]];
  });
}

type Named = readonly [name: string, operation: WrittenJson];

function mapPatterns(
  patterns: WrittenJson | undefined,
  operation: (entry: WrittenJson) => WrittenJson,
): readonly Named[] {
  if (!isWrittenList(patterns)) return [];
  return patterns.map((entry, index) =>
    entry instanceof Members
      ? [textOf(entry.get("match")), operation(entry)]
      : [`patterns[${index}]`, entry],
  );
}

/** Merges tools, patterns and denials under the library's key `tools`. An exact entry takes precedence over a pattern with the same name. */
function withTools(
  definition: Members,
  patterns: readonly Named[],
  denied: readonly string[],
): Members {
  const written = definition.get("tools");
  if (written !== undefined && !(written instanceof Members)) return definition;
  const shut = new Set(denied);
  const tools = (written?.list ?? []).filter(([name]) => !shut.has(name));
  const exact = new Set(tools.map(([name]) => name));
  const extra = new Map<string, WrittenJson>();
  for (const [name, entry] of patterns) {
    if (exact.has(name) || shut.has(name)) continue;
    const before = extra.get(name);
    extra.set(name, before === undefined ? entry : bothOf(before, entry));
  }
  // the library treats a pattern without wildcards as an exact name, so it is combined with the patterns that match it
  for (const [name, entry] of extra) {
    if (/[*?]/.test(name)) continue;
    const others = patterns.filter(([other]) => /[*?]/.test(other) && isMatch(other, name));
    extra.set(
      name,
      others.reduce((sum, [, other]) => bothOf(sum, other), entry),
    );
  }
  const denials = [...shut].map((name): Named => [name, new Members([["deny", DENIED]])]);
  const all = new Members([...tools, ...extra, ...denials]);
  if (all.list.length === 0) return definition;
  const rest = definition.list.filter(([key], index) =>
    key === "tools" ? index !== definition.list.findLastIndex(([last]) => last === "tools") : true,
  );
  return new Members([...rest, ["tools", all]]);
}

/** Returns the combined requirement of two patterns that match one name. */
function bothOf(first: WrittenJson, second: WrittenJson): WrittenJson {
  const isPublic = (entry: WrittenJson) => entry instanceof Members && entry.get("public") === true;
  const isDenial = (entry: WrittenJson) => entry instanceof Members && entry.has("deny");
  if (isPublic(first) || isDenial(second)) return second;
  if (isPublic(second) || isDenial(first)) return first;
  return new Members([["allOf", [first, second]]]);
}

/** Returns whether a pattern with `*` and `?` matches a whole name, case-sensitively. */
function isMatch(pattern: string, name: string): boolean {
  const source = pattern
    .replaceAll(/[^*?]/g, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`)
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^(?:${source})$`, "u").test(name);
}

/** Adds a bundle of the denied scopes, so that the library checks that they are declared. */
function withDenials(definition: Members, denied: ReadonlySet<string>): Members {
  if (denied.size === 0) return definition;
  const bundle = new Members([["denied", [...denied]]]);
  return new Members([...definition.list, ["bundles", bundle]]);
}
