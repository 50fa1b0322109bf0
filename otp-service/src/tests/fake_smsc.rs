//! A message centre on a loopback socket: it reads and writes SMPP by hand, writes down what it is given,
//! and plays any fault that it is told to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_rustls::TlsAcceptor;

use crate::message::code_in;

pub(super) const OK: u32 = 0;
pub(super) const THROTTLED: u32 = 0x58;
pub(super) const QUEUE_FULL: u32 = 0x14;

/// What it does with a message instead of taking it.
#[derive(Debug, Clone)]
pub(super) enum Play {
    Status(u32),
    /// `generic_nack` with this status.
    Nack(u32),
    /// An answer whose frame is right and whose content is not.
    Nonsense,
    /// What is no SMPP at all.
    Html,
    /// The connection is gone.
    CutOff,
    /// It says goodbye before it has answered.
    Unbind,
    /// Nothing, ever.
    Silence,
    /// Reports the message as delivered, waits until that is acknowledged, and takes it then.
    ReportFirst,
}

/// A `bind_transceiver` that it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bind {
    pub(super) system_id: String,
    pub(super) password: String,
    pub(super) system_type: String,
    pub(super) version: u8,
}

/// A `submit_sm` that it got.
#[derive(Debug, Clone)]
pub(super) struct Submitted {
    pub(super) source: (u8, u8, String),
    pub(super) destination: (u8, u8, String),
    pub(super) esm_class: u8,
    pub(super) validity: String,
    pub(super) registered: u8,
    pub(super) coding: u8,
    pub(super) message: Vec<u8>,
    /// `message_payload`
    pub(super) payload: Option<Vec<u8>>,
}

impl Submitted {
    /// What it says, without the header of a part.
    pub(super) fn text(&self) -> String {
        let octets = self.payload.as_ref().unwrap_or(&self.message);
        let octets = &octets[if self.esm_class & 0x40 == 0 { 0 } else { 6 }..];
        if self.coding == 8 {
            let units: Vec<u16> = octets.chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
            String::from_utf16(&units).unwrap()
        } else {
            // What a message of ours in English has of the GSM alphabet is ASCII but for this one.
            octets.iter().map(|octet| if *octet == 0 { '@' } else { char::from(*octet) }).collect()
        }
    }

    pub(super) fn code(&self) -> String {
        code_in(&self.text()).unwrap().to_owned()
    }
}

