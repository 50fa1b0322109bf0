//! A connection that is bound: messages are written as far as the window goes, answers are matched to
//! them, receipts are taken and answered once they are on disk, and silence is not believed.
//!
//! Its end settles everything: what was written and not answered is unknown, what was not written is
//! refused (H-02).

use std::collections::{HashMap, VecDeque};

use rusmpp::pdus::{DeliverSm, DeliverSmResp};
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::super::reported::{Noted, Reported};
use super::super::{Doubt, GatewayKind, Refusal};
use super::delivery::{Delivery, other_spellings};
use super::link::{Connection, Fate, Reading, Request, Writing, refuse};
use super::pdu::{FULL, Incoming, LATER, UNKNOWN_COMMAND, command, refusal, status, written};
use super::sent::Part;

/// Of messages that nobody waits for any more so many answers may still come.
const LATE: usize = 256;
/// The largest sequence number (SMPP 3.4, 5.1.4).
const LAST: u32 = 0x7fff_ffff;
/// `submit_sm_resp`
const SUBMIT_ANSWER: u32 = 0x8000_0004;
/// What answers is told by this bit.
const ANSWER: u32 = 0x8000_0000;

/// How a session ended.
pub(super) enum End {
    /// Nobody needs it any more.
    Stopped,
    Broken {
        /// The message centre has answered something.
        useful: bool,
    },
}

/// The connection is of no use any more.
struct Broken;

/// A message that was written.
struct Flight {
    /// `None`: nobody waits any more.
    tell: Option<oneshot::Sender<Fate>>,
    part: Part,
    deadline: Instant,
}

pub(super) struct Session<'a> {
    connection: &'a mut Connection,
    reading: Reading,
    writing: Writing,
    next: u32,
    waiting: VecDeque<Request>,
    flights: HashMap<u32, Flight>,
    late: VecDeque<u32>,
    /// Receipts that are being noted, with the sequence number that wants an answer.
    noting: HashMap<u64, (Option<u32>, Delivery)>,
    tickets: u64,
    answer: mpsc::UnboundedSender<(u64, Noted)>,
    answers: mpsc::UnboundedReceiver<(u64, Noted)>,
    heard: Instant,
    /// An `enquire_link` has to be answered until then.
    enquired: Option<Instant>,
    useful: bool,
}

impl<'a> Session<'a> {
    pub(super) fn new(connection: &'a mut Connection, reading: Reading, writing: Writing) -> Self {
        let (answer, answers) = mpsc::unbounded_channel();
        Self {
            connection,
            reading,
            writing,
            // Binding was the first.
            next: 2,
            waiting: VecDeque::new(),
            flights: HashMap::new(),
            late: VecDeque::new(),
            noting: HashMap::new(),
            tickets: 0,
            answer,
            answers,
            heard: Instant::now(),
            enquired: None,
            useful: false,
        }
    }

    pub(super) async fn run(mut self) -> End {
        let mut stopped = self.connection.stopped.clone();
        let end = loop {
            let until = self.until();
            let gone_on = tokio::select! {
                _ = stopped.changed() => break End::Stopped,
                packet = self.reading.next() => match packet {
                    Ok(Some(packet)) => self.hear(packet).await,
                    Ok(None) | Err(_) => Err(Broken),
                },
                Some(request) = self.connection.waiting.recv() => {
                    self.waiting.push_back(request);
                    Ok(())
                }
                Some((ticket, noted)) = self.answers.recv() => self.noted(ticket, noted).await,
                () = sleep_until(until) => self.look_at_the_time().await,
            };
            let gone_on = match gone_on {
                Ok(()) => self.write_what_waits().await,
                broken => broken,
            };
            if gone_on.is_err() {
                break End::Broken {
                    useful: self.useful,
                };
            }
        };
        if matches!(end, End::Stopped) {
            self.unbind().await;
        }
        for flight in self.flights.into_values() {
            tell(flight.tell, Fate::Unknown(Doubt::BrokenOff, 0));
        }
        for request in self.waiting {
            refuse(request, Refusal::Unreachable);
        }
        end
    }

    /// When something has to be done although nothing comes.
    fn until(&self) -> Instant {
        let silence = self
            .enquired
            .unwrap_or(self.heard + self.connection.setup.enquire);
        let flights = self.flights.values();
        flights
            .filter(|flight| flight.tell.is_some())
            .map(|flight| flight.deadline)
            .chain(self.waiting.iter().map(|request| request.deadline))
            .fold(silence, Instant::min)
    }

