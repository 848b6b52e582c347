import { describeAuditLog } from "./audit-suite.js";
import { sqliteFiles } from "./sqlite-backend.js";

describeAuditLog("a file of libSQL", () => sqliteFiles);
