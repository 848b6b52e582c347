import { afterAll, beforeAll } from "vitest";
import { describeAuditLog } from "../audit-suite.js";
import { describeLastUse } from "../last-use-suite.js";
import { type PostgresServer, startPostgres } from "./server.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describeAuditLog("PostgreSQL", () => server);
describeLastUse("PostgreSQL", () => server);
