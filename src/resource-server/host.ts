/** The little that the door asks of the runtime it stands in, declared here since the core knows no Node and no DOM. */
export interface Host {
  /** Starts a timer. */
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  /** Stops it. */
  readonly clearTimeout: (timer: unknown) => void;
  /** Where an outage is written when nobody asked to be told. */
  readonly console: { error(line: string): void };
}

/** Every Web-standard runtime has these as globals; they are read when used, so that a test's clock counts. */
export const host = globalThis as unknown as Host;
