/** Stops a stream whose token is good no more. */
export interface Watch {
  /** Nothing is left to watch. */
  readonly end: () => void;
}

/** What a timer of Node has, so that a stream alone keeps no process alive. */
interface Unreferable {
  readonly unref?: () => unknown;
}

/** Asks again and again whether a stream may go on, and at the end of the token's life at the latest. Calls `stop` once. */
export function watch(
  mayGoOn: () => Promise<boolean>,
  exp: number | undefined,
  everySeconds: number,
  stop: () => void,
): Watch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const end = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const look = async () => {
    const isGood = await mayGoOn().catch(() => false);
    if (isOver) return;
    if (isGood) schedule();
    else {
      end();
      stop();
    }
  };
  const schedule = () => {
    const left = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1_000 - Date.now() + 1;
    // past its end a token may be good still, to a verifier that tolerates clocks: that hurries nobody
    const wait = Math.min(everySeconds * 1_000, left > 0 ? left : Number.POSITIVE_INFINITY);
    timer = setTimeout(() => void look(), wait);
    (timer as Unreferable).unref?.();
  };
  schedule();
  return { end };
}

/** A body that ends when its watch says so. */
export function watchBody(
  body: ReadableStream<Uint8Array>,
  start: (stop: () => void) => Watch,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let guard: Watch | undefined;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      guard = start(() => {
        controller.close();
        reader.cancel().catch(() => undefined);
      });
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          guard?.end();
          controller.close();
        } else controller.enqueue(value);
      } catch (error) {
        guard?.end();
        controller.error(error);
      }
    },
    cancel: (reason) => {
      guard?.end();
      return reader.cancel(reason);
    },
  });
}
