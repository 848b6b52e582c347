// Reads the input of a case: its policy, its token, its `Authorization` headers.

import {
  buildAuthorizer,
  type CaseAuthorizer,
  type Source,
  sourceOf,
  sourceOfText,
} from "./authorizer.js";
import {
  type AttackCase,
  type Corpus,
  dropAbsent,
  expandShorthand,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  member,
  resolvePolicy,
  Skip,
  textOf,
} from "./corpus.js";
import { createMemoryKeeper, type Keeper } from "./keeper.js";
import { attackerJwk } from "./keys.js";
import { mintJwt, mutate } from "./mint.js";

/** A case with the state that cases share. */
export interface Context {
  readonly attack: AttackCase;
  readonly corpus: Corpus;
  /** The current time of the case in seconds, for all of its tokens. */
  readonly now: number;
  /** The tokens of earlier steps, by name. */
  readonly named: Map<string, string>;
  /** The authorizers that several cases can share. */
  readonly doors: Map<string, CaseAuthorizer>;
  readonly keeper: Keeper;
}

export function createContext(
  attack: AttackCase,
  corpus: Corpus,
  doors: Map<string, CaseAuthorizer>,
  keeper: Keeper = createMemoryKeeper(),
): Context {
  const now = Math.floor(Date.now() / 1000);
  return { attack, corpus, doors, keeper, now, named: new Map() };
}

const written = ({ now }: Context) => ({ now, attackerJwk: attackerJwk() });

/** Returns a value with its shorthand expanded. */
export function full(context: Context, value: Json | undefined): Json | undefined {
  return dropAbsent(expandShorthand(value, written(context)));
}

/** Throws {@link Skip} if a value has an unknown member. */
export function onlyMembers(what: string, value: JsonObject, known: string): void {
  const names = new Set(known.split(" "));
  for (const name of Object.keys(value)) {
    if (!names.has(name)) throw new Skip(`unknown member \`${name}\` of ${what}`);
  }
}

/** Returns the mapped policy of a case. */
export function sourceOfCase(context: Context): Source {
  const { given } = context.attack;
  const text = member(given, "policyText");
  if (text !== undefined) return sourceOfText(textOf(full(context, text)));
  return sourceOf(full(context, resolvePolicy(given["policy"], context.corpus.policies)));
}

/** Returns the authorizer of a case. Cases with the same policy share it, unless the state of earlier calls would matter. */
export function authorizerOfCase(context: Context, isFresh: boolean): CaseAuthorizer {
  const source = sourceOfCase(context);
  if (isFresh) return buildAuthorizer(source, {}, context.keeper);
  const { definition, door } = source.mapped;
  const key = JSON.stringify([
    source.source,
    definition,
    { ...door, firstParty: [...door.firstParty], deniedClients: [...door.deniedClients] },
  ]);
  const known = context.doors.get(key);
  if (known !== undefined) return known;
  const opened = buildAuthorizer(source, {}, context.keeper);
  context.doors.set(key, opened);
  return opened;
}

/** Returns whether a case would leave state in a shared authorizer. */
export function needsNewAuthorizer(given: JsonObject): boolean {
  return JSON.stringify(given).includes('"opaque"');
}

/** Returns the raw token of a case or a step; `undefined` for no token. */
export function tokenOf(
  context: Context,
  door: CaseAuthorizer,
  given: JsonObject,
): string | undefined {
  const issuing = {
    issuer: member(door.mapped.door, "issuer"),
    resource: member(door.mapped.door, "resource"),
    now: context.now,
  };
  const write = (value: Json | undefined) => expandShorthand(value, written(context));
  const mint = (token: JsonObject) => mintJwt(token, issuing);
  const token = member(given, "token");
  if (token === undefined) {
    if (given["claims"] !== undefined) return mint({ claims: write(given["claims"]) });
    if (given["scope"] !== undefined) return mint({ claims: { scope: write(given["scope"]) } });
    return undefined;
  }
  if (token === null) return undefined;
  if (!isObject(token)) throw new Skip("a token that is described in words");
  const kind = member(token, "kind");
  switch (kind) {
    case "jwt":
      return mint(write(token) as JsonObject);
    case "raw":
      onlyMembers("a token", token, "kind value mutate");
      return mutate(textOf(full(context, token["value"])), token["mutate"]);
    case "opaque": {
      onlyMembers("a token", token, "kind value introspection mutate");
      const value = mutate(textOf(full(context, token["value"])), token["mutate"]);
      door.answers.set(value, full(context, token["introspection"]) as JsonObject);
      return value;
    }
    case "ref": {
      onlyMembers("a token", token, "kind of mutate");
      const named = context.named.get(textOf(token["of"]));
      if (named === undefined)
        throw new Skip(`no step has made the token \`${textOf(token["of"])}\``);
      return mutate(named, token["mutate"]);
    }
    default:
      throw new Skip(`unknown kind of token \`${textOf(kind)}\``);
  }
}

/** Returns the `Authorization` headers of a request. */
export function authorizationOf(
  context: Context,
  given: JsonObject,
  rawToken: string | undefined,
): readonly string[] {
  const lines = full(context, given["authorization"]);
  if (lines === undefined) return rawToken === undefined ? [] : [`Bearer ${rawToken}`];
  return listOf(lines).map((line) => textOf(line).replaceAll("{token}", () => rawToken ?? ""));
}
