import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { Allowed, CredentialDenial, PolicyDenial } from "../decision/decision.js";
import { readNames } from "../grammar/any-value.js";
import { boundValueText } from "../grammar/bound-value.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { isInternalName } from "../policy/internal.js";
import { withoutPrototype } from "../policy/own-members.js";
import { runtime } from "../policy/runtime.js";
import type { AuditDecision, AuditEvent } from "./audit-event.js";
import { createArgumentWriter } from "./redaction/arguments.js";
import {
  cleanIdentifier,
  cleanText,
  redactCredentials,
  redactName,
} from "./redaction/clean-text.js";
import { REDACTED } from "./redaction/credential-patterns.js";
import { createDigester } from "./redaction/digest.js";
import { isSecretName, secretNames } from "./redaction/secret-names.js";
import { type AuditedOperation, createOperationLookup } from "./requirement.js";

/** A call and its decision, as input of an event. */
export interface AuditedCall {
  /** The name of the tool or endpoint; any text of the client if it is unknown. */
  readonly operation: string;
  /** Where it comes from: a message of a protocol calls no operation, and only code of the host knows internal ones. */
  readonly origin: "gate" | "protocol" | "code";
  readonly decision: Allowed | PolicyDenial | CredentialDenial;
  /** The token, if it is valid. */
  readonly token: AccessToken | undefined;
  /** The HTTP status, if the call was denied. */
  readonly status: number | undefined;
  /** The parameters that the decision was made on: anything that a client can send. */
  readonly params: unknown;
  /** The arguments of the call, or its parameters: anything that a client can send. */
  readonly arguments: unknown;
  readonly requestId: string | undefined;
  /** Whether the gate acts on the decision. */
  readonly isEnforced: boolean;
}

/** Creates the event of a call. Never throws, and rejects only if the runtime has no Web Crypto. */
export type AuditEventFactory = (call: AuditedCall) => Promise<AuditEvent>;

const MAX_NAME = 256;
/** Maximum length in characters of all the scopes of a decision. */
const MAX_SCOPES = 6_144;

/** Creates an {@link AuditEventFactory} for one policy. */
export function createAuditEventFactory(
  policy: CompiledPolicy,
  sensitive: readonly string[],
  key?: string | Uint8Array,
): AuditEventFactory {
  const secrets = secretNames(sensitive);
  const writeArguments = createArgumentWriter(secrets, createDigester(key));
  const operationOf = createOperationLookup(policy);
  const edition = {
    name: cleanText(policy.definition.name, MAX_NAME),
    version: cleanText(policy.definition.version, MAX_NAME),
  };

  return async (call) => {
    const name = typeof call.operation === "string" ? call.operation : `[${typeof call.operation}]`;
    const isProtocol = call.origin === "protocol";
    const isUnknown = call.origin === "gate" && isInternalName(policy, name);
    const operation = isProtocol || isUnknown ? undefined : operationOf(name, call.params);
    const hide = createScopeRedactor([call.params, call.arguments], operation, secrets);
    const { token } = call;
    return {
      id: runtime.crypto.randomUUID(),
      time: new Date().toISOString(),
      policy: edition,
      operation: {
        name: nameOf(name, operation),
        kind: isProtocol ? "protocol" : (operation?.kind ?? "unknown"),
      },
      actor: {
        ...claims(token, ["sub", "iss", "tier", "account_type"]),
        ...nameList(token, "account_type"),
        ...nameList(token, "entitlements"),
      },
      client: {
        ...claims(token, ["client_id"]),
        ...(readOwn(token, "first_party") === true && { first_party: true }),
      },
      token: claims(token, ["jti", "iss"]),
      decision: decisionOf(call.decision, hide),
      ...(!call.isEnforced && { enforced: false }),
      ...(operation !== undefined && { requirement: operation.requirement }),
      ...(call.status !== undefined && { status: call.status }),
      ...(typeof call.requestId === "string" && { requestId: cleanIdentifier(call.requestId) }),
      ...(await writeArguments(call.arguments, operation?.disclosure ?? NO_DISCLOSURE)),
    };
  };
}

const NO_DISCLOSURE = { show: new Set<string>(), hash: new Set<string>() };

