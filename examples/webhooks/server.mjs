// An app's server that is told what happens at the sign-in. It believes only what is signed, and only what is new.
// Node 18 or newer, no packages:
//
//   WEBHOOK_SECRET=whsec_… node examples/webhooks/server.mjs
//
// Guide: docs/webhooks.md

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { WEBHOOK_SECRET, PORT = "8085" } = process.env;

const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
/// Older or newer than this it may be a copy that somebody sends again, seconds.
const TOLERANCE = 5 * 60;
/// What was told, by its id: the same message may come twice. An app has a table for it.
const told = new Map();

/// Whether one of the signatures is that of our secret. `body` has to be the bytes as they came.
function isSigned(id, timestamp, body, signatures) {
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(" ").some((signature) => {
    const [version, text] = signature.split(",", 2);
    const given = Buffer.from(text ?? "", "base64");
    return version === "v1" && given.length === mac.length && timingSafeEqual(given, mac);
  });
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function take(request) {
  const header = (name) => request.headers[`webhook-${name}`] ?? "";
  const [id, timestamp] = [header("id"), header("timestamp")];
  const body = await read(request);
  if (!isSigned(id, timestamp, body, header("signature"))) return 401;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE)) return 401;
  // Note first, work later: whoever takes too long is told again.
  if (!told.has(id)) told.set(id, JSON.parse(body));
  return 204;
}

const server = createServer(async (request, response) => {
  try {
    if (request.method === "POST") {
      response.writeHead(await take(request));
      response.end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify({ told: [...told.values()] }));
  } catch (error) {
    console.error(error.message);
    response.writeHead(500);
    response.end();
  }
});

server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
