// Who is signed in at the pages of the account, and the proof that a form comes from a page of this server.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

export interface Sessions {
  /** Returns the value of the field `csrf` in a form about a subject. */
  csrfOf(subject: string): string;
  /** Returns whether a posted value is that of the form. */
  isCsrf(subject: string, given: string | null): boolean;
  /** Returns the cookie that signs a user in. */
  cookieOf(person: string): string;
  /** Returns the user of a request; `undefined` if nobody is signed in. */
  personOf(request: IncomingMessage): string | undefined;
}

/** Creates sessions that last as long as the secret. */
export function createSessions(secret: string): Sessions {
  const csrfOf = (subject: string) => createHmac("sha256", secret).update(subject).digest("hex");
  const isCsrf = (subject: string, given: string | null) => {
    const expected = Buffer.from(csrfOf(subject));
    const actual = Buffer.from(given ?? "");
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  };
  return {
    csrfOf,
    isCsrf,
    cookieOf: (person) =>
      `person=${person}.${csrfOf(`session ${person}`)}; HttpOnly; SameSite=Lax; Path=/settings`,
    personOf: ({ headers }) => {
      const [, person = "", proof = ""] =
        /person=([\w-]+)\.([0-9a-f]+)/.exec(headers.cookie ?? "") ?? [];
      return isCsrf(`session ${person}`, proof) ? person : undefined;
    },
  };
}

const LARGEST_FORM = 65_536;

/** Reads a posted form. A larger one counts as empty. */
export async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const length = Number(request.headers["content-length"] ?? Number.NaN);
  return new URLSearchParams(length <= LARGEST_FORM ? await text(request) : "");
}

/** Returns the languages of a browser, most preferred first. */
export function acceptedLanguages({ headers }: IncomingMessage): readonly string[] {
  const languages = (headers["accept-language"] ?? "").split(",").map((part) => {
    const [tag = "", quality = "q=1"] = part.trim().split(";");
    return { tag, quality: Number(quality.trim().replace("q=", "")) };
  });
  return languages.sort((left, right) => right.quality - left.quality).map(({ tag }) => tag);
}
