import type { AccessToken } from "../../decision/access-token.js";
import type { Admission, ReportStatus } from "../../resource-server/authorizer-types.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";
import type { PinnedAuthorizer } from "../../resource-server/pinned-authorizer.js";
import { CREDENTIAL_CODES } from "../shared/denied-error.js";
import type { Handshake } from "../shared/handshake.js";
import {
  type DeniedOperation,
  hasDenials,
  jointDenial,
  jointSignIn,
} from "../shared/joint-denial.js";
import type { Message } from "../shared/message.js";
import { addReport } from "../shared/reports.js";
import type {
  FindRequiredOperations,
  OperationsTarget,
  RequiredOperations,
} from "../shared/required-operations.js";
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

/** The `Authorization` header of a request, all of them if there are several, or `undefined`. */
export type Authorization = string | readonly string[] | undefined;

/** The parts of the request that every decision needs. */
export interface MessageContext {
  /** The method of the HTTP request. */
  readonly httpMethod: string;
  readonly authorization: Authorization;
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

/** What the authorizer said of a message: of its caller alone, or of one of its operations. */
type MessageAdmission =
  | { readonly kind: "allowed"; readonly token: AccessToken | undefined }
  | Pick<Extract<Admission, { kind: "refused" }>, "kind" | "decision" | "answer" | "token">;

/** Where the functions that report the status of a response to the audit are added, one for each event. */
type Reports = ReportStatus[];

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
  const denials: DeniedOperation[] = [];
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
    const admissions =
      target.kind === "known"
        ? await admitKnown(deciders, message, context, reports)
        : await admitOperations(deciders, target, message, context, reports);
    for (const admission of admissions) {
      token = admission.token ?? token;
      if (admission.kind === "allowed") continue;
      const denied = {
        denial: admission.decision,
        answer: admission.answer,
        token: admission.token,
      };
      // the other messages have the same credentials, so the verifier is not called again
      if (CREDENTIAL_CODES.has(denied.denial.code))
        return denyAll(signInForAll(deciders, denied, messages, context));
      denials.push(denied);
    }
  }
  if (!hasDenials(denials)) return { kind: "passed", token, targets, reports };
  return denyAll(jointDenial(deciders.authorizer, denials, context.protocolVersion));
}

/** Returns the denial of the credentials; for an anonymous caller that may list, with the scopes of every message. */
function signInForAll(
  deciders: DecisionParts,
  denial: DeniedOperation,
  messages: readonly Message[],
  { anonymous, protocolVersion }: MessageContext,
): DeniedOperation {
  // otherwise it names the scopes of the resource metadata
  if (!anonymous) return denial;
  const operations = messages.flatMap((message) => {
    const target =
      message.kind === "response" ? AUTHENTICATED_ONLY : deciders.targets(message, protocolVersion);
    return target.kind === "operations" ? target.operations : [];
  });
  return jointSignIn(deciders.authorizer, denial, operations, protocolVersion);
}

/** Decides on a message that needs only a valid token. An anonymous caller passes where the options allow it. */
async function admitKnown(
  { authorizer, handshake }: DecisionParts,
  message: Message,
  { httpMethod, authorization, protocolVersion, anonymous }: MessageContext,
  reports: Reports,
): Promise<readonly MessageAdmission[]> {
  if (authorization === undefined && anonymous) return [];
  const name = `mcp:${message.kind === "response" ? httpMethod : message.method}`;
  const request = { name, requestId: requestIdOf(message) };
  const context = { operation: undefined, token: undefined, protocolVersion };
  const known = await authorizer.authenticate(authorization, context);
  if (known.kind === "refused") {
    addReport(reports, { answered: await authorizer.record(known, request) });
    return [{ kind: "refused", decision: known.decision, answer: known.answer, token: undefined }];
  }
  const { token } = known;
  const decision = handshake(token, authorizer.policy);
  if (decision === undefined) return [{ kind: "allowed", token }];
  const answer = authorizer.answer(decision, { ...context, token });
  addReport(reports, { answered: await authorizer.record({ decision, answer, token }, request) });
  return [{ kind: "refused", decision, answer, token }];
}

/** Decides on the operations of a message, up to one for which the credentials are refused: the others have the same. */
async function admitOperations(
  { authorizer }: DecisionParts,
  target: OperationsTarget,
  message: Message,
  { authorization, protocolVersion, anonymous, auditDenialsOnly }: MessageContext,
  reports: Reports,
): Promise<readonly MessageAdmission[]> {
  const admissions: Admission[] = [];
  for (const asked of target.operations) {
    const admission = await authorizer.admit({
      operation: asked.operation,
      params: asked.params,
      arguments: asked.arguments,
      authorization,
      protocolVersion,
      requestId: requestIdOf(message),
      auditDenialsOnly,
      credentialsFirst: true,
      signInScope: signInScopeMode(anonymous, asked.isOfObject),
    });
    addReport(reports, admission);
    admissions.push(admission);
    if (CREDENTIAL_CODES.has(admission.decision.code)) break;
  }
  return admissions;
}

function requestIdOf(message: Message): string | undefined {
  return message.kind === "request" ? String(message.id) : undefined;
}
