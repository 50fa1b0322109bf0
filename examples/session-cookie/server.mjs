// An app whose pages know who somebody is by the sign-in's cookie. It has no login page of its own: it sends
// people to the sign-in and gets them back. Node 18 or newer, no packages:
//
//   SIGN_IN=http://localhost:3000 ORIGIN=http://localhost:8084 node examples/session-cookie/server.mjs
//
// The sign-in runs with SESSION_COOKIE=host (a domain in production) and RETURN_ORIGINS=http://localhost:8084.
// Guides: docs/session-cookie.md, docs/return-to.md

import { createServer } from "node:http";

const { SIGN_IN, PORT = "8084" } = process.env;
// Where people reach this app.
let { ORIGIN } = process.env;
// What this page does is worth a fresh code.
const FRESH_SECS = 300;

/// Asks the sign-in who this browser is. Only the cookie is handed on, nothing else of the request.
async function check(request, query = "") {
  const answer = await fetch(`${SIGN_IN}/api/auth/check${query}`, {
    headers: { cookie: request.headers.cookie ?? "" },
    redirect: "manual",
    signal: AbortSignal.timeout(3000),
  });
  if (answer.status === 401) return null;
  if (answer.status !== 200) throw new Error(`the sign-in answered ${answer.status}`);
  const externalId = answer.headers.get("x-auth-external-id");
  return { account: answer.headers.get("x-auth-account"), externalId: externalId && decodeURIComponent(externalId) };
}

function toSignIn(request, response, maxAge) {
  const query = new URLSearchParams({ return_to: ORIGIN + request.url });
  if (maxAge) query.set("max_age", String(maxAge));
  response.writeHead(303, { location: `${SIGN_IN}/sign-in?${query}` });
  response.end();
}

const server = createServer(async (request, response) => {
  try {
    const path = new URL(request.url, "http://app.invalid").pathname;
    const maxAge = path === "/payments" ? FRESH_SECS : 0;
    const person = await check(request, maxAge ? `?max_age=${maxAge}` : "");
    if (!person && request.method !== "GET") {
      response.writeHead(401);
      return response.end();
    }
    if (!person) return toSignIn(request, response, maxAge);
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify({ path, ...person }));
  } catch (error) {
    console.error(error.message);
    response.writeHead(503);
    response.end();
  }
});

server.listen(Number(PORT), "127.0.0.1", () => {
  ORIGIN ??= `http://127.0.0.1:${server.address().port}`;
  console.log(`http://127.0.0.1:${server.address().port}`);
});
