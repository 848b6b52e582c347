export type { AuditedRequest, ProtocolRequest } from "./audit/audited-request.js";
export {
  type ConnectedApp,
  type ConnectedGrant,
  connectedApp,
  REVOCATION_STEPS,
} from "./consent/connected-app.js";
export { type ConsentSources, consentHeaders } from "./consent/headers.js";
export type { ConsentWords } from "./consent/messages/consent-words.js";
export type {
  ConsentBoundary,
  ConsentClientView,
  ConsentError,
  ConsentFacts,
  ConsentOptions,
  ConsentRow,
  ConsentScreen,
  ConsentState,
  ConsentText,
  DroppedScope,
  GrantedBoundary,
  RefusedScope,
} from "./consent/model.js";
export {
  type ConsentOutcome,
  type ConsentReceipt,
  resolveConsent,
} from "./consent/resolve.js";
export { consentScreen, droppedScopes } from "./consent/screen.js";
export type { ConsentSelection } from "./consent/selection.js";
export { AccessDenied } from "./decision/access-denied.js";
export type { AccessToken } from "./decision/access-token.js";
export {
  type AccountTypeRequired,
  type Allowed,
  type BindingMismatch,
  type CredentialDenial,
  DECISION_CODES,
  type Decision,
  type DecisionCode,
  type Denied,
  type InsufficientScope,
  type InsufficientUserAuthentication,
  type InvalidParams,
  type InvalidRequest,
  type InvalidToken,
  type PolicyDenial,
  type ReservedScope,
  type TemporarilyUnavailable,
  type Unauthenticated,
  type UnknownOperation,
  type UpgradeRequired,
} from "./decision/decision.js";
export {
  definePolicy,
  type EndpointOf,
  loadPolicy,
  type ParamsOf,
  type Policy,
  type PolicyOptions,
  type ResolvedOperation,
  type ScopeOf,
  type TierOf,
  type ToolOf,
} from "./decision/define-policy.js";
export type { EndpointMatch, RequestLine } from "./decision/find-endpoint.js";
export type { ToolView } from "./decision/list-tools.js";
export type { OperationName } from "./decision/operation-name.js";
export {
  type AuthorizationServerMetadata,
  type AuthorizationServerOptions,
  authorizationServerMetadata,
} from "./discovery/authorization-server-metadata.js";
export {
  clientRegistration,
  type RegistrationOptions,
  type RegistrationResult,
} from "./discovery/client-registration.js";
export {
  type ProtectedResourceMetadata,
  type ProtectedResourceOptions,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "./discovery/protected-resource-metadata.js";
export {
  issuesRefreshToken,
  type RefreshOptions,
  type RefreshResult,
  refreshScope,
} from "./discovery/refresh-scope.js";
export { type Finding, PolicyError, type PolicyErrorCode } from "./errors.js";
export {
  formatScope,
  MAX_SCOPE_LENGTH,
  MAX_SCOPE_TOKENS,
  parseScope,
  type ScopeResult,
  type ScopeSet,
} from "./grammar/scope.js";
export {
  formatScopeToken,
  type ParseScopeToken,
  type PlaceholdersOf,
  parseScopeToken,
  type ScopeForm,
  type ScopeTokenFault,
  type ScopeTokenResult,
  type ScopeTokenSyntax,
} from "./grammar/scope-syntax.js";
export { isScopeToken, type ScopeToken } from "./grammar/scope-token.js";
export {
  type BindParams,
  type BindResult,
  bindScope,
  type MatchParams,
  matchScope,
} from "./grammar/template.js";
export { SCOPE_VERBS, type ScopeVerb } from "./grammar/verbs.js";
export type { AnyPolicy } from "./policy/any-policy.js";
export type { ConsentClient } from "./policy/client.js";
export type {
  AcceptedFinding,
  AuditOptions,
  BoundaryOptions,
  BranchOptions,
  BundleDefinition,
  CaseOptions,
  CaseValue,
  CommonOptions,
  OperationDefinition,
  OperationOptions,
  PolicyDefinition,
  PolicyTexts,
  RequirementOptions,
  ScopeOptions,
  ScopeTexts,
} from "./policy/definition.js";
export { policyJsonSchema } from "./policy/json-schema.js";
export type { LintCode } from "./policy/lint-codes.js";
export type {
  MeaningOptions,
  PolicyScopes,
  ScopeInput,
  ScopeName,
} from "./policy/policy-scopes.js";
export type { PolicyTypes, PolicyTypesOf } from "./policy/policy-types.js";
export { MAX_ALTERNATIVES } from "./policy/requirement-size.js";
export { createAuthorizer } from "./resource-server/authorizer.js";
export type { AuthorizerOptions } from "./resource-server/authorizer-options.js";
export type {
  Admission,
  AuthenticationResult,
  AuthorizationCall,
  Authorizer,
  AuthorizerDecision,
  AuthorizerResult,
  ReportStatus,
} from "./resource-server/authorizer-types.js";
export type {
  ChallengeMode,
  Denial,
  DenialContext,
  DenialResponse,
  ProblemDocument,
} from "./resource-server/challenge.js";
export type { Rejection } from "./resource-server/rejections.js";
export type {
  CallbackName,
  Outage,
  SubjectFacts,
  Verify,
} from "./resource-server/token-verifier.js";
export type { RejectionReason } from "./resource-server/verifier-result.js";
