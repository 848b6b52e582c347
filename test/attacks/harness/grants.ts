// The operations of an authorization server with a policy: registration, consent, refresh, metadata.
import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  bindScope,
  type ConsentFacts,
  type ConsentOptions,
  type ConsentScreen,
  clientRegistration,
  consentScreen,
  loadPolicy,
  type Policy,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import type { Source } from "./authorizer.js";
import { type Context, full, onlyMembers, sourceOfCase } from "./context.js";
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  member,
  type Outcome,
  textOf,
} from "./corpus.js";
import { plainOf } from "./json-text.js";
import { type Result, timed } from "./result.js";

const CASE = "op policy policyText";

/**
 * Returns the policy of a case for the authorization server. A denied scope cannot be granted to any client, first-party clients
 * included, so it is not even `reserved`: this policy does not declare it, and no scope implies it. The operations that require it are
 * denied already.
 */
export function grantPolicyOf({ mapped, source }: Source): Policy {
  const policy = loadPolicy(source);
  const { deniedScopes: denied } = mapped.door;
  if (denied.size === 0) return policy;
  const definition = plainOf(mapped.definition) as JsonObject;
  const isLeft = (scope: Json | undefined) => !denied.has(textOf(scope));
  const declared = Object.entries(definition["scopes"] as JsonObject);
  const scopes = declared.flatMap(([name, options]): (readonly [string, Json | undefined])[] => {
    if (!isLeft(name)) return [];
    const implies = member(options, "implies");
    const left = { implies: listOf(implies).filter(isLeft) };
    return [[name, implies === undefined ? options : { ...(options as JsonObject), ...left }]];
  });
  // the only bundle names the denied scopes
  return loadPolicy({ ...definition, bundles: {}, scopes: Object.fromEntries(scopes) });
}

const refused = (detail: string): Result => ({
  outcomes: ["reject-input"],
  detail,
  output: JSON.stringify(detail),
});

/** The result for a denied client: `unauthorized_client` for every request. */
const DENIED_CLIENT: Result = {
  outcomes: ["deny", "reject-input"] satisfies readonly Outcome[],
  detail: "unauthorized_client",
};

/** Returns the registered client and the redirect URI of its request, or the reason for a rejection. */
function registered(
  context: Context,
  policy: Policy,
): { readonly client: JsonObject; readonly redirect: string | undefined } | string {
  const { given } = context.attack;
  const sent = full(context, given["client"]);
  const asked = full(context, given["redirect_uri"]);
  // a client for which the case gives only a name has registered before
  const before = {
    client_id: full(context, given["client_id"]),
    ...(asked !== undefined && { redirect_uris: [asked] }),
  };
  const metadata = sent === undefined ? before : sent;
  const registration = clientRegistration(policy, metadata);
  if (!registration.ok) return registration.error_description;
  // registration removes the identifier, which the server assigns
  const id = member(metadata, "client_id");
  const client: JsonObject = { ...(registration.metadata as JsonObject), client_id: id ?? null };
  // RFC 6749, appendix A.1
  if (typeof id !== "string" || !/^[\x20-\x7e]+$/.test(id)) return "no client";
  if (client["redirect_uris"] === undefined && asked === undefined) {
    return { client, redirect: undefined };
  }
  const uris = listOf(client["redirect_uris"]);
  // exact match (RFC 9700, section 2.1); a request without a redirect URI uses the registered one
  const redirect = uris.find((uri) => asked === undefined || uri === asked);
  return redirect === undefined
    ? "not a registered redirect URI"
    : { client, redirect: textOf(redirect) };
}

/** Returns the callback `owns`: the bound scopes that the case lists belong to the user; without a list, all requested ones do. */
function ownerOf(
  owned: Json | undefined,
): NonNullable<NonNullable<ConsentFacts["account"]>["owns"]> {
  const texts = new Set(listOf(owned).map(textOf));
  return (template, values) => {
    const bound = bindScope(template, values);
    const isOwn = bound.ok && (owned === undefined || texts.has(bound.scope));
    return isOwn ? bound.scope : undefined;
  };
}

/** Returns all rows of a screen. */
function rowsOf({ identity, groups, offline }: ConsentScreen): ConsentScreen["identity"] {
  return [
    ...identity,
    ...groups.flatMap(({ rows }) => rows),
    ...(offline === null ? [] : [offline]),
  ];
}

/** The scopes that the user leaves checked; `undefined` for all. */
type Chosen = readonly string[] | undefined;

