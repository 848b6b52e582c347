// Cases whose expected outcome differs from a decision of this library: each with its outcome here and the reason.
import { isScopeToken, loadPolicy } from "scope-policy";
import { sourceOf } from "./harness/authorizer.js";
import {
  type AttackCase,
  type Corpus,
  isList,
  isObject,
  type Json,
  listOf,
  member,
  type Outcome,
  resolvePolicy,
  textOf,
} from "./harness/corpus.js";
import type { Result } from "./harness/result.js";

export interface Decided {
  /** The known cases. */
  readonly ids: readonly string[];
  /** Returns whether a case of another corpus falls under the same decision. */
  readonly isAlso?: (attack: AttackCase, corpus: Corpus) => boolean;
  /** The outcome of these cases in this library. */
  readonly behaves: Outcome;
  /** Returns whether the result also meets further conditions. */
  readonly holds?: (result: Result, attack: AttackCase, corpus: Corpus) => boolean;
  readonly reason: string;
}

const DECIDED_OTHERWISE: readonly Decided[] = [
  {
    ids: ["TEMPLATE-094", "TEMPLATE-097", "TEMPLATE-098", "TEMPLATE-099"],
    isAlso: onlyAddsLegalScopes,
    behaves: "allow",
    reason:
      "any scope-token of RFC 6749 is a valid name of a scope, and it is literal: `*`, an escape, a trailing slash and a lone `/` have no special meaning",
  },
  {
    ids: ["TEMPLATE-060"],
    isAlso: bindsGrantedInteger,
    behaves: "allow",
    reason:
      "a JSON number from 0 to 2^53 - 1 without a fraction is its decimal text: it has one, and every reader of the JSON text reads the same number; `-0`, fractions and larger numbers are refused",
  },
  {
    ids: ["TEMPLATE-103"],
    isAlso: onlyLeavesParametersUnnamed,
    behaves: "allow",
    reason: "a placeholder that is not renamed is the parameter of its own name",
  },
  {
    ids: ["POLICY-032"],
    behaves: "allow",
    reason:
      "a version is a text here: the number of the corpus becomes one, and a text is one already",
  },
  {
    ids: ["MCP-006"],
    isAlso: isBatchWithoutVersion,
    behaves: "allow",
    reason:
      "a request without a protocol version uses 2025-03-26, which has batches: each message of a batch is decided; later versions have no batches, and `maxBatch: 0` rejects them",
  },
  {
    ids: ["MCP-064"],
    isAlso: ({ isMust, asserts }) => !isMust && Object.keys(asserts).join() === "list",
    behaves: "allow",
    holds: showsWhatCanBeOpened,
    reason:
      "a list also shows the tools that consent or an upgrade would allow: a client that cannot see a tool cannot step up for it; denied and reserved tools stay hidden",
  },
];

/** Returns the decision that applies to a case, if any. */
export function decidedOf(attack: AttackCase, corpus: Corpus): Decided | undefined {
  return DECIDED_OTHERWISE.find(
    ({ ids, isAlso }) => ids.includes(attack.id) || isAlso?.(attack, corpus) === true,
  );
}

/** Returns the changes that the rejected policy of a case makes to another policy; `undefined` for other cases. */
function changesOf({ expect, given }: AttackCase, corpus: Corpus): Changes | undefined {
  const { policy } = given;
  const base = member(policy, "$extends");
  if (expect !== "reject-policy" || !isObject(policy) || base === undefined) return undefined;
  const changed = Object.entries(policy).filter(([key]) => key !== "$extends");
  return { changes: Object.fromEntries(changed), base: resolvePolicy(base, corpus.policies) };
}

interface Changes {
  readonly changes: { readonly [key: string]: Json | undefined };
  readonly base: Json;
}

/** Returns whether a call has a safe integer whose decimal text is a segment of a granted scope, and no other number. */
function bindsGrantedInteger({ expect, given }: AttackCase): boolean {
  const args = member(given["request"], "args");
  const numbers = isObject(args)
    ? Object.values(args).filter((value) => typeof value === "number")
    : [];
  const segments = textOf(given["scope"]).split(/[ /:.]/);
  return (
    expect === "reject-input" &&
    numbers.length > 0 &&
    numbers.every((value) => Object.is(Math.abs(value), value) && segments.includes(`${value}`)) &&
    numbers.every(Number.isSafeInteger)
  );
}

/** A placeholder that no other placeholder follows. */
const PLACEHOLDER = /(?:\{\w{1,64}\}|<\w{1,64}>)(?![{<])/g;

/** Returns whether a policy only adds scopes to another one, with names that are scope-tokens without a stray bracket. */
function onlyAddsLegalScopes(attack: AttackCase, corpus: Corpus): boolean {
  const found = changesOf(attack, corpus);
  const scopes = found?.changes["scopes"];
  if (found === undefined || !isObject(scopes) || Object.keys(found.changes).length > 1)
    return false;
  const before = member(found.base, "scopes");
  const added = Object.keys(scopes).filter((name) => member(before, name) === undefined);
  return (
    added.length > 0 &&
    added.every((name) => {
      const isPlain = JSON.stringify(scopes[name]) === "{}" && isScopeToken(name);
      return isPlain && !/[{}<>]/.test(name.replaceAll(PLACEHOLDER, ""));
    })
  );
}

/** Returns whether a policy only adds operations that do not rename a placeholder. */
function onlyLeavesParametersUnnamed(attack: AttackCase, corpus: Corpus): boolean {
  const found = changesOf(attack, corpus);
  if (found === undefined) return false;
  const [key, ...others] = Object.keys(found.changes);
  if (others.length > 0 || (key !== "tools" && key !== "patterns" && key !== "endpoints")) {
    return false;
  }
  const changed = found.changes[key];
  const entries = isObject(changed) ? Object.values(changed) : listOf(changed);
  return entries.some((entry) => {
    const lists = [member(entry, "allOf"), member(entry, "anyOf")].filter(isList).flat();
    return (
      lists.some((scope) => /\{\w+\}/.test(textOf(scope))) && member(entry, "bind") === undefined
    );
  });
}

function isBatchWithoutVersion({ isMust, given }: AttackCase): boolean {
  const headers = member(given["request"], "headers");
  const isNamed = listOf(headers).some((pair) =>
    /^mcp-protocol-version$/i.test(textOf(listOf(pair)[0])),
  );
  return !isMust && !isNamed && isList(member(given["request"], "body"));
}

/** Returns whether a list is the one that the policy returns for the token, and contains every expected tool. */
function showsWhatCanBeOpened(result: Result, attack: AttackCase, corpus: Corpus): boolean {
  const { policy, scope } = attack.given;
  const { source } = sourceOf(resolvePolicy(policy, corpus.policies));
  const shown = loadPolicy(source).toolsFor(typeof scope === "string" ? { scope } : undefined);
  const names = shown.map(({ name }) => name);
  const wanted = listOf(attack.asserts["list"]).map(textOf);
  return (
    JSON.stringify(result.list) === JSON.stringify(names) &&
    wanted.every((name) => names.includes(name))
  );
}