    async fn look_at_the_time(&mut self) -> Result<(), Broken> {
        let now = Instant::now();
        for (sequence, flight) in &mut self.flights {
            if flight.deadline <= now && flight.tell.is_some() {
                tell(flight.tell.take(), Fate::Unknown(Doubt::TooSlow, 0));
                self.late.push_back(*sequence);
            }
        }
        while self.late.len() > LATE {
            let oldest = self.late.pop_front();
            oldest.and_then(|sequence| self.flights.remove(&sequence));
        }
        let (over, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|request| request.deadline <= now);
        self.waiting = waiting;
        for request in over {
            // The window was full all the time.
            refuse(request, Refusal::Busy);
        }
        match self.enquired {
            Some(until) if until <= now => Err(Broken),
            None if self.heard + self.connection.setup.enquire <= now => {
                let sequence = self.sequence();
                self.enquired = Some(now + self.connection.setup.limits.in_all);
                self.write(&command(sequence, Pdu::EnquireLink)).await
            }
            _ => Ok(()),
        }
    }

    fn sequence(&mut self) -> u32 {
        let sequence = self.next;
        self.next = if sequence >= LAST { 1 } else { sequence + 1 };
        sequence
    }

    async fn write_what_waits(&mut self) -> Result<(), Broken> {
        loop {
            let in_flight = self.flights.values().filter(|flight| flight.tell.is_some());
            if in_flight.count() >= self.connection.setup.window {
                return Ok(());
            }
            let Some(request) = self.waiting.pop_front() else {
                return Ok(());
            };
            if request.deadline <= Instant::now() {
                refuse(request, Refusal::Busy);
                continue;
            }
            let sequence = self.sequence();
            let packet = command(sequence, request.packet);
            let flight = Flight {
                tell: Some(request.tell),
                part: request.part,
                deadline: request.deadline,
            };
            self.flights.insert(sequence, flight);
            if let Err(began) = self.put(&packet).await {
                let flight = self.flights.remove(&sequence);
                let fate = if began {
                    Fate::Unknown(Doubt::BrokenOff, 0)
                } else {
                    Fate::Refused(Refusal::Unreachable, 0)
                };
                tell(flight.and_then(|flight| flight.tell), fate);
                return Err(Broken);
            }
        }
    }

    async fn write(&mut self, packet: &Command) -> Result<(), Broken> {
        self.put(packet).await.map_err(|_| Broken)
    }

