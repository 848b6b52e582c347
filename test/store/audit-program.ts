// A process of its own that writes audit events without an end, and prints the identifier of each event that is committed.
import { createStore } from "scope-policy/store";
import { eventOf } from "./audit-cases.js";
import { connect } from "./connect.js";

const store = await createStore({ db: connect(process.argv[2] ?? "") });
await store.migrate();

async function writeAll(): Promise<never> {
  for (;;) {
    const event = eventOf({ id: crypto.randomUUID(), at: Date.now() });
    await store.audit(event);
    process.stdout.write(`${event.id}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, writeAll));
