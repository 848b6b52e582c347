import { afterAll, beforeAll } from "vitest";
import { describePlans } from "../plan-suite.js";
import { type PostgresServer, startPostgres } from "./server.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describePlans("PostgreSQL", () => server);
