// The parts of a browser that an authorization needs: cookies, redirects, and a user who signs in and consents.
import type { InteractionAnswer, InteractionPage } from "./authorization-server.js";

export interface Browser {
  /** The scopes on each consent page so far. */
  readonly consents: readonly (readonly string[])[];
  /** Makes the user deny these scopes from now on. */
  refuse(...scopes: readonly string[]): void;
  /** Opens an authorization URL, and returns the first address outside the authorization server. */
  visit(url: URL): Promise<URL>;
}

const MAX_HOPS = 20;

/** Starts a user's browser. */
export function openBrowser(account: string): Browser {
  const cookies = new Map<string, string>();
  const consents: (readonly string[])[] = [];
  const refused = new Set<string>();

  const request = async (url: URL, answer?: InteractionAnswer): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie, ...(answer && { "content-type": "application/json" }) },
      ...(answer && { method: "POST", body: JSON.stringify(answer) }),
    });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    return response;
  };

  const answerPage = ({ prompt, scope }: InteractionPage): InteractionAnswer => {
    if (prompt === "login") return { account };
    consents.push(scope);
    return { granted: scope.filter((name) => !refused.has(name)) };
  };

  return {
    consents,
    refuse: (...scopes) => {
      for (const scope of scopes) refused.add(scope);
    },
    visit: async (start) => {
      let url = start;
      let answer: InteractionAnswer | undefined;
      for (let hop = 0; hop < MAX_HOPS; hop += 1) {
        const response = await request(url, answer);
        answer = undefined;
        const location = response.headers.get("location");
        if (location !== null) {
          url = new URL(location, url);
          if (url.origin !== start.origin) return url;
          continue;
        }
        const text = await response.text();
        if (!response.ok) throw new Error(`${response.status} at ${url.href}: ${text}`);
        answer = answerPage(JSON.parse(text) as InteractionPage);
      }
      throw new Error(`no end of redirects from ${start.href}`);
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";");
  const at = pair.indexOf("=");
  const name = pair.slice(0, at);
  const value = pair.slice(at + 1);
  const expires = attributes.find((one) => one.trim().toLowerCase().startsWith("expires="));
  const isOver = expires !== undefined && Date.parse(expires.split("=")[1] ?? "") <= Date.now();
  if (value === "" || isOver) cookies.delete(name);
  else cookies.set(name, value);
}
