import { setTimeout as wait } from "node:timers/promises";
import { type ConsentOutcome, definePolicy, resolveConsent } from "scope-policy";
import { createStore, type Store, type StoreOptions } from "scope-policy/store";
import type { AskedConsent, EarlierConsent, Keeper } from "../attacks/harness/keeper.js";
import type { TestDatabase } from "./backend.js";
import { answer, client } from "./consents.js";

/** The state of the cases of the corpus in a store: one process revokes and records, another one decides. */
export interface StoreKeeper {
  /** Returns what keeps the state of one case. Its log has the events of this case only. */
  readonly ofCase: () => Keeper;
  readonly close: () => Promise<void>;
}

/** Milliseconds after which a store of a case has lost the list of revocations. */
const MAX_LAG = 300;

let users = 0;

/** Opens two stores on a database, each as a process of its own would. */
export async function openStoreKeeper(database: TestDatabase): Promise<StoreKeeper> {
  const opened: Store[] = [];
  const create = async (options: Partial<StoreOptions> = {}): Promise<Store> => {
    const store = await createStore({ db: database.open(), maxLag: 600_000, ...options });
    opened.push(store);
    return store;
  };
  const open = async (options: Partial<StoreOptions> = {}): Promise<Store> => {
    const store = await create(options);
    await store.migrate();
    return store;
  };
  const clock = { second: Math.floor(Date.now() / 1_000) };
  const writing = await open({ now: () => clock.second + 0.999 });
  const deciding = await open();
  return {
    ofCase: () => {
      const log = logOf({ writing, deciding });
      const { isRevoked, touch } = deciding;
      return {
        options: { isRevoked, audit: log.audit, onAuditError: "deny", onUsed: touch },
        isRevoked,
        ...revocationsOf({ writing, deciding, clock }),
        outages: () => outagesOf(create),
        ...log,
        ...consentsOf({ writing, deciding }),
      };
    },
    close: async () => {
      for (const store of opened) await store.close();
    },
  };
}

interface Stores {
  readonly writing: Store;
  readonly deciding: Store;
}

function revocationsOf({
  writing,
  deciding,
  clock,
}: Stores & { readonly clock: { second: number } }): Pick<Keeper, "revokeId" | "revokeGrant"> {
  return {
    revokeId: async (issuer, jti) => {
      const by = "the case";
      await writing.revocations.add({ kind: "token", jti, by, ...(issuer && { issuer }) });
      await deciding.flush();
    },
    revokeGrant: async (sub, client_id, at) => {
      if (sub === undefined || client_id === undefined) throw new Error("a grant of nobody");
      const given = await answer(writing.grants, {
        sub,
        client: { ...client, client_id },
        requested: "openid courses:read",
        scopes: ["courses:read"],
      });
      const grantId = await writing.grants.record(given);
      clock.second = at;
      await writing.grants.revoke(grantId, { by: sub, sub });
      await deciding.flush();
    },
  };
}

/** Creates stores that cannot know whether a token is revoked. */
async function outagesOf(
  create: (options?: Partial<StoreOptions>) => Promise<Store>,
): Promise<Record<string, Keeper["isRevoked"]>> {
  const unread = await create();
  const closed = await create();
  await closed.flush();
  await closed.close();
  const late = await create({ maxLag: MAX_LAG });
  await late.flush().catch(() => undefined); // if the database is as late, the list was never read
  await wait(MAX_LAG + 1);
  return {
    "has not read the revocations": unread.isRevoked,
    "is closed": closed.isRevoked,
    "has read the revocations too long ago": late.isRevoked,
  };
}

function logOf({ writing, deciding }: Stores): Pick<Keeper, "audit" | "lines"> {
  const ids = new Set<string>();
  return {
    audit: (event) => {
      ids.add(event.id);
      return deciding.audit(event);
    },
    lines: async () => {
      await deciding.flush();
      const lines: string[] = [];
      for await (const line of writing.auditLog.exportOfAllUsers()) {
        const { id } = JSON.parse(line) as { readonly id: string };
        if (ids.has(id)) lines.push(line.slice(0, -1));
      }
      return lines;
    },
  };
}

function consentsOf({ writing, deciding }: Stores): Pick<Keeper, "grantEarlier" | "grant"> {
  users += 1;
  const sub = `user-${users}`; // cases about consent name no user, and share a database
  return {
    grantEarlier: async (asked, scope): Promise<EarlierConsent> => {
      const { facts } = asked;
      const { client_id } = facts.client;
      await writing.grants.record({ sub, ...earlierConsent(asked, scope) });
      const known = await deciding.grants.consentFacts({ sub, client_id });
      return { granted: known.granted, grantedPolicyVersion: known.grantedPolicyVersion };
    },
    grant: async ({ policy, facts }, outcome) => {
      if (!outcome.ok) return [`the consent failed: ${outcome.error}`];
      const [before] = await deciding.grants.list(sub);
      await writing.grants.record({ sub, client: facts.client, outcome, policy });
      await deciding.flush();
      const [after, ...others] = await deciding.grants.list(sub);
      if (before === undefined || after === undefined || others.length > 0)
        return ["there is not one grant before and one after"];
      const { client_id } = facts.client;
      const token = { scope: "", sub, client_id, claims: { grant_id: before.grantId } };
      const isRevoked = deciding.isRevoked({ ...token, iat: Number.MAX_SAFE_INTEGER });
      return faultsOfGrant({ before: before.scope, after: after.scope, outcome, isRevoked });
    },
  };
}

/** Returns a consent to a scope under an earlier edition of the policy, which had every scope by its name. */
function earlierConsent({ policy, facts }: AskedConsent, scope: string) {
  const scopes = scope.split(" ");
  const { name, version } = policy;
  const earlier = definePolicy({
    name,
    version,
    scopes: Object.fromEntries(scopes.map((each) => [each, `The scope ${each}`])),
    tools: { all: { allOf: scopes } },
  });
  const { client: asking, now } = facts;
  const outcome = resolveConsent(
    earlier,
    { client: asking, requested: scope, now },
    { decision: "approve", scopes },
  );
  if (!outcome.ok) throw new Error(`the earlier consent failed: ${outcome.error}`);
  return { client: asking, outcome, policy: earlier };
}

/** What a grant had before a consent and has after it, and whether the tokens of before are revoked. */
interface GrantChange {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly outcome: Extract<ConsentOutcome, { ok: true }>;
  readonly isRevoked: boolean;
}

function faultsOfGrant({ before, after, outcome, isRevoked }: GrantChange): readonly string[] {
  const kept = before.filter((scope) => !outcome.removed.includes(scope));
  const wanted = [...new Set([...kept, ...outcome.scopes])].sort();
  const has = [...after].sort();
  const isNarrower = before.some((scope) => !after.includes(scope));
  return [
    ...(JSON.stringify(has) === JSON.stringify(wanted)
      ? []
      : [`the grant has ${has.join(" ")}, not ${wanted.join(" ")}`]),
    ...(isRevoked === isNarrower
      ? []
      : [`the earlier tokens are ${isRevoked ? "" : "not "}revoked`]),
  ];
}
