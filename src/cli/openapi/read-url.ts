import { readBounded } from "../../resource-server/bounded-body.js";
import { shownSource } from "../source/shown-source.js";
import { failed, LIMITS, type Outcome } from "./limits.js";

/** Reads the response of a server with status 200. Does not follow redirects, since they lead to a URL that the caller did not name. */
export async function readUrl(url: string): Promise<Outcome<Uint8Array>> {
  const signal = AbortSignal.timeout(LIMITS.timeout);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      headers: { accept: "application/json, application/yaml, text/yaml, */*;q=0.5" },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return failed("unreadable_url", statusMessage(response, url));
    }
    const body = await readBounded(response.body, LIMITS.bytes);
    return body === undefined
      ? failed("too_large", `larger than ${LIMITS.bytes / 1024 / 1024} MiB`)
      : { ok: true, value: body };
  } catch (error) {
    return failed("unreadable_url", reasonOf(error));
  }
}

function statusMessage({ status, headers }: Response, url: string): string {
  const location = headers.get("location") ?? "";
  const isRedirect = location !== "" && URL.canParse(location, url);
  const target = isRedirect ? shownSource(new URL(location, url).href) : "";
  const redirect = isRedirect ? `, a redirect to \`${target}\`: name that URL` : "";
  return `the server responds with ${status}${redirect}`;
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `no response within ${LIMITS.timeout / 1_000} seconds`;
  return cause instanceof Error ? cause.message : message;
}
