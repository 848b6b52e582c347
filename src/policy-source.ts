export type { PolicyChange } from "./policy-source/describe-change.js";
export type { PolicySource } from "./policy-source/follow-source.js";
export { loadPolicySource } from "./policy-source/load-policy-source.js";
export type { PolicySourceOptions } from "./policy-source/source-options.js";
export type { PolicyFault, PolicyFaultCode } from "./policy-source/source-result.js";
