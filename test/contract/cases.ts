import type { ContractCase } from "./case.js";
import { CREDENTIAL_CASES } from "./cases-credentials.js";
import { DECISION_CASES } from "./cases-decisions.js";
import { METADATA_CASES } from "./cases-metadata.js";
import { PATH_CASES } from "./cases-paths.js";

/** All cases of the contract. */
export const CONTRACT: readonly ContractCase[] = [
  ...DECISION_CASES,
  ...CREDENTIAL_CASES,
  ...PATH_CASES,
  ...METADATA_CASES,
];
