// An app's server that believes the page's session token only after it has asked the OTP service.
// Node 18 or newer, no packages:
//
//   OTP_SERVICE_URL=http://127.0.0.1:3001 OTP_API_KEY=sk_… node examples/session-token/server.mjs
//
// Guide: docs/session-token.md

import { createServer } from "node:http";

const { OTP_SERVICE_URL, OTP_API_KEY, PORT = "8082" } = process.env;

/// Who holds this token; null when nobody does. Only a 200 with a session counts.
async function whoIs(token) {
  const answer = await fetch(`${OTP_SERVICE_URL}/v1/auth/sessions/verify`, {
    method: "POST",
    headers: { authorization: `Bearer ${OTP_API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ session_token: token }),
    signal: AbortSignal.timeout(3000),
  });
  if (answer.status === 401) return null;
  if (answer.status !== 200) throw new Error(`the OTP service answered ${answer.status}`);
  const { session } = await answer.json();
  return session?.user_id ?? null;
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

const server = createServer(async (request, response) => {
  try {
    // 64 letters and digits today; letters, digits, -, _ and . is what a token can hold.
    const token = /^Bearer ([A-Za-z0-9._-]{1,4096})$/.exec(request.headers.authorization ?? "")?.[1];
    const userId = token ? await whoIs(token) : null;
    if (!userId) return answer(response, 401, { error: "sign in first" });
    answer(response, 200, { hello: userId });
  } catch (error) {
    console.error(error.message);
    answer(response, 503, { error: "try again in a moment" });
  }
});

server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
