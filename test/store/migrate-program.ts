// A process of its own that migrates the database of its argument, as soon as a line arrives on standard input.
import { once } from "node:events";
import { createStore } from "scope-policy/store";
import { connect } from "./connect.js";

const db = connect(process.argv[2] ?? "");
const store = await createStore({ db });
process.stdout.write("ready\n");
await once(process.stdin, "data");
await store.migrate();
await db.destroy();
process.stdout.write("migrated\n");
process.exit(0);
