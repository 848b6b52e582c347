import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { PolicyError } from "../../errors.js";
import { checkOptions } from "../../policy/option-checks.js";
import { JWT_CHECKS, type JwtVerifierOptions } from "../../verify/jwt-options.js";
import { ALGORITHMS, type SigningAlgorithm } from "../../verify/signing-algorithm.js";
import { textOption } from "../command.js";
import { UsageError } from "../terminal/io.js";
import { discoverKeys } from "./discover-keys.js";

/** The options of a verifier with one issuer, and why its keys are not known. */
export interface TokenOptions {
  readonly options: JwtVerifierOptions & { readonly issuer: string };
  readonly keysFault?: string;
}

type Flags = Readonly<Record<string, unknown>>;

/** The flag of each option of the verifier. */
const FLAGS: Readonly<Record<string, string>> = {
  issuer: "--issuer",
  audience: "--audience",
  audienceClaim: "--audience-claim",
  jwks: "--jwks",
  algorithms: "--algorithm",
  profile: "--profile",
  scopeClaim: "--scope-claim",
  clockTolerance: "--clock-tolerance",
  maxTokenAge: "--max-token-age",
};

/** Creates the options of the verifier from the flags, and reads the key set or its URL. Throws {@link UsageError} for invalid flags. */
export async function tokenOptions(flags: Flags, cwd: string): Promise<TokenOptions> {
  const issuer = textOption(flags, "issuer") ?? "";
  const given = textOption(flags, "jwks");
  const known = {
    issuer,
    audience: flags["audience"],
    algorithms: (flags["algorithm"] ?? ALGORITHMS) as readonly SigningAlgorithm[],
    ...optionsOf(flags),
  };
  const jwks = given === undefined ? PLACEHOLDER : await keySetOf(given, cwd);
  // checked before the first request, which goes to a URL of the issuer
  checkFlags({ ...known, jwks });
  const found = given === undefined ? await discoverKeys(issuer) : { ok: true as const, jwks };
  const options = { ...known, jwks: found.ok ? found.jwks : jwks } as TokenOptions["options"];
  return found.ok ? { options } : { options, keysFault: found.fault };
}

/** The URL of a key set that is not known. The verifier does not read it. */
const PLACEHOLDER = "https://localhost/";

function optionsOf(flags: Flags): object {
  const numbers = ["clockTolerance", "maxTokenAge"].filter((name) => flags[name] !== undefined);
  const texts = ["audienceClaim", "profile"].filter((name) => flags[name] !== undefined);
  const scopeClaim = textOption(flags, "scopeClaim");
  return {
    ...Object.fromEntries(texts.map((name) => [name, flags[name]])),
    ...Object.fromEntries(numbers.map((name) => [name, numberOf(flags[name])])),
    ...(scopeClaim !== undefined && { scopeClaim: scopeClaimOf(scopeClaim) }),
    ...(flags["dangerouslyIgnoreConfirmation"] === true && { dangerouslyIgnoreConfirmation: true }),
  };
}

function numberOf(text: unknown): number {
  return typeof text === "string" && text.trim() !== "" ? Number(text) : Number.NaN;
}

/** Returns the name of a claim, or the path or the alternatives that JSON text contains. */
function scopeClaimOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(
      "invalid --scope-claim: expected a name, or a path or alternatives as JSON",
    );
  }
}

function checkFlags(options: object): void {
  try {
    checkOptions("`token`", options, JWT_CHECKS);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const faults = error.findings.map(
      ({ path, message }) => `invalid ${FLAGS[path] ?? path}: ${message}`,
    );
    throw new UsageError(faults.join("; "), { cause: error });
  }
}

/** Returns the URL of a key set, or the key set of a file. */
async function keySetOf(source: string, cwd: string): Promise<unknown> {
  if (/^https?:/i.test(source)) return source;
  try {
    return JSON.parse(await readFile(resolve(cwd, source), "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    throw new UsageError(`cannot read \`${source}\`: ${why}`, { cause: error });
  }
}
