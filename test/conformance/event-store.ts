// An event store for streams that clients resume. No caller can guess its ids, so the gate may accept them.
import { randomUUID } from "node:crypto";

interface StoredEvent<Message> {
  readonly id: string;
  readonly stream: string;
  readonly message: Message;
}

/** Creates a store for one session. */
export function createEventStore<Message extends object>() {
  const events: StoredEvent<Message>[] = [];
  return {
    storeEvent: async (stream: string, message: Message) => {
      const id = randomUUID();
      events.push({ id, stream, message });
      return id;
    },
    getStreamIdForEventId: async (id: string) => events.find((event) => event.id === id)?.stream,
    replayEventsAfter: async (
      last: string,
      { send }: { send: (id: string, message: Message) => Promise<void> },
    ) => {
      const at = events.findIndex(({ id }) => id === last);
      const stream = events[at]?.stream ?? "";
      for (const event of events.slice(at + 1)) {
        // the first event of a stream carries no message
        const isMessage = event.stream === stream && Object.keys(event.message).length > 0;
        if (isMessage) await send(event.id, event.message);
      }
      return stream;
    },
  };
}
