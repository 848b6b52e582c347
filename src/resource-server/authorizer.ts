import { AccessDenied } from "../decision/access-denied.js";
import type { Policy } from "../decision/define-policy.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import type { PolicyTypes } from "../policy/policy-types.js";
import {
  admitRequest,
  admitToken,
  authenticateAlone,
  recordDenial,
  type Steps,
} from "./admission-steps.js";
import { createAuthenticator } from "./authenticate.js";
import { metadataOf, noteMetadataRead } from "./authorizer-metadata.js";
import { type AuthorizerOptions, checkAuthorizerOptions } from "./authorizer-options.js";
import type { Authorizer } from "./authorizer-types.js";
import { type CallbackRunner, createCallbackRunner, createOutageReporter } from "./callbacks.js";
import { createResponder } from "./challenge.js";
import { type PinnedAuthorizer, storeReplaceable } from "./pinned-authorizer.js";
import { createAdmissionRecorder, NOTHING_RECORDED } from "./record-admission.js";
import { createRejectionReporter } from "./rejections.js";
import { createUseReporter } from "./report-use.js";
import { findAcceptedOf } from "./verifier-result.js";

/**
 * Creates the authorizer of a policy: it takes raw tokens and returns decisions and HTTP responses. It does no I/O of its own.
 * An outage of a callback is `temporarily_unavailable`: it never allows a call, and it is never `invalid_token`.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` with every finding about the options at once, `ERR_POLICY_UNKNOWN` for a value that
 * `definePolicy` or `loadPolicy` did not return
 *
 * @example
 * ```ts
 * import { createAuthorizer, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": "See your orders" },
 *   tools: { list_orders: "orders:read" },
 * });
 * const authorizer = createAuthorizer({
 *   policy,
 *   verify: (rawToken) => (rawToken === "demo" ? { scope: "openid" } : undefined),
 *   resource: "https://api.example.com/mcp",
 * });
 * const { decision } = await authorizer.decide("demo", "list_orders");
 * if (!decision.allowed) authorizer.answer(decision).status; // 403
 * ```
 */
export function createAuthorizer<Types extends PolicyTypes>(
  given: AuthorizerOptions<Types>,
): Authorizer<Types> {
  const options = checkAuthorizerOptions(given);
  const shared = createSharedParts(options, createAdmissionRecorder);
  const compile = (checked: AuthorizerOptions) => {
    const steps = createSteps(checked, shared);
    return { steps, pinned: Object.freeze(createMembers(checked, shared, () => steps)) };
  };
  let inForce = compile(options);
  const authorizer = Object.freeze({
    ...createMembers(options, shared, () => inForce.steps),
    get policy() {
      return inForce.steps.policy;
    },
    metadata: () => {
      noteMetadataRead(authorizer);
      return inForce.steps.metadata;
    },
    replacePolicy: (next) => {
      if (next === inForce.steps.policy) return;
      // complete before the assignment: if anything throws, the policy in force stays
      inForce = compile(checkAuthorizerOptions({ ...options, policy: next as Policy }));
    },
  } satisfies Authorizer);
  storeReplaceable(authorizer, { first: options.policy, pinned: () => inForce.pinned });
  return authorizer as unknown as Authorizer<Types>;
}

/** Creates the authorizer of a policy for local tokens alone: it accepts no raw token, and writes no audit events. */
export function createLocalAuthorizer<Types extends PolicyTypes>(
  policy: Policy<Types>,
): PinnedAuthorizer<Types> {
  const options = { policy };
  const shared = createSharedParts(options, () => () => NOTHING_RECORDED);
  const steps = createSteps(options, shared);
  return createMembers(options, shared, () => steps) as unknown as PinnedAuthorizer<Types>;
}

/** What an authorizer keeps when its policy is replaced. */
interface SharedParts {
  readonly timeout: number;
  readonly verifiesTokens: boolean;
  readonly outages: ReturnType<typeof createOutageReporter>;
  readonly runCallback: CallbackRunner;
  readonly report: Steps["report"];
  readonly createRecorder: typeof createAdmissionRecorder;
}

/** Creates the parts without a policy. The recorder is handed in, so that a bundle for local tokens alone contains no audit. */
function createSharedParts(
  { timeout = 5_000, verify, onOutage, onRejected }: AuthorizerOptions,
  createRecorder: typeof createAdmissionRecorder,
): SharedParts {
  const outages = createOutageReporter(onOutage);
  return {
    timeout,
    verifiesTokens: verify !== undefined,
    outages,
    runCallback: createCallbackRunner(timeout, outages.report),
    report: createRejectionReporter(onRejected),
    createRecorder,
  };
}

/** Creates what depends on the policy, with empty caches. */
function createSteps(options: AuthorizerOptions, shared: SharedParts): Steps {
  const { policy, verify, clockTolerance = 0 } = options;
  const { verifiesTokens, runCallback, report, createRecorder } = shared;
  const compiled = compiledPolicyOf(policy);
  const metadata = metadataOf(options);
  return {
    policy,
    verifiesTokens,
    findAccepted: verify && findAcceptedOf(verify),
    atGate: { isFromCode: false, tolerance: clockTolerance, now: undefined },
    fromCode: { isFromCode: true, tolerance: clockTolerance, now: undefined },
    metadata,
    authenticate: createAuthenticator(options, runCallback, report, compiled.boundaries),
    report,
    respond: createResponder(compiled, {
      mode: options.challenge ?? "auto",
      metadataUrl: metadata?.url,
      upgradeStatus: options.upgradeStatus ?? 403,
      retryAfter: Math.ceil(options.retryAfter ?? 5),
      verifiesTokens,
    }),
    record: createRecorder(compiled, options, runCallback),
    use: createUseReporter(options.onUsed, runCallback),
  };
}

/**
 * Creates the members of an authorizer.
 *
 * @param stepsNow - returns the steps of the policy in force. Each member calls it once, so that one policy decides a whole call
 */
function createMembers(
  { policy, resource }: AuthorizerOptions,
  { timeout, verifiesTokens, outages }: SharedParts,
  stepsNow: () => Steps,
): PinnedAuthorizer {
  return {
    policy,
    resource,
    timeout,
    verifiesTokens,
    outages: outages.counts,
    decide: async (rawToken, tool, params?) => {
      const { decision, token } = await admitToken(stepsNow(), rawToken, tool, params);
      return token === undefined ? { decision } : { decision, token };
    },
    authorize: async (rawToken, tool, params?) => {
      const { decision, token } = await admitToken(stepsNow(), rawToken, tool, params);
      if (!decision.allowed) throw new AccessDenied(decision);
      return token;
    },
    admit: (call) => admitRequest(stepsNow(), call),
    authenticate: (authorization, context, authenticate) =>
      authenticateAlone(stepsNow(), authorization, context, authenticate),
    record: (refused, request) => recordDenial(stepsNow(), refused, request),
    answer: (decision, context) => stepsNow().respond(decision, context),
    metadata: () => stepsNow().metadata,
  };
}
