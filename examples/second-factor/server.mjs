// An app with passwords of its own that asks for a code by text message after the password. It never sees the
// code: the person gives it to the sign-in, and this server takes the result. Node 18 or newer, no packages:
//
//   SIGN_IN=http://localhost:3000 ORIGIN=http://localhost:8085 SERVER_KEY=sk_… \
//       node examples/second-factor/server.mjs
//
// The sign-in runs with SERVER_KEYS and RETURN_ORIGINS=http://localhost:8085. Guide: docs/second-factor.md

import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { SIGN_IN, SERVER_KEY, USERS = "ada:lovelace:+12125550142", PORT = "8085" } = process.env;
// Where people reach this app.
let { ORIGIN } = process.env;
const PURPOSE = "sign-in";
const SESSION_MS = 60 * 60 * 1000;

// A database in a real app: names, salted hashes of passwords, numbers.
const users = new Map(
  USERS.split(",").map((line) => {
    const [name, password, phoneNumber] = line.split(":");
    const salt = randomBytes(16);
    return [name, { salt, hash: scryptSync(password, salt, 32), phoneNumber }];
  }),
);
const nobody = { salt: randomBytes(16), hash: randomBytes(32), phoneNumber: null };
// By the id in the browser's cookie: what it still has to prove, or who it is.
const sessions = new Map();

function passwordIs(user, password) {
  return timingSafeEqual(scryptSync(password, user.salt, 32), user.hash);
}

function sessionOf(request) {
  const id = /(?:^|; )app_session=([0-9a-f]{64})(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
  const session = id && sessions.get(id);
  if (!session) return null;
  if (session.endsAt > Date.now()) return session;
  sessions.delete(id);
  return null;
}

/// A new id at every step, so that nobody can slip one in beforehand.
function startSession(response, session) {
  const id = randomBytes(32).toString("hex");
  sessions.set(id, { ...session, id, endsAt: Date.now() + SESSION_MS });
  const secure = ORIGIN.startsWith("https:") ? "; Secure" : "";
  // Lax: the browser comes back from the sign-in's site with it.
  response.setHeader("set-cookie", `app_session=${id}; Path=/; HttpOnly; SameSite=Lax${secure}`);
}

async function callSignIn(path, body) {
  const answer = await fetch(`${SIGN_IN}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${SERVER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(8000),
  });
  return { status: answer.status, body: await answer.json() };
}

async function readForm(request) {
  let text = "";
  for await (const piece of request) {
    text += piece;
    if (text.length > 4096) throw new Error("the form is too large");
  }
  return new URLSearchParams(text);
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}

/// First the password, then the code.
async function password(request, response) {
  const form = await readForm(request);
  const name = form.get("name") ?? "";
  const user = users.get(name) ?? nobody;
  if (!passwordIs(user, form.get("password") ?? "")) return send(response, 401, { error: "wrong name or password" });
  const { status, body } = await callSignIn("/api/challenges", {
    phone_number: user.phoneNumber,
    purpose: PURPOSE,
    text: "Sign in to the example app",
    return_to: `${ORIGIN}/back`,
    device_fingerprint: { ip: request.socket.remoteAddress },
  });
  if (status === 429) return send(response, 429, { error: "wait a moment" }, { "retry-after": body.retry_after_secs });
  if (status !== 200) throw new Error(`the sign-in answered ${status} ${body.error_type}`);
  startSession(response, { waitingFor: body.challenge_id, name });
  send(response, 303, {}, { location: body.url });
}

/// The browser is back with a result code. It counts only for the challenge that this very browser waits for.
async function back(request, response, query) {
  const session = sessionOf(request);
  const challengeId = query.get("challenge_id");
  if (!session?.waitingFor || session.waitingFor !== challengeId) return send(response, 401, { error: "start again" });
  const { status, body } = await callSignIn(`/api/challenges/${challengeId}/redeem`, {
    result_code: query.get("result_code") ?? "",
  });
  sessions.delete(session.id);
  const proved =
    status === 200 && body.purpose === PURPOSE && body.phone_number === users.get(session.name)?.phoneNumber;
  if (!proved) return send(response, 401, { error: "start again" });
  startSession(response, { name: session.name });
  send(response, 303, {}, { location: "/" });
}

const server = createServer(async (request, response) => {
  try {
    const { pathname, searchParams } = new URL(request.url, "http://app.invalid");
    if (request.method === "POST" && pathname === "/password") return await password(request, response);
    if (request.method === "GET" && pathname === "/back") return await back(request, response, searchParams);
    const session = sessionOf(request);
    if (!session || session.waitingFor) return send(response, 401, { error: "sign in first" });
    send(response, 200, { hello: session.name });
  } catch (error) {
    console.error(error.message);
    send(response, 503, { error: "try again in a moment" });
  }
});

server.listen(Number(PORT), "127.0.0.1", () => {
  ORIGIN ??= `http://127.0.0.1:${server.address().port}`;
  console.log(`http://127.0.0.1:${server.address().port}`);
});
