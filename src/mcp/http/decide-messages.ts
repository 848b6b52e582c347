import type { ProtocolRequest } from "../../audit/audited-request.js";
import type { AccessToken } from "../../decision/access-token.js";
import type { Admission, ReportStatus } from "../../resource-server/authorizer-types.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";
import type { PinnedAuthorizer } from "../../resource-server/pinned-authorizer.js";
import { CREDENTIAL_CODES } from "../shared/denied-error.js";
import type { Handshake } from "../shared/handshake.js";
import { type DeniedOperation, jointDenial, jointSignIn } from "../shared/joint-denial.js";
import type { Message } from "../shared/message.js";
import { reportsOf } from "../shared/reports.js";
import type { FindRequiredOperations, RequiredOperations } from "../shared/required-operations.js";
import { signInScopeMode } from "../shared/sign-in-scope.js";

/** The outcome for a whole request: it passes, or one message or all of them are denied. */
export type MessagesOutcome =
  | {
      readonly kind: "passed";
      readonly token: AccessToken | undefined;
      readonly targets: readonly RequiredOperations[];
      readonly reports: readonly ReportStatus[];
    }
  | {
      readonly kind: "malformed";
      readonly message: Message;
      readonly reports: readonly ReportStatus[];
    }
  | {
      readonly kind: "refused";
      readonly denial: Denial;
      readonly answer: DenialResponse;
      /** The denied message, if it was the only one. */
      readonly message: Message | undefined;
      /** Whether neither the protocol table nor the options name the method of the message. */
      readonly isMethodUnknown: boolean;
      /** The functions that report the status of the response to the audit, one for each event. */
      readonly reports: readonly ReportStatus[];
    };

/** The parts of the request that every decision needs. */
export interface MessageContext {
  /** The method of the HTTP request. */
  readonly httpMethod: string;
  readonly authorization: readonly string[] | undefined;
  readonly protocolVersion: string;
  /** Whether a caller without credentials may initialize and list. */
  readonly anonymous: boolean;
  readonly auditDenialsOnly: boolean;
}

/** The parts that decide on messages. */
export interface DecisionParts {
  readonly authorizer: PinnedAuthorizer;
  readonly targets: FindRequiredOperations;
  readonly handshake: Handshake;
}

const AUTHENTICATED_ONLY: RequiredOperations = { kind: "known" };

interface MessageDenial extends DeniedOperation {
  readonly kind: "denied";
  readonly reports: readonly ReportStatus[];
}

type MessageAdmission =
  | {
      readonly kind: "admitted";
      readonly token: AccessToken | undefined;
      readonly reports: readonly ReportStatus[];
    }
  | MessageDenial;

/**
 * Decides on every message of a request. One denied message denies the whole request, with one response. If consent can fix
 * every denial, the response names the smallest set of scopes that fixes all of them; otherwise it is the response to the first denial that
 * consent cannot fix.
 */
export async function decideMessages(
  deciders: DecisionParts,
  messages: readonly Message[],
  context: MessageContext,
): Promise<MessagesOutcome> {
  const denials: MessageDenial[] = [];
  const targets: RequiredOperations[] = [];
  const reports: ReportStatus[] = [];
  const single = messages.length === 1 ? messages[0] : undefined;
  const denyAll = ({ denial, answer }: DeniedOperation): MessagesOutcome => {
    const [target] = targets;
    const isUnknown = target?.kind === "operations" && target.isMethodUnknown;
    const isMethodUnknown =
      single !== undefined && isUnknown && denial.code === "unknown_operation";
    return { kind: "refused", denial, answer, message: single, isMethodUnknown, reports };
  };
  let token: AccessToken | undefined;
  for (const message of messages) {
    const target =
      message.kind === "response"
        ? AUTHENTICATED_ONLY
        : deciders.targets(message, context.protocolVersion);
    if (target.kind === "malformed") return { kind: "malformed", message, reports };
    targets.push(target);
    const id = message.kind === "request" ? String(message.id) : undefined;
    const name = `mcp:${message.kind === "response" ? context.httpMethod : message.method}`;
    const admissions = await admit(deciders, target, { name, requestId: id }, context);
    reports.push(...admissions.flatMap((admission) => admission.reports));
    for (const admission of admissions) {
      token = admission.token ?? token;
      if (admission.kind === "admitted") continue;
      // the other messages have the same credentials, so the verifier is not called again
      if (CREDENTIAL_CODES.has(admission.denial.code))
        return denyAll(signInForAll(deciders, admission, messages, context));
      denials.push(admission);
    }
  }
  const [first, ...others] = denials;
  if (first === undefined) return { kind: "passed", token, targets, reports };
  return denyAll(jointDenial(deciders.authorizer, [first, ...others], context.protocolVersion));
}

/** Returns the denial of the credentials; for an anonymous caller that may list, with the scopes of every message. */
function signInForAll(
  deciders: DecisionParts,
  denial: MessageDenial,
  messages: readonly Message[],
  { anonymous, protocolVersion }: MessageContext,
): MessageDenial {
  // otherwise it names the scopes of the resource metadata
  if (!anonymous) return denial;
  const operations = messages.flatMap((message) => {
    const target =
      message.kind === "response" ? AUTHENTICATED_ONLY : deciders.targets(message, protocolVersion);
    return target.kind === "operations" ? target.operations : [];
  });
  return jointSignIn(deciders.authorizer, denial, operations, protocolVersion);
}

async function admit(
  { authorizer, handshake }: DecisionParts,
  target: Exclude<RequiredOperations, { kind: "malformed" }>,
  request: ProtocolRequest,
  { authorization, protocolVersion, anonymous, auditDenialsOnly }: MessageContext,
): Promise<readonly MessageAdmission[]> {
  if (target.kind === "known") {
    if (authorization === undefined && anonymous) return [];
    const context = { operation: undefined, token: undefined, protocolVersion };
    const known = await authorizer.authenticate(authorization, context);
    if (known.kind === "refused") {
      const answered = await authorizer.record(known, request);
      return [createDenial(known.decision, known.answer, undefined, reportsOf({ answered }))];
    }
    const { token } = known;
    const decision = handshake(token, authorizer.policy);
    if (decision === undefined) return [{ kind: "admitted", token, reports: [] }];
    const answer = authorizer.answer(decision, { ...context, token });
    const answered = await authorizer.record({ decision, answer, token }, request);
    return [createDenial(decision, answer, token, reportsOf({ answered }))];
  }
  const call = {
    authorization,
    protocolVersion,
    requestId: request.requestId,
    auditDenialsOnly,
    credentialsFirst: true,
  };
  const admissions: Admission[] = [];
  for (const { isOfObject, ...operation } of target.operations) {
    const signInScope = signInScopeMode(anonymous, isOfObject);
    const admission = await authorizer.admit({ ...operation, ...call, signInScope });
    admissions.push(admission);
    if (CREDENTIAL_CODES.has(admission.decision.code)) break;
  }
  return admissions.map((admission) => {
    const { token } = admission;
    const reports = reportsOf(admission);
    return admission.kind === "refused"
      ? createDenial(admission.decision, admission.answer, token, reports)
      : { kind: "admitted", token, reports };
  });
}

function createDenial(
  denial: Denial,
  answer: DenialResponse,
  token: AccessToken | undefined,
  reports: readonly ReportStatus[] = [],
): MessageDenial {
  return { kind: "denied", denial, answer, token, reports };
}
