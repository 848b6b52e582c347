// Laws of the values in a path, and of the options for its spelling.

import { describe, expect, it } from "vitest";
import { findEndpoint } from "../../src/decision/find-endpoint.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import { load } from "./observe.js";

const ACCOUNT = "GET /v1/accounts/{accountID}";
const policy = load({
  name: "Values",
  version: "1",
  scopes: { "accounts:read": {}, "/accounts/{accountID}/": {} },
  tools: { read_account: "/accounts/{accountID}/" },
  endpoints: {
    [ACCOUNT]: "/accounts/{accountID}/",
    "GET /v1/accounts/Mine": "accounts:read",
    "GET /v1/accounts/caf%C3%A9/:part": "accounts:read",
  },
});

const UNRESERVED = [..."abzABZ019-._~"];
const DELIMITERS = [..."!$&'()+,;=:@|"];
const BEYOND = ["\u00e9", "\u00c9", "\u65e5", "\u0915\u094d", "\u0663", "\u{20000}"];
const REFUSED = [...'%#?*{}<>"^[]\\/`\u0000\n\u007f\u200b\u{1f600}\uff0f\u0301\u212a'];

const drawText = (draw: Draw, characters: readonly string[], length = 6) =>
  Array.from({ length: 1 + draw.int(length - 1) }, () => draw.pick(characters)).join("");

/** Draws a value that a parameter may have. */
function drawValue(draw: Draw): string {
  const kinds = [
    UNRESERVED,
    [...UNRESERVED, ...DELIMITERS],
    [...UNRESERVED, ...DELIMITERS, ...BEYOND],
  ];
  const text = drawText(draw, draw.pick(kinds)).normalize("NFKC");
  const value = draw.chance(20) ? `${text} ${text}` : text;
  return value === "." || value === ".." ? `${value}a` : value;
}

/** Spells a value: characters that have two spellings get one of them. */
function spell(draw: Draw, value: string): string {
  const characters = [...value].map((character) => {
    const escaped = encodeURIComponent(character);
    if (DELIMITERS.includes(character) && draw.chance(50)) return character;
    return draw.chance(50) ? escaped : escaped.toLowerCase();
  });
  return value === value.toLowerCase() ? characters.join("") : encodeURIComponent(value);
}

const drawToken = (draw: Draw, value: string) => {
  const scope = `/accounts/${draw.pick([value, "a"])}/`;
  return draw.pick([{ scope: [scope] }, { scope: ["accounts:read"] }, undefined]);
};

const codeOf = (token: unknown, segment: string) =>
  policy.decideRequest(token as never, { method: "GET", path: `/v1/accounts/${segment}` });

describe("the value in a path", { timeout: 300_000 }, () => {
  it("gets the decision on the value itself, if `encodeURIComponent` has spelled it", () => {
    law(
      (draw) => {
        const value = drawValue(draw);
        return { value, token: drawToken(draw, value) };
      },
      ({ value, token }) => {
        const decision = policy.decideUntrusted(token, ACCOUNT, { accountID: value });
        expect(codeOf(token, encodeURIComponent(value))).toEqual(decision);
        return decision.allowed;
      },
      50,
    );
  });

  it("has the same meaning in each spelling, or the path is unknown", () => {
    law(
      (draw) => {
        const value = drawValue(draw);
        return { value, spelled: spell(draw, value), token: drawToken(draw, value) };
      },
      ({ value, spelled, token }) => {
        const decision = codeOf(token, spelled);
        const isMatrix = /^\.{0,2};/.test(spelled);
        expect(decision.code === "unknown_operation").toBe(isMatrix);
        if (!isMatrix)
          expect(decision).toEqual(
            policy.decideUntrusted(token as never, ACCOUNT, { accountID: value }),
          );
        return spelled !== encodeURIComponent(value);
      },
      200,
    );
  });

  it("is the text that a router decodes, for any segment", () => {
    law(
      (draw) => {
        const text = drawText(draw, [
          ...UNRESERVED,
          ...DELIMITERS,
          ...BEYOND,
          ...REFUSED,
          ..."%40 %6D %2e %2F %C3 %a9 %25 %20 %zz".split(" "),
        ]);
        return draw.chance(50) ? encodeURIComponent(text) : text;
      },
      (segment) => {
        const found = policy.findEndpoint({ method: "GET", path: `/v1/accounts/${segment}` });
        if (found === undefined) return false;
        expect(found).toEqual({
          name: ACCOUNT,
          params: { accountID: decodeURIComponent(segment) },
        });
        expect(segment).not.toMatch(/%[46][1-9A-F]|%2[EF5]|[^!-~]/i);
        return true;
      },
      100,
    );
  });
});