/** Returns the name of an operation. A name that the client chose is redacted, since it may contain a credential. */
function nameOf(name: string, operation: AuditedOperation | undefined): string {
  const clean = cleanText(name, MAX_NAME);
  return operation === undefined || operation.isPattern ? redactName(clean) : clean;
}

function claims<const Name extends keyof AccessToken>(
  token: AccessToken | undefined,
  names: readonly Name[],
): { readonly [Claim in Name]?: string } {
  const found = names.flatMap((name) => {
    const value = readOwn(token, name);
    return typeof value === "string" ? [[name, cleanIdentifier(value)] as const] : [];
  });
  return Object.fromEntries(found) as { readonly [Claim in Name]?: string };
}

/** Maximum number of names of each list of facts that an event shows. */
const MAX_FACTS = 16;

/** Returns a fact that is a list of names, as a member of the event. */
function nameList<const Name extends "account_type" | "entitlements">(
  token: AccessToken | undefined,
  name: Name,
): { readonly [Fact in Name]?: readonly string[] } {
  const list = readNames(readOwn(token, name)) ?? [];
  const shown: Record<string, readonly string[]> =
    list.length === 0 ? {} : { [name]: list.slice(0, MAX_FACTS).map(cleanIdentifier) };
  return shown as { readonly [Fact in Name]?: readonly string[] };
}

/**
 * Creates the function that redacts, in scopes with bound values, the values of parameters and arguments that have the name of a
 * secret. A number counts as the text that a scope has for it.
 */
function createScopeRedactor(
  sources: readonly unknown[],
  operation: AuditedOperation | undefined,
  secrets: readonly RegExp[],
): (scope: string) => string {
  const values = (operation?.params ?? [])
    .filter((name) => isSecretName(name, secrets))
    .flatMap((name) =>
      sources.flatMap((source) => {
        // as the decision reads it
        const text = boundValueText(readOwn(source, name));
        return typeof text === "string" && text !== "" ? [text] : [];
      }),
    );
  // a value that contains another one is redacted first, else a part of it would remain
  const inOrder = [...new Set(values)].sort((one, other) => other.length - one.length);
  return (scope) => inOrder.reduce((text, value) => text.replaceAll(value, REDACTED), scope);
}

function decisionOf(
  decision: AuditedCall["decision"],
  hide: (scope: string) => string,
): AuditDecision {
  const { code, allowed } = decision;
  const scopes = createScopeWriter(hide);
  switch (decision.code) {
    case "allowed":
      return {
        code,
        allowed,
        scopes: scopes(decision.scopes),
        ...(decision.enriched && { enriched: true, enrichments: scopes(decision.enrichments) }),
      };
    case "insufficient_scope":
      return {
        code,
        allowed,
        missing: scopes(decision.missing),
        scopes: scopes(decision.scopes),
        accepted: decision.accepted.slice(0, 16).map(scopes),
      };
    case "denied":
      return { code, allowed, reason: cleanText(decision.reason, 512) };
    case "invalid_params":
    case "binding_mismatch":
      return { code, allowed, param: cleanText(decision.param, MAX_NAME) };
    case "account_type_required":
      return { code, allowed, accountTypes: scopes(decision.accountTypes) };
    case "insufficient_user_authentication": {
      const { acr, maxAge } = withoutPrototype(decision);
      return {
        code,
        allowed,
        ...(acr !== undefined && { acr: scopes(acr) }),
        ...(maxAge !== undefined && { maxAge }),
      };
    }
    case "upgrade_required": {
      const { tier, entitlement, had } = withoutPrototype(decision);
      return {
        code,
        allowed,
        ...(tier !== undefined && { tier: cleanText(tier, MAX_NAME) }),
        ...(entitlement !== undefined && { entitlement: cleanText(entitlement, MAX_NAME) }),
        ...(had !== undefined && { had: cleanIdentifier(had) }),
      };
    }
    default:
      return { code, allowed };
  }
}

/** Creates the function that cleans lists of names, and leaves out the names for which the event has no room. */
function createScopeWriter(
  hide: (scope: string) => string,
): (names: readonly string[]) => string[] {
  let room = MAX_SCOPES;
  return (names) =>
    names.flatMap((name) => {
      const clean = redactCredentials(cleanText(hide(name), MAX_NAME));
      room -= clean.length + 3;
      return room < 0 ? [] : [clean];
    });
}
