import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { inSeconds, NOW } from "./fixtures.js";
import { type MemberCase, VERIFICATIONS } from "./verifications.js";

/** Members of a valid token, without a tolerance. `NOW` is in milliseconds, `inSeconds` in seconds. */
const TIMES: readonly MemberCase[] = [
  [{ exp: inSeconds(0.001) }, "token"],
  [{ exp: inSeconds(0) }, "expired"],
  [{ exp: 0 }, "expired"],
  [{ exp: -5 }, "expired"],
  [{ exp: 99_999_999_999 }, "token"],
  [{ exp: 99_999_999_999.5 }, "token"],
  [{ exp: 1e11 }, "malformed"],
  [{ exp: 1e11 + 1 }, "malformed"],
  [{ exp: NOW + 300_000 }, "malformed"],
  [{ exp: NOW - 300_000 }, "malformed"],
  [{ exp: Number.MAX_VALUE }, "malformed"],
  [{ iat: inSeconds(0) }, "token"],
  [{ iat: 0 }, "token"],
  [{ iat: inSeconds(0.001) }, "not_yet_valid"],
  [{ iat: 99_999_999_999 }, "not_yet_valid"],
  [{ iat: 1e11 }, "not_yet_valid"],
  [{ iat: NOW }, "not_yet_valid"],
  [{ nbf: inSeconds(0) }, "token"],
  [{ nbf: inSeconds(0.001) }, "not_yet_valid"],
  [{ nbf: 99_999_999_999 }, "not_yet_valid"],
  [{ nbf: 1e11 }, "not_yet_valid"],
  [{ nbf: NOW }, "not_yet_valid"],
  [{ exp: NOW + 300_000, iat: NOW, nbf: NOW }, "malformed"],
];

describe.each(titled(VERIFICATIONS, ({ name }) => name))("a token verified by %s", (_name, way) => {
  it.each(TIMES)("with %j has the outcome %s", async (members, outcome) => {
    expect(await way.outcomeOf(members)).toBe(outcome);
  });

  it.each<MemberCase>([
    [{ exp: inSeconds(-299.999) }, "token"],
    [{ exp: inSeconds(-300) }, "expired"],
    [{ exp: 99_999_999_999 }, "token"],
    [{ exp: 1e11 }, "malformed"],
    [{ iat: inSeconds(300) }, "token"],
    [{ iat: inSeconds(300.001) }, "not_yet_valid"],
    [{ nbf: NOW }, "not_yet_valid"],
  ])("with %j and a tolerance of 300 seconds has the outcome %s", async (members, outcome) => {
    expect(await way.outcomeOf(members, { clockTolerance: 300 })).toBe(outcome);
  });
});
