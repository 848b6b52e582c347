/** The globals of the runtime that the core uses, declared here since the core compiles without the types of Node and the DOM. */
export interface Runtime {
  /** Starts a timer. */
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  /** Starts a repeated timer. */
  readonly setInterval: (callback: () => void, milliseconds: number) => unknown;
  /** Stops a timer. */
  readonly clearTimeout: (timer: unknown) => void;
  /** Logs outages and refused tokens by default. */
  readonly console: { error(line: string): void };
  /** The environment of the process; missing in runtimes without processes. */
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  /** Encodes text as UTF-8. */
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  /** Creates the ids of audit events, and the digests of arguments. */
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

/** An HMAC key of the runtime (`CryptoKey`). */
export interface HmacKey {
  readonly type: string;
}

/** The globals of any Web-standard runtime. They are read at each use, so that a test can replace the clock. */
export const runtime = globalThis as unknown as Runtime;

/** Returns whether the program states by `NODE_ENV` that it does not run in production. Without `process` it states nothing. */
export function isDevelopment(): boolean {
  try {
    const { process } = runtime;
    return process !== undefined && process.env?.["NODE_ENV"] !== "production";
  } catch {
    return false; // a runtime without the permission to read the environment
  }
}
