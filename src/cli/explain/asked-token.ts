import type { AccessToken } from "../../decision/access-token.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { declaredNames } from "../../policy/suggest.js";
import { textOption } from "../command.js";
import { UsageError } from "../terminal/io.js";

type Options = Readonly<Record<string, unknown>>;

/** Collects the values of a repeatable option. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Returns the values of a repeatable option as pairs. */
export function readPairs(
  given: unknown,
  option: string,
  form: string,
): readonly (readonly [key: string, value: string])[] {
  return (given as readonly string[]).map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`${option} \`${text}\`: expected ${form}`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
}

/** Returns the values of boundaries by name; `undefined` without any. */
function readBoundaries(given: unknown): AccessToken["boundaries"] {
  if (given === undefined) return undefined;
  const boundaries = new Map<string, readonly string[]>();
  for (const [name, value] of readPairs(given, "--boundary", "name=value")) {
    boundaries.set(name, [...(boundaries.get(name) ?? []), value]);
  }
  return Object.fromEntries(boundaries);
}

/** The options of `explain` that describe the token, by their names in camel case. The first one has the scopes. */
export const TOKEN_OPTIONS = [
  "scope",
  "tier",
  "accountType",
  "entitlement",
  "boundary",
  "acr",
  "authAge",
  "firstParty",
  "approvedScopes",
] as const;

/**
 * Returns the token that the options describe; `undefined` with `--no-token`.
 *
 * @param names - the options that describe the token, the one with the scopes first
 * @throws {@link UsageError} if one of them is given with `--no-token`
 */
export function readToken(
  options: Options,
  names: readonly [scope: string, ...others: string[]],
): AccessToken | undefined {
  if (options["token"] === false) {
    if (names.every((name) => options[name] === undefined)) return undefined;
    const flags = names.map(flagOf);
    const listed = `${flags.slice(0, -1).join(", ")} or ${String(flags.at(-1))}`;
    throw new UsageError(`--no-token cannot be combined with ${listed}`);
  }
  const tier = textOption(options, "tier");
  const types = options["accountType"] as readonly string[] | undefined;
  const account_type = types?.length === 1 ? types[0] : types;
  const acr = textOption(options, "acr");
  const authTime = readAuthTime(textOption(options, "authAge"));
  const entitlements = options["entitlement"] as readonly string[] | undefined;
  const approved = textOption(options, "approvedScopes");
  const boundaries = readBoundaries(options["boundary"]);
  return {
    scope: textOption(options, names[0]) ?? "",
    ...(tier === undefined ? {} : { tier }),
    ...(account_type === undefined ? {} : { account_type }),
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    ...(entitlements === undefined ? {} : { entitlements }),
    ...(boundaries === undefined ? {} : { boundaries }),
    ...(options["firstParty"] === true ? { first_party: true } : {}),
    ...(approved === undefined ? {} : { approvedScopes: approved.split(" ") }),
  };
}

/** Returns the flag of an option: `--account-type` for `accountType`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readAuthTime(age: string | undefined): number | undefined {
  if (age === undefined) return undefined;
  const seconds = Number(age);
  if (!/^\d{1,10}$/.test(age)) throw new UsageError(`--auth-age \`${age}\`: expected seconds`);
  return Math.floor(Date.now() / 1_000) - seconds;
}

/**
 * Checks the tier, the account type, the entitlements and the boundaries of a token.
 *
 * @throws {@link UsageError} for a name that the policy does not declare
 */
export function checkConditions(
  { tier, account_type, entitlements = [], boundaries = {} }: Partial<AccessToken>,
  { tierRank, definition }: CompiledPolicy,
): void {
  const accountTypes = new Set(definition.accountTypes);
  if (tier !== undefined && !tierRank.has(tier)) {
    throw new UsageError(`unknown tier \`${tier}\`; ${declaredNames("tiers", tierRank)}`);
  }
  for (const type of [account_type ?? []].flat()) {
    if (accountTypes.has(type)) continue;
    const declared = declaredNames("account types", accountTypes);
    throw new UsageError(`unknown account type \`${type}\`; ${declared}`);
  }
  const known = new Set(definition.entitlements);
  for (const name of entitlements) {
    if (known.has(name)) continue;
    throw new UsageError(
      `unknown entitlement \`${name}\`; ${declaredNames("entitlements", known)}`,
    );
  }
  const declared = new Set(Object.keys(definition.boundaries ?? {}));
  for (const name of Object.keys(boundaries)) {
    if (declared.has(name)) continue;
    throw new UsageError(`unknown boundary \`${name}\`; ${declaredNames("boundaries", declared)}`);
  }
}