/** Returns the approval of a screen as a browser posts it: without locked rows. */
function approve(
  policy: Policy,
  facts: ConsentFacts,
  options: ConsentOptions,
  chosen: Chosen,
  more: readonly string[] = [],
): ReturnType<typeof resolveConsent> {
  const rows = rowsOf(consentScreen(policy, facts, options));
  const isLeft = (scope: string) => chosen?.includes(scope) !== false;
  const scopes = rows.flatMap(({ scope, locked }) => (locked || !isLeft(scope) ? [] : [scope]));
  return resolveConsent(
    policy,
    facts,
    { decision: "approve", scopes: [...scopes, ...more] },
    options,
  );
}

/** Returns the errors of a screen that no case may have. */
function faultsOfScreen(
  policy: Policy,
  facts: ConsentFacts,
  options: ConsentOptions,
  screen: ConsentScreen,
): readonly string[] {
  const shown = rowsOf(screen).map(({ scope }) => scope);
  const { client } = screen;
  const others = Object.keys(policy.definition.scopes).filter((name) => !shown.includes(name));
  const smuggled = others.filter((name) => approve(policy, facts, options, undefined, [name]).ok);
  // long identifiers are truncated
  const isStart = facts.client.client_id.startsWith(client.id.replace(/…$/, ""));
  const isNamed = client.id !== "" && isStart && !client.verified;
  return [
    ...smuggled.map((name) => `\`${name}\` was not offered, posted, and granted`),
    ...(isNamed ? [] : [`the screen does not name the client: ${JSON.stringify(client)}`]),
    ...(facts.client.redirect_uri === undefined || client.redirectHost !== null
      ? []
      : ["the screen does not name the redirect target"]),
  ];
}

/** Runs registration, consent screen and approval. Scopes beyond the client are rejected; scopes that the user cannot grant are omitted. */
export async function consent(context: Context): Promise<Result> {
  const { given } = context.attack;
  const known = "client client_id redirect_uri requested clientScope grantable granted chosen owns";
  onlyMembers("a case", given, `${CASE} ${known}`);
  const source = sourceOfCase(context);
  const policy = grantPolicyOf(source);
  const found = registered(context, policy);
  if (typeof found === "string") return refused(found);
  const { client, redirect } = found;
  const id = client["client_id"] as string;
  const { firstParty, deniedClients } = source.mapped.door;
  if (deniedClients.has(id)) return DENIED_CLIENT;
  const requested = full(context, given["requested"]);
  const granted = full(context, given["granted"]);
  const first: ConsentFacts = {
    client: {
      ...(client as unknown as ConsentFacts["client"]),
      redirect_uri: redirect,
      firstParty: firstParty.has(id),
    },
    requested: requested as string,
    account: { owns: ownerOf(full(context, given["owns"])) },
    now: context.now,
  };
  const asked = { policy, facts: first };
  const base: ConsentFacts = {
    ...first,
    ...(granted !== undefined && (await context.keeper.grantEarlier(asked, granted as string))),
  };
  const list = full(context, given["chosen"]);
  const chosen = list === undefined ? undefined : listOf(list).map(textOf);
  const bounds: readonly Bound[] = [
    [full(context, given["clientScope"]), { ineligible: "refuse" }],
    [full(context, given["grantable"]), { ineligible: "drop" }],
  ];
  const options: ConsentOptions = { ineligible: "refuse" };
  let result = await page(policy, base, options, chosen);
  for (const [ceiling, bound] of bounds) {
    if (ceiling === undefined) continue;
    // a rejected request stays rejected
    if (!result.outcomes.includes("allow")) break;
    const scope = listOf(ceiling).map(textOf).join(" ");
    result = await page(policy, { ...base, client: { ...base.client, scope } }, bound, chosen);
  }
  if (granted === undefined) return result;
  const outcome = approve(policy, base, options, chosen);
  const kept = await context.keeper.grant({ policy, facts: base }, outcome);
  return { ...result, faults: [...(result.faults ?? []), ...kept] };
}

/** A further limit of a consent, and the options for the rest of the request. */
type Bound = readonly [ceiling: Json | undefined, options: ConsentOptions];

