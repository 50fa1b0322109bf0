// An API that checks access tokens offline: it fetches the public keys now and then, and asks nobody about a
// request. Node 18 or newer, no packages (with packages: `jose` does the same):
//
//   ISSUER=http://localhost:3000 AUDIENCE=https://api.example.com node examples/access-token/server.mjs
//
// Guide: docs/access-tokens.md

import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";

const { ISSUER, AUDIENCE, PORT = "8083" } = process.env;
// Clocks of two machines differ a little.
const LEEWAY_SECS = 5;
const KEEP_KEYS_MS = 5 * 60 * 1000;
// A made-up key name must not make this API ask at every request.
const ASK_AGAIN_MS = 10 * 1000;

let keys = new Map();
let fetchedAt = -Infinity;

async function fetchKeys() {
  const answer = await fetch(`${ISSUER}/.well-known/jwks.json`, { signal: AbortSignal.timeout(3000) });
  if (!answer.ok) throw new Error(`no keys: ${answer.status}`);
  const { keys: found } = await answer.json();
  keys = new Map(
    found
      .filter((jwk) => jwk.kty === "OKP" && jwk.crv === "Ed25519" && jwk.alg === "EdDSA")
      .map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: "jwk" })]),
  );
  fetchedAt = Date.now();
}

async function keyNamed(kid) {
  const age = Date.now() - fetchedAt;
  if (age > KEEP_KEYS_MS || (!keys.has(kid) && age > ASK_AGAIN_MS)) await fetchKeys();
  return keys.get(kid);
}

function part(text) {
  const value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("no object");
  return value;
}

/// The claims of a token that is good here and now; null for any other. The algorithm is this program's
/// choice and never the token's.
async function claimsOf(token) {
  let header, claims, signed, signature;
  try {
    const parts = token.split(".");
    if (parts.length !== 3 || token.length > 4096) return null;
    [header, claims] = parts.slice(0, 2).map(part);
    signed = Buffer.from(`${parts[0]}.${parts[1]}`);
    signature = Buffer.from(parts[2], "base64url");
  } catch {
    return null;
  }
  if (header.alg !== "EdDSA" || header.typ !== "at+jwt" || header.crit !== undefined) return null;
  const key = await keyNamed(header.kid);
  if (!key || !verify(null, signed, key, signature)) return null;
  const now = Date.now() / 1000;
  const good =
    claims.iss === ISSUER &&
    claims.aud === AUDIENCE &&
    typeof claims.sub === "string" &&
    typeof claims.exp === "number" && now < claims.exp + LEEWAY_SECS &&
    typeof claims.nbf === "number" && now >= claims.nbf - LEEWAY_SECS;
  return good ? claims : null;
}

function answer(response, status, body) {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  if (status === 401) headers["www-authenticate"] = "Bearer";
  response.writeHead(status, headers);
  response.end(JSON.stringify(body));
}

const server = createServer(async (request, response) => {
  try {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
    const claims = token ? await claimsOf(token) : null;
    if (!claims) return answer(response, 401, { error: "no good token" });
    answer(response, 200, { account: claims.sub, external_id: claims.external_id ?? null, role: claims.role ?? null });
  } catch (error) {
    console.error(error.message);
    answer(response, 503, { error: "try again in a moment" });
  }
});

server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
