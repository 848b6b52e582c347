import { afterAll, beforeAll } from "vitest";
import { describeCorpus } from "../corpus-suite.js";
import { type PostgresServer, startPostgres } from "./server.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describeCorpus("PostgreSQL", () => server);
