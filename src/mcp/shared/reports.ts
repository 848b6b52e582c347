import { readOwn } from "../../decision/access-token.js";
import type { ReportStatus } from "../../resource-server/authorizer-types.js";

/** Returns the function that reports the status of a response to the audit, if a decision has made an event. */
export function reportsOf(decided: {
  readonly answered?: ReportStatus | undefined;
}): readonly ReportStatus[] {
  const report = readOwn(decided, "answered");
  return report === undefined ? [] : [report as ReportStatus];
}