/// A running message centre.
#[derive(Debug, Clone)]
pub(super) struct FakeSmsc {
    pub(super) address: String,
    memory: Arc<Mutex<Memory>>,
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Memory {
    plays: VecDeque<Play>,
    bind_status: u32,
    /// It takes no notice of `enquire_link` until so many have bound.
    hears_from: usize,
    /// Its names for messages; a number that grows where there are none.
    names: VecDeque<String>,
    binds: Vec<Bind>,
    goodbyes: usize,
    disbelieved: usize,
    given: Vec<Submitted>,
    newest: Option<mpsc::UnboundedSender<Order>>,
}

/// What a test has a connection do.
#[derive(Debug)]
enum Order {
    Deliver(Vec<u8>, oneshot::Sender<u32>),
    Hangup,
}

impl FakeSmsc {
    pub(super) async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Over TLS, where there is a certificate.
    pub(super) async fn start_with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smsc = Self {
            address: format!(
                "{}://localhost:{}",
                if tls.is_some() { "smpps" } else { "smpp" },
                listener.local_addr().unwrap().port()
            ),
            memory: Arc::default(),
            changed: Arc::default(),
        };
        let serving = smsc.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (serving, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serving.serve(stream).await,
                        // Who does not believe the certificate is gone by now.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serving.serve(stream).await,
                            Err(_) => serving.remember(|memory| memory.disbelieved += 1),
                        },
                    }
                });
            }
        });
        smsc
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// Does so with the next message.
    pub(super) fn plays(&self, play: Play) {
        self.memory().plays.push_back(play);
    }

    /// Answers every attempt to bind with this status from now on.
    pub(super) fn answers_binds(&self, status: u32) {
        self.memory().bind_status = status;
    }

    /// Takes no notice of anything but messages until so many have bound.
    pub(super) fn is_deaf_until(&self, binds: usize) {
        self.memory().hears_from = binds;
    }

    /// Calls the next message so.
    pub(super) fn calls(&self, name: &str) {
        self.memory().names.push_back(name.to_owned());
    }

    pub(super) fn given(&self) -> Vec<Submitted> {
        self.memory().given.clone()
    }

    pub(super) fn binds(&self) -> Vec<Bind> {
        self.memory().binds.clone()
    }

    pub(super) fn goodbyes(&self) -> usize {
        self.memory().goodbyes
    }

    /// How often its certificate was not believed.
    pub(super) fn disbelieved(&self) -> usize {
        self.memory().disbelieved
    }

    /// Until so many have bound.
    pub(super) async fn bound(&self, times: usize) {
        self.until(|memory| memory.binds.len() >= times).await;
    }

    fn is_deaf(&self) -> bool {
        let memory = self.memory();
        memory.binds.len() < memory.hears_from
    }

    async fn until(&self, holds: impl Fn(&Memory) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if holds(&self.memory()) {
                return;
            }
            changed.await;
        }
    }

    /// Sends a receipt for a message to a number; answers the status that it is acknowledged with.
    pub(super) async fn reports(&self, to: &str, text: &str) -> u32 {
        self.delivers(0x04, to, text, &[]).await
    }

    /// The same with another class, and fields behind it.
    pub(super) async fn delivers(&self, class: u8, from: &str, text: &str, fields: &[u8]) -> u32 {
        let (acknowledge, acknowledged) = oneshot::channel();
        let body = deliver_sm(class, from, text, fields);
        self.order(Order::Deliver(body, acknowledge));
        acknowledged.await.unwrap()
    }

    /// Cuts the newest connection.
    pub(super) fn hangs_up(&self) {
        self.order(Order::Hangup);
    }

    fn order(&self, order: Order) {
        self.memory().newest.as_ref().unwrap().send(order).unwrap();
    }

    fn remember(&self, change: impl FnOnce(&mut Memory)) {
        change(&mut self.memory());
        self.changed.notify_waiters();
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite) {
        let (orders, mut ordered) = mpsc::unbounded_channel();
        let (mut reading, mut writing) = tokio::io::split(stream);
        let mut acknowledges: HashMap<u32, oneshot::Sender<u32>> = HashMap::new();
        let mut own = 0_u32;
        // The submit that is answered once a report of it is.
        let mut held: Option<(u32, u32, String)> = None;
        let mut read = Vec::new();
        loop {
            while let Some(packet) = packet(&mut read) {
                let Packet { id, status, sequence, body } = packet;
                let answer = match id {
                    // bind_transceiver
                    9 => {
                        let status = self.memory().bind_status;
                        let bind = bind_of(&body);
                        let orders = orders.clone();
                        self.remember(|memory| {
                            memory.binds.push(bind);
                            memory.newest = Some(orders);
                        });
                        Some(frame(0x8000_0009, status, sequence, b"fake\0"))
                    }
                    // submit_sm
                    4 => {
                        let given = submitted_of(&body);
                        let to = given.destination.2.clone();
                        let (play, name) = {
                            let mut memory = self.memory();
                            memory.given.push(given);
                            let count = memory.given.len();
                            let name = memory.names.pop_front();
                            (memory.plays.pop_front(), name.unwrap_or_else(|| format!("{count:08}")))
                        };
                        self.changed.notify_waiters();
                        let taken = |status| frame(0x8000_0004, status, sequence, format!("{name}\0").as_bytes());
                        match play {
                            None => Some(taken(OK)),
                            // Without a body, as the standard has it.
                            Some(Play::Status(status)) => Some(frame(0x8000_0004, status, sequence, b"")),
                            Some(Play::Nack(status)) => Some(frame(0x8000_0000, status, sequence, b"")),
                            Some(Play::Nonsense) => Some(frame(0x8000_0004, OK, sequence, &[0xff; 80])),
                            Some(Play::Html) => Some(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
                            Some(Play::CutOff) => return,
                            Some(Play::Unbind) => Some(frame(6, 0, 77, b"")),
                            Some(Play::Silence) => None,
                            Some(Play::ReportFirst) => {
                                own += 1;
                                held = Some((own, sequence, name.clone()));
                                let text = format!("id:{name} stat:DELIVRD");
                                Some(frame(5, 0, own, &deliver_sm(4, &to, &text, &[])))
                            }
                        }
                    }
                    // enquire_link
                    0x15 if self.is_deaf() => None,
                    0x15 => Some(frame(0x8000_0015, 0, sequence, b"")),
                    // deliver_sm_resp
                    0x8000_0005 => {
                        if let Some(acknowledge) = acknowledges.remove(&sequence) {
                            acknowledge.send(status).unwrap();
                        }
                        held.take_if(|held| held.0 == sequence)
                            .map(|(_, submit, name)| frame(0x8000_0004, OK, submit, format!("{name}\0").as_bytes()))
                    }
                    // unbind
                    6 => {
                        self.remember(|memory| memory.goodbyes += 1);
                        Some(frame(0x8000_0006, 0, sequence, b""))
                    }
                    // unbind_resp: it has gone.
                    0x8000_0006 => return,
                    _ => None,
                };
                if let Some(answer) = answer {
                    writing.write_all(&answer).await.unwrap();
                }
            }
            tokio::select! {
                count = reading.read_buf(&mut read) => {
                    if count.unwrap_or(0) == 0 {
                        return;
                    }
                }
                Some(order) = ordered.recv() => match order {
                    Order::Deliver(body, acknowledge) => {
                        own += 1;
                        acknowledges.insert(own, acknowledge);
                        writing.write_all(&frame(5, 0, own, &body)).await.unwrap();
                    }
                    Order::Hangup => return,
                },
            }
        }
    }
}