    /// Writes a packet. The error says whether an octet of it may have left.
    async fn put(&mut self, packet: &Command) -> Result<(), bool> {
        let octets = written(packet);
        let mut began = false;
        let writing = async {
            let mut rest = &octets[..];
            while !rest.is_empty() {
                let count = self.writing.write(rest).await.map_err(drop)?;
                if count == 0 {
                    return Err(());
                }
                began = true;
                rest = rest.get(count..).unwrap_or_default();
            }
            self.writing.flush().await.map_err(drop)
        };
        match timeout(self.connection.setup.limits.in_all, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(())) => Err(began),
            // A write that is waited for may go on behind our back.
            Err(_) => Err(true),
        }
    }

    async fn hear(&mut self, packet: Incoming) -> Result<(), Broken> {
        self.heard = Instant::now();
        self.enquired = None;
        let packet = match packet {
            Incoming::Command(packet) => packet,
            Incoming::Nonsense { id, sequence } => {
                if id == SUBMIT_ANSWER {
                    self.landed(sequence, Fate::Unknown(Doubt::Garbled, 0));
                } else if id & ANSWER == 0 {
                    return self.do_not_know(sequence).await;
                }
                return Ok(());
            }
        };
        let sequence = packet.sequence_number();
        match packet.pdu() {
            Some(Pdu::EnquireLink) => self.write(&command(sequence, Pdu::EnquireLinkResp)).await,
            Some(Pdu::DeliverSm(message)) => self.deliver(sequence, message).await,
            Some(Pdu::Unbind) => {
                self.write(&command(sequence, Pdu::UnbindResp)).await?;
                Err(Broken)
            }
            pdu if packet.id() == rusmpp::CommandId::SubmitSmResp
                || matches!(pdu, Some(Pdu::GenericNack)) =>
            {
                let name = match pdu {
                    Some(Pdu::SubmitSmResp(answer)) => answer.message_id().as_str(),
                    _ => "",
                };
                let fate = match (status(&packet), pdu) {
                    (0, Some(Pdu::GenericNack)) => Fate::Unknown(Doubt::Garbled, 0),
                    (0, _) => Fate::Taken(name.to_owned()),
                    (status, _) => match refusal(status) {
                        Ok(why) => Fate::Refused(why, status),
                        Err(doubt) => Fate::Unknown(doubt, status),
                    },
                };
                self.landed(sequence, fate);
                Ok(())
            }
            _ if u32::from(packet.id()) & ANSWER == 0 => self.do_not_know(sequence).await,
            _ => {
                self.useful = true;
                Ok(())
            }
        }
    }

    async fn do_not_know(&mut self, sequence: u32) -> Result<(), Broken> {
        let status = CommandStatus::from(UNKNOWN_COMMAND);
        self.write(&Command::new(status, sequence, Pdu::GenericNack))
            .await
    }

    /// A message was answered. A name that comes late is remembered too: its report may settle what
    /// nobody knew.
    fn landed(&mut self, sequence: u32, fate: Fate) {
        let Some(flight) = self.flights.remove(&sequence) else {
            return;
        };
        self.useful = true;
        self.late.retain(|late| *late != sequence);
        let early = match &fate {
            Fate::Taken(name) if !name.is_empty() => self.connection.sent.taken(&flight.part, name),
            _ => None,
        };
        tell(flight.tell, fate);
        if let Some(delivery) = early {
            // It was answered when it came.
            let _ = self.note(None, delivery);
        }
    }

    async fn deliver(&mut self, sequence: u32, message: &DeliverSm) -> Result<(), Broken> {
        let answered = match Delivery::of(message) {
            Some(delivery) => self.note(Some(sequence), delivery),
            // Somebody has written to us. Nobody reads that, and it need not come again.
            None => Err(0),
        };
        match answered {
            Ok(()) => Ok(()),
            Err(status) => self.answer_delivery(sequence, status).await,
        }
    }

    /// Has a report noted. The error is a status to answer with at once.
    fn note(&mut self, sequence: Option<u32>, delivery: Delivery) -> Result<(), u32> {
        let Some(listener) = self.connection.listener.clone() else {
            return Err(LATER);
        };
        let place = listener.try_reserve().map_err(|_| FULL)?;
        let found = self.connection.sent.find(&delivery);
        self.tickets += 1;
        place.send(Reported {
            gateway: GatewayKind::Smpp,
            message_id: found.message_id,
            others: other_spellings(&delivery.reference),
            reference: delivery.reference.clone(),
            to: delivery.to.clone(),
            report: found.report,
            ticket: self.tickets,
            answer: self.answer.clone(),
        });
        self.noting.insert(self.tickets, (sequence, delivery));
        Ok(())
    }

    async fn noted(&mut self, ticket: u64, noted: Noted) -> Result<(), Broken> {
        let Some((sequence, delivery)) = self.noting.remove(&ticket) else {
            return Ok(());
        };
        if noted == Noted::UnknownMessage && !self.flights.is_empty() {
            self.connection.sent.keep(delivery);
        }
        let status = if noted == Noted::Later { LATER } else { 0 };
        match sequence {
            Some(sequence) => self.answer_delivery(sequence, status).await,
            None => Ok(()),
        }
    }

    async fn answer_delivery(&mut self, sequence: u32, status: u32) -> Result<(), Broken> {
        let answer = DeliverSmResp::default();
        self.write(&Command::new(CommandStatus::from(status), sequence, answer))
            .await
    }

    /// Says goodbye, and waits a moment for the answer.
    async fn unbind(&mut self) {
        let sequence = self.sequence();
        if self.write(&command(sequence, Pdu::Unbind)).await.is_err() {
            return;
        }
        let goodbye = async {
            while let Ok(Some(packet)) = self.reading.next().await {
                if let Incoming::Command(packet) = packet
                    && matches!(packet.pdu(), Some(Pdu::UnbindResp))
                {
                    return;
                }
            }
        };
        // Without an answer the connection is closed all the same.
        let _ = timeout(self.connection.setup.limits.connect, goodbye).await;
    }
}

fn tell(who: Option<oneshot::Sender<Fate>>, fate: Fate) {
    if let Some(who) = who {
        // Who asked may have gone.
        let _ = who.send(fate);
    }
}
