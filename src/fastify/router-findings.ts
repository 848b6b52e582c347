import type { FastifyInstance } from "fastify";
import type { Finding } from "../errors.js";
import { withoutPrototype } from "../policy/own-members.js";
import type { PathOptions } from "../policy/route.js";

/** Returns the findings of options that let the gate ignore what the router of the app distinguishes. */
export function routerFindings(
  { initialConfig }: FastifyInstance,
  { trailingSlash, caseSensitive }: PathOptions,
): readonly Finding[] {
  // outside of `routerOptions`, where Fastify 6 no longer reads them, they are still options of Fastify 5
  const config = withoutPrototype(initialConfig);
  const given = [config, withoutPrototype(config.routerOptions ?? {})];
  const isSlashIgnored = given.some(({ ignoreTrailingSlash }) => ignoreTrailingSlash === true);
  const isCaseIgnored = given.some((options) => options.caseSensitive === false);
  return [
    ...(trailingSlash === "ignore" && !isSlashIgnored ? [TRAILING_SLASH] : []),
    ...(caseSensitive === false && !isCaseIgnored ? [LETTER_CASE] : []),
  ];
}

const TRAILING_SLASH: Finding = {
  code: "trailing_slash",
  path: "trailingSlash",
  message:
    "the gate ignores a slash at the end, but the router does not: set `ignoreTrailingSlash` of `routerOptions`, or leave the option out",
};
const LETTER_CASE: Finding = {
  code: "letter_case",
  path: "caseSensitive",
  message:
    "the gate ignores letter case, but the router does not: set `caseSensitive: false` in `routerOptions`, or leave the option out",
};