struct Packet {
    id: u32,
    status: u32,
    sequence: u32,
    body: Vec<u8>,
}

fn packet(read: &mut Vec<u8>) -> Option<Packet> {
    let word = |at: usize| Some(u32::from_be_bytes(read.get(at..at + 4)?.try_into().unwrap()));
    let length = word(0)? as usize;
    let (id, status, sequence) = (word(4)?, word(8)?, word(12)?);
    if read.len() < length {
        return None;
    }
    let body = read[16..length].to_vec();
    read.drain(..length);
    Some(Packet { id, status, sequence, body })
}

fn frame(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    let head = [length, id, status, sequence].map(u32::to_be_bytes).concat();
    [head, body.to_vec()].concat()
}

/// Reads fields one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn octet(&mut self) -> u8 {
        let (octet, rest) = self.0.split_first().unwrap();
        self.0 = rest;
        *octet
    }

    fn text(&mut self) -> String {
        let end = self.0.iter().position(|octet| *octet == 0).unwrap();
        let text = String::from_utf8(self.0[..end].to_vec()).unwrap();
        self.0 = &self.0[end + 1..];
        text
    }

    fn octets(&mut self, count: usize) -> Vec<u8> {
        let (octets, rest) = self.0.split_at(count);
        self.0 = rest;
        octets.to_vec()
    }

    fn number(&mut self) -> usize {
        usize::from(u16::from_be_bytes(self.octets(2).try_into().unwrap()))
    }
}

fn bind_of(body: &[u8]) -> Bind {
    let mut fields = Fields(body);
    Bind {
        system_id: fields.text(),
        password: fields.text(),
        system_type: fields.text(),
        version: fields.octet(),
    }
}

fn submitted_of(body: &[u8]) -> Submitted {
    let mut fields = Fields(body);
    assert_eq!(fields.text(), "", "service_type");
    let address = |fields: &mut Fields<'_>| (fields.octet(), fields.octet(), fields.text());
    let (source, destination) = (address(&mut fields), address(&mut fields));
    let esm_class = fields.octet();
    assert_eq!((fields.octet(), fields.octet()), (0, 0), "protocol_id, priority_flag");
    assert_eq!(fields.text(), "", "schedule_delivery_time");
    let validity = fields.text();
    let registered = fields.octet();
    assert_eq!(fields.octet(), 0, "replace_if_present_flag");
    let coding = fields.octet();
    assert_eq!(fields.octet(), 0, "sm_default_msg_id");
    let length = fields.octet();
    let message = fields.octets(length.into());
    let mut payload = None;
    while !fields.0.is_empty() {
        let (tag, length) = (fields.number(), fields.number());
        assert_eq!(tag, 0x0424, "message_payload");
        payload = Some(fields.octets(length));
    }
    Submitted { source, destination, esm_class, validity, registered, coding, message, payload }
}

/// The body of a `deliver_sm`.
fn deliver_sm(class: u8, from: &str, text: &str, fields: &[u8]) -> Vec<u8> {
    let mut body = b"\0\x01\x01".to_vec();
    body.extend(from.as_bytes());
    body.extend(b"\0\x05\0Pipit\0");
    body.push(class);
    body.extend([0; 8]);
    body.push(u8::try_from(text.len()).unwrap());
    body.extend(text.as_bytes());
    body.extend(fields);
    body
}

/// Fields that say of which message a receipt is, and how it stands with it.
pub(super) fn receipt_fields(name: &str, state: u8) -> Vec<u8> {
    let length = u16::try_from(name.len() + 1).unwrap();
    let mut fields = [0x001e_u16.to_be_bytes(), length.to_be_bytes()].concat();
    fields.extend(name.as_bytes());
    fields.extend([0, 0x04, 0x27, 0, 1, state]);
    fields
}
