// The app that stands behind the proxy: it knows nothing of the sign-in and believes three headers, which only
// the proxy can set, because nobody else reaches this port.

import { createServer } from "node:http";

const server = createServer((request, response) => {
  const { "x-auth-account": account, "x-auth-user": user, "x-auth-external-id": externalId } = request.headers;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ path: request.url, account, user, externalId: externalId && decodeURIComponent(externalId) }));
});

server.listen(Number(process.env.PORT ?? "8080"), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
