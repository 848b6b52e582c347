// An issuer of a user: signs tokens of any shape with a key of its own.
import { createSign, generateKeyPairSync } from "node:crypto";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

/** Creates an issuer with one RSA key. `sign` adds `iss`, `iat` and `exp`; a claim that is `undefined` is left out. */
export function createIssuer(iss, kid = "key-1") {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = {
    keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }],
  };
  const sign = (claims, header = {}) => {
    const times = { iat: now(), exp: now() + 600 };
    const head = { alg: "RS256", typ: "JWT", kid, ...header };
    const text = `${encode(head)}.${encode({ iss, ...times, ...claims })}`;
    const signature = createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url");
    return `${text}.${signature}`;
  };
  return { iss, jwks, sign };
}