describe("options for the spelling of a path", { timeout: 300_000 }, () => {
  const changeCase = (draw: Draw, text: string) =>
    text.replace(/%..|[a-z]/gi, (part) => {
      if (part.startsWith("%") || draw.chance(50)) return part;
      return part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase();
    });

  it("make a path mean what its plain spelling means, with its own values", () => {
    law(
      (draw) => {
        const value = draw.pick([drawValue(draw), "mine", "MINE", "part"]);
        const segment = encodeURIComponent(value);
        const path = draw.pick(["/v1/accounts/", "/v1/accounts/Mine", "/v1/accounts/caf%C3%A9/"]);
        const rest = path.endsWith("/") ? segment : "";
        const slashes = draw.pick(["", "/", "/", "//"]);
        return {
          plain: path + rest,
          path: changeCase(draw, path) + rest,
          slashes,
          options: {
            ...(draw.chance(70) ? { caseSensitive: draw.pick([true, false]) } : {}),
            ...(draw.chance(70) ? { trailingSlash: draw.pick(["refuse", "ignore"] as const) } : {}),
          },
        };
      },
      ({ plain, path, slashes, options }) => {
        const find = (text: string, how = {}) =>
          findEndpoint(compiledPolicyOf(policy), { method: "GET", path: text }, how);
        const isSpelled =
          (path === plain || options.caseSensitive === false) &&
          (slashes === "" || (slashes === "/" && options.trailingSlash === "ignore"));
        const isMine = /^\/v1\/accounts\/mine$/i.test(plain);
        const expected = isMine ? find("/v1/accounts/Mine") : find(plain);
        const exact = isMine && plain !== "/v1/accounts/Mine" && options.caseSensitive !== false;
        expect(find(path + slashes, options)).toEqual(isSpelled && !exact ? expected : undefined);
        return isSpelled && path + slashes !== plain;
      },
      100,
    );
  });
});

describe("endpoints with catch-alls and text beside placeholders", { timeout: 300_000 }, () => {
  const drawKey = (draw: Draw) => {
    const kinds = ["a", "{p}", "{p}:go", "b:go", "b"];
    const count = draw.int(3);
    const segments = Array.from({ length: count }, (_, at) =>
      draw.pick(kinds).replace("p", `p${at}`),
    );
    const rest = count === 0 || draw.chance(50) ? ["{rest*}"] : [];
    return `GET /${[...segments, ...rest].join("/")}`;
  };
  const drawTable = (draw: Draw) =>
    Array.from({ length: 2 + draw.int(5) }, () => {
      const entry = draw.chance(30) ? { deny: "no" } : { public: true as const };
      return [drawKey(draw), entry] as const;
    });
  const drawPath = (draw: Draw) => {
    const texts = "a,b,c,c:go,b:go,a:go,A,c:GO,:go,c%3Ago,c;x:go,c:go:go,%61".split(",");
    return `/${Array.from({ length: 1 + draw.int(3) }, () => draw.pick(texts)).join("/")}`;
  };
  const policyOf = (table: readonly (readonly [string, object])[]) =>
    load({ name: "Table", version: "1", scopes: {}, endpoints: Object.fromEntries(table) });
  const cases = (draw: Draw) => ({
    table: drawTable(draw),
    path: drawPath(draw),
    order: (list: readonly (readonly [string, object])[]) => draw.shuffle(list),
  });

  it("are denied wherever a denying catch-all matches, and nowhere else", () => {
    law(
      cases,
      ({ table, path }) => {
        const request = { method: "GET", path };
        const code = policyOf(table).decideRequest(undefined, request).code;
        // of two entries with one key, the last counts
        const final = new Map<string, object>(table);
        const isMatched = [...final].some(
          ([key, entry]) =>
            key.endsWith("*}") &&
            "deny" in entry &&
            policyOf([[key, entry]]).decideRequest(undefined, request).code === "denied",
        );
        if (isMatched) expect(["denied", "unknown_operation"]).toContain(code);
        if (code === "denied" && !isMatched) {
          const name = policyOf(table).findEndpoint(request)?.name ?? "";
          expect(final.get(name)).toEqual({ deny: "no" });
        }
        return isMatched && code === "denied";
      },
      50,
    );
  });

  it("are denied in every spelling of a denying catch-all that another endpoint matches too", () => {
    const entries: [string, object][] = [
      ["GET /{p0}:go/{rest*}", { public: true }],
      ["GET /{p0}/{p1}:go/{rest*}", { deny: "no" }],
    ];
    const codeOf = (policy: ReturnType<typeof policyOf>, path: string) =>
      policy.decideRequest(undefined, { method: "GET", path }).code;
    for (const policy of [policyOf(entries), policyOf(entries.toReversed())]) {
      expect(codeOf(policy, "/c:go/c:go/a")).toBe("denied");
      expect(codeOf(policy, "/c:go/c:GO/a")).toBe("denied");
      expect(codeOf(policy, "/c:go/c/a")).toBe("allowed");
    }
    expect(codeOf(policyOf(entries.slice(1)), "/c:go/c:GO/a")).toBe("unknown_operation");
  });

  it("do not depend on their order, and the found one alone matches the path too", () => {
    law(
      cases,
      ({ table, path, order }) => {
        const request = { method: "GET", path };
        const entries = [...new Map(table)];
        const policy = policyOf(entries);
        const found = policy.findEndpoint(request);
        const shuffled = policyOf(order(entries));
        expect(shuffled.findEndpoint(request)).toEqual(found);
        expect(shuffled.decideRequest(undefined, request)).toEqual(
          policy.decideRequest(undefined, request),
        );
        if (found === undefined) return false;
        const entry = new Map(entries).get(found.name) as object;
        const alone = policyOf([[found.name, entry]]).findEndpoint(request);
        // beside another match, a denying catch-all is found for every spelling, and alone for its own only
        const isOtherSpelling = alone === undefined && "deny" in entry;
        if (!isOtherSpelling) expect(alone).toEqual(found);
        return true;
      },
      200,
    );
  });
});
