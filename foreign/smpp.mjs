// A message centre of the npm package `smpp`, and a whole sign-in whose code travels through it.
//
// Started by `cargo xtask test` beside an OTP service that sends by SMPP to SMPP_PORT. It only speaks to that service,
// by its API and by SMPP. Whoever wrote the other end of the wire has never seen ours.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";

// The packages are where xtask has put them.
const smpp = createRequire(process.env.NODE_PACKAGES)("smpp");
const { OTP_SERVICE_URL, OTP_API_KEY, SMPP_PORT, SMPP_PASSWORD } = process.env;

async function call(method, path, body) {
  const headers = { authorization: `Bearer ${OTP_API_KEY}`, "content-type": "application/json" };
  const answer = await fetch(`${OTP_SERVICE_URL}/v1/auth${path}`, { method, headers, body: body && JSON.stringify(body) });
  const json = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(json));
  return json;
}

// Names messages in hexadecimal and reports them in decimal, as many message centres do.
function messageCentre() {
  const parts = [];
  let names = 0xfacade00;
  const server = smpp.createServer({}, (session) => {
    session.on("error", (error) => console.error(`! ${error.message}`));
    session.on("bind_transceiver", (pdu) => {
      const known = pdu.system_id === "pipit" && pdu.password === SMPP_PASSWORD;
      session.send(pdu.response({ command_status: known ? smpp.ESME_ROK : smpp.ESME_RBINDFAIL }));
      server.emit("bound", session);
    });
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("unbind", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", (pdu) => {
      const name = names++;
      parts.push({ pdu, name });
      session.send(pdu.response({ message_id: name.toString(16) }));
      server.emit("submitted");
    });
  });
  server.listen(Number(SMPP_PORT), "127.0.0.1");
  const receive = async (count) => {
    while (parts.length < count) await once(server, "submitted");
    return parts.splice(0, count);
  };
  return { server, receive };
}

// Reports a part as delivered; once this is over the service has it on disk.
function deliver(session, { pdu, name }) {
  const receipt = {
    source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr,
    esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
    short_message: `id:${name} sub:001 dlvrd:001 submit date:2701150800 done date:2701150801 stat:DELIVRD err:000 text:`,
  };
  return new Promise((resolve) => session.deliver_sm(receipt, (answer) => resolve(answer.command_status)));
}

async function signIn(centre, session, number, locale, count) {
  const sent = await call("POST", "/otps/sms/login_or_create", { phone_number: number, expires_in: 5, locale });
  const parts = await centre.receive(count);
  for (const { pdu } of parts) {
    assert.equal(pdu.destination_addr, number.slice(1));
    assert.equal(pdu.source_addr, "Pipit");
    assert.equal(pdu.registered_delivery, 1);
  }
  const words = parts.map(({ pdu }) => pdu.short_message);
  if (count > 1) {
    words.forEach(({ udh }, place) => assert.deepEqual([...udh[0]].toSpliced(2, 1), [0, 3, count, place + 1]));
  }
  const text = words.map(({ message }) => message).join("");
  const [, code] = text.match(/\n@localhost #(\d{6})$/) ?? assert.fail("the last line binds the code to its page");
  const delivery = async () => (await call("GET", `/otps/${sent.challenge_id}/delivery`)).delivery;
  for (const part of parts) {
    assert.equal(await delivery(), "on_its_way");
    assert.equal(await deliver(session, part), smpp.ESME_ROK);
  }
  assert.equal(await delivery(), "delivered");
  const verified = await call("POST", "/otps/verify", {
    method_id: sent.phone_number_id, challenge_id: sent.challenge_id, otp: code, session_expires_in: 60,
  });
  assert.equal(verified.user_id, sent.user_id);
  assert.equal(verified.session.factors[0].method.phone_number, number);
  assert.ok(verified.session_token);
}

const centre = messageCentre();
const [session] = await once(centre.server, "bound");
await signIn(centre, session, "+12125550142", "en", 1);
await signIn(centre, session, "+12125550143", "hi", 2);
console.log("The npm package smpp takes a code, in one part and in two, reports it, and its owner is signed in.");
process.exit(0);
