// A message centre of the npm package `smpp` that is killed again and again while a thousand messages are on their way,
// with a second gateway behind it. Counts who has got a message once, twice, or not at all.
//
// Started by `cargo xtask test` beside an OTP service that sends by SMPP to SMPP_PORT, and by HTTP to HTTP_PORT where
// that did not take a message. The message centre is this file too, in a process of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const { OTP_SERVICE_URL, OTP_API_KEY, SMPP_PORT, SMPP_PASSWORD, HTTP_PORT } = process.env;
const MESSAGES = 1000;
const KILLS = 3;
// A flood for each message centre; the last one lives.
const FLOOD = Math.ceil(MESSAGES / (KILLS + 1));
const AT_ONCE = 128;
// After that a message that has not come is taken for lost.
const PATIENCE_MS = 120_000;

if (process.argv[2] === "message-centre") {
  messageCentre();
} else {
  await main();
}

// Says each number that it was given a message for, before it answers; a pipe keeps that when the process is killed.
// It ends when nobody listens any more.
function messageCentre() {
  const smpp = createRequire(process.env.NODE_PACKAGES)("smpp");
  const server = smpp.createServer({}, (session) => {
    session.on("error", () => {});
    session.on("bind_transceiver", (pdu) => {
      const known = pdu.password === SMPP_PASSWORD;
      session.send(pdu.response({ command_status: known ? smpp.ESME_ROK : smpp.ESME_RBINDFAIL }));
    });
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("unbind", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", (pdu) => {
      writeSync(1, `${pdu.destination_addr}\n`);
      setTimeout(() => session.send(pdu.response({ message_id: pdu.destination_addr })), 20);
    });
  });
  // Its port may be taken for a moment after a kill; another one is begun then.
  server.on("error", () => process.exit(1));
  process.stdin.resume().on("end", () => process.exit());
  server.listen(Number(SMPP_PORT), "127.0.0.1");
}

async function call(method, path, body) {
  const headers = { authorization: `Bearer ${OTP_API_KEY}`, "content-type": "application/json" };
  const answer = await fetch(`${OTP_SERVICE_URL}/v1/auth${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, json: await answer.json() };
}

async function main() {
  const got = { smpp: new Map(), http: new Map() };
  const note = (by, number) => got[by].set(number, (got[by].get(number) ?? 0) + 1);
  const times = (number) => (got.smpp.get(number) ?? 0) + (got.http.get(number) ?? 0);

  const second = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    note("http", JSON.parse(Buffer.concat(parts)).to.slice(1));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  second.listen(Number(HTTP_PORT), "127.0.0.1");
  await once(second, "listening");

  let kills = 0;
  let doomed = false;
  let arrivals = 0;
  const begin = () => {
    const centre = spawn(process.execPath, [import.meta.filename, "message-centre"], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: centre.stdout }).on("line", (number) => {
      note("smpp", number);
      arrivals += 1;
      // In the middle of a flood.
      if (doomed && arrivals >= FLOOD / 4) {
        doomed = false;
        kills += 1;
        centre.kill("SIGKILL");
      }
    });
    centre.on("exit", begin);
  };
  begin();

  const challenges = new Map();
  let askedAgain = 0;
  const send = async (number) => {
    for (;;) {
      const body = { phone_number: `+${number}`, expires_in: 5 };
      const { status, json } = await call("POST", "/otps/sms/login_or_create", body);
      if (status === 200) return challenges.set(number, json.challenge_id);
      // No gateway works, or too many messages wait: said at once, and nothing was sent.
      assert.equal(json.error_type, "sms_not_sent", JSON.stringify(json));
      askedAgain += 1;
      await pause(100);
    }
  };
  const rest = Array.from({ length: MESSAGES }, (_, n) => `1212555${String(n).padStart(4, "0")}`);
  for (let flood = 0; flood <= KILLS; flood += 1) {
    // Three good ones close the breaker, and the fourth shows it.
    const before = arrivals;
    for (let n = 0; arrivals < before + 4; n += 1) {
      await send(`1213${555 + flood}${String(n).padStart(4, "0")}`);
      await pause(500);
    }
    arrivals = 0;
    doomed = flood < KILLS;
    const left = rest.splice(0, FLOOD);
    const asking = async () => {
      for (let number = left.pop(); number; number = left.pop()) await send(number);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, asking));
  }
  const numbers = [...challenges.keys()];

  // Until of every message is known what has become of it.
  const state = async (number) => (await call("GET", `/otps/${challenges.get(number)}/delivery`)).json.delivery;
  const states = new Map();
  const deadline = Date.now() + PATIENCE_MS;
  for (const number of numbers) {
    for (;;) {
      const now = await state(number);
      states.set(number, now);
      if (times(number) > 0 || now === "failed" || now === "not_reported" || Date.now() > deadline) break;
      await pause(50);
    }
  }

  const which = (wanted) => numbers.filter(wanted).length;
  const lost = which((number) => times(number) === 0 && states.get(number) === "on_its_way");
  const twice = which((number) => times(number) > 1);
  const failed = which((number) => times(number) === 0 && states.get(number) === "failed");
  const unknown = which((number) => times(number) === 0 && states.get(number) === "not_reported");
  console.log(
    `Killed ${kills} times. Answered with 200: ${challenges.size}; received once: ${which((number) => times(number) === 1)} ` +
      `(${got.smpp.size} by SMPP, ${got.http.size} by the second gateway); received twice: ${twice}; lost: ${lost}; ` +
      `told as not sent: ${failed}; told as unknown, and not received: ${unknown}. Refused at once and asked again: ${askedAgain}.`,
  );
  assert.equal(kills, KILLS);
  assert.ok(challenges.size >= MESSAGES);
  assert.equal(twice, 0);
  assert.equal(lost, 0);
  assert.ok(got.http.size > 0, "the second gateway was never needed");
  process.exit(0);
}
