/** The little that the door asks of the runtime it stands in, declared here since the core knows no Node and no DOM. */
export interface Host {
  /** Starts a timer. */
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  /** Stops it. */
  readonly clearTimeout: (timer: unknown) => void;
  /** Where an outage is written when nobody asked to be told. */
  readonly console: { error(line: string): void };
  /** Makes bytes of text (UTF-8). */
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  /** Names of audit events, and digests of what they may not show. */
  readonly crypto: {
    randomUUID(): string;
    readonly subtle: {
      digest(algorithm: "SHA-256", data: Uint8Array): Promise<ArrayBuffer>;
      importKey(
        format: "raw",
        key: Uint8Array,
        algorithm: { readonly name: "HMAC"; readonly hash: "SHA-256" },
        extractable: false,
        usages: readonly ["sign"],
      ): Promise<HmacKey>;
      sign(algorithm: "HMAC", key: HmacKey, data: Uint8Array): Promise<ArrayBuffer>;
    };
  };
}

/** A key as the runtime keeps it. */
export interface HmacKey {
  readonly type: string;
}

/** Every Web-standard runtime has these as globals; they are read when used, so that a test's clock counts. */
export const host = globalThis as unknown as Host;