async function page(
  policy: Policy,
  facts: ConsentFacts,
  options: ConsentOptions,
  chosen: Chosen,
): Promise<Result> {
  const [[screen, outcome], milliseconds] = await timed(
    () => [consentScreen(policy, facts, options), approve(policy, facts, options, chosen)] as const,
  );
  const faults = faultsOfScreen(policy, facts, options, screen);
  const output = JSON.stringify({ screen, outcome });
  if (screen.error !== null) {
    const more = outcome.ok ? ["granted what may not be shown"] : [];
    return { ...refused(screen.error), output, milliseconds, faults: [...faults, ...more] };
  }
  if (!outcome.ok) return { outcomes: [], detail: `shown, and not granted: ${outcome.error}` };
  const shown = rowsOf(screen).map(({ scope }) => scope);
  const isSame =
    chosen === undefined
      ? JSON.stringify([...shown].sort()) === JSON.stringify([...outcome.scopes].sort())
      : outcome.scopes.every((scope) => shown.includes(scope));
  return {
    outcomes: ["allow"],
    detail: outcome.scope,
    scopes: outcome.scopes,
    removed: outcome.removed,
    output,
    document: screen as unknown as Json,
    faults: [
      ...faults,
      ...(isSame ? [] : [`shown: ${shown.join(" ")}; granted: ${outcome.scope}`]),
    ],
    milliseconds,
  };
}

/** Runs a registration and returns the metadata that the server stores. */
export async function register(context: Context): Promise<Result> {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} client ceiling unknownScopes`);
  const policy = grantPolicyOf(sourceOfCase(context));
  const [client, ceiling, unknownScopes] = ["client", "ceiling", "unknownScopes"].map((name) =>
    full(context, given[name]),
  );
  const options = {
    ...(ceiling !== undefined && { ceiling: listOf(ceiling).map(textOf) }),
    ...(unknownScopes !== undefined && { unknownScopes: unknownScopes as "drop" }),
  };
  const [result, milliseconds] = await timed(() => clientRegistration(policy, client, options));
  if (!result.ok) return { ...refused(result.error_description), milliseconds };
  const { scope } = result.metadata;
  return {
    outcomes: ["allow"],
    detail: textOf(scope),
    scopes: typeof scope === "string" ? scope.split(" ") : [],
    output: JSON.stringify(result.metadata),
    milliseconds,
  };
}

/** Runs a refresh and returns the scope of the new token. */
export async function refresh(context: Context): Promise<Result> {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} client_id original requested clientScope`);
  const source = sourceOfCase(context);
  const policy = grantPolicyOf(source);
  const { firstParty, deniedClients } = source.mapped.door;
  const id = textOf(full(context, given["client_id"]) ?? "");
  if (deniedClients.has(id)) return DENIED_CLIENT;
  const clientScope = full(context, given["clientScope"]);
  const [original, requested] = [given["original"], given["requested"]].map((value) =>
    full(context, value),
  );
  const [result, milliseconds] = await timed(() =>
    refreshScope(policy, original as string, requested as string | undefined, {
      firstParty: firstParty.has(id),
      ...(clientScope !== undefined && { clientScope: listOf(clientScope).map(textOf).join(" ") }),
    }),
  );
  if (!result.ok) return { ...refused(result.error), milliseconds };
  const { scope, scopes } = result;
  return {
    outcomes: ["allow"],
    detail: scope,
    scopes,
    output: JSON.stringify(result),
    milliseconds,
  };
}

/** Returns the errors of the authorization server's metadata, which must list exactly the scopes that can be granted. */
export function catalogueFaults(
  source: Source,
  resourceScopes: readonly string[],
): readonly string[] {
  const issuer = textOf(plainOf(source.mapped.door.issuer ?? null));
  const policy = grantPolicyOf(source);
  const document: AuthorizationServerMetadata = authorizationServerMetadata(policy, { issuer });
  const { scopes } = policy.definition;
  const public_ = Object.keys(scopes).filter((name) => {
    const isReserved = isObject(scopes[name]) && scopes[name]["reserved"] === true;
    return !isReserved && !/[{<]/.test(name);
  });
  const listed = document.scopes_supported;
  return [
    ...(document.issuer === issuer ? [] : ["the issuer is not as it was configured"]),
    ...(JSON.stringify(listed ?? []) === JSON.stringify(public_) && listed?.length !== 0
      ? []
      : [`the authorization server lists ${JSON.stringify(listed)}`]),
    ...resourceScopes
      .filter((scope) => listed?.includes(scope) !== true)
      .map((scope) => `\`${scope}\` is asked for and cannot be granted`),
  ];
}
