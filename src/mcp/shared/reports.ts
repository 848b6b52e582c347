import { readOwn } from "../../decision/access-token.js";
import type { ReportStatus } from "../../resource-server/authorizer-types.js";

/** Adds the function that reports the status of a response to the audit, if a decision has made an event. */
export function addReport(
  reports: ReportStatus[],
  decided: { readonly answered?: ReportStatus | undefined },
): void {
  const report = readOwn(decided, "answered");
  if (report !== undefined) reports.push(report as ReportStatus);
}
