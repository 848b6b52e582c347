import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kysely } from "kysely";
import type { Backend } from "./backend.js";
import { connect } from "./connect.js";

/** SQLite files by libSQL, each in a folder of its own that the end of the test deletes. */
export const sqliteFiles: Backend = {
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), "scope-policy-store-"));
    const url = `file:${join(folder, "store.db")}`;
    const instances: Kysely<unknown>[] = [];
    return {
      url,
      open: () => {
        const db = connect(url);
        instances.push(db);
        return db;
      },
      close: async () => {
        for (const db of instances) await db.destroy();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
