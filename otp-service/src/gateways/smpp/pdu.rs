//! The packets that are exchanged with a message centre (SMPP 3.4, 4): those that we write, frames of
//! octets, and what an answer's status means.
//!
//! Frames are cut here and not by the codec of the crate that reads them: one packet that makes no sense
//! must not take the fate of all others with it.

use std::io;

use bytes::{Buf as _, BufMut as _, BytesMut};
use rusmpp::decode::DecodeWithLength as _;
use rusmpp::encode::{Length as _, owned::Encode as _};
use rusmpp::pdus::{BindTransceiver, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue;
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, Ton,
};
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::super::{Doubt, Refusal};
use super::settings::Sender;

/// Length, command, status and sequence number.
const HEADER: usize = 16;
/// No packet of a message or a receipt is near this size.
const LARGEST: usize = 8 * 1024;

/// A packet that came in.
pub(super) enum Incoming {
    Command(Box<Command>),
    /// Its frame is right and what is in it is not.
    Nonsense {
        id: u32,
        sequence: u32,
    },
}

/// Reads packets. To stop waiting for one loses nothing.
pub(super) struct Frames<R> {
    from: R,
    read: BytesMut,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            read: BytesMut::new(),
        }
    }

    /// The next packet; `None` at the end of the connection.
    ///
    /// # Errors
    /// When the connection is broken, or what comes over it is not SMPP.
    pub(super) async fn next(&mut self) -> io::Result<Option<Incoming>> {
        loop {
            if let Some(frame) = self.frame()? {
                return Ok(Some(read(frame)));
            }
            if self.from.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
    }

    fn frame(&mut self) -> io::Result<Option<BytesMut>> {
        let Some(head) = self.read.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*head) as usize;
        if !(HEADER..=LARGEST).contains(&length) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok((self.read.len() >= length).then(|| self.read.split_to(length)))
    }
}

fn read(mut frame: BytesMut) -> Incoming {
    let word = |at: usize| {
        let bytes = frame.get(at..at + 4).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u32::from_be_bytes(*bytes))
    };
    let (id, sequence) = (word(4), word(12));
    frame.advance(4);
    let length = frame.len();
    match Command::decode(&mut frame, length) {
        Ok((command, _)) => Incoming::Command(Box::new(command)),
        Err(_) => Incoming::Nonsense { id, sequence },
    }
}

/// A packet in octets.
pub(super) fn written(command: &Command) -> BytesMut {
    let length = 4 + command.length();
    let mut octets = BytesMut::with_capacity(length);
    octets.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    command.encode(&mut octets);
    octets
}

/// A text as a field that ends with a zero octet.
///
/// # Errors
/// When it is too long, or not ASCII.
pub(super) fn text<const MOST: usize>(text: &str) -> Result<COctetString<1, MOST>, TooLong> {
    let mut octets = text.as_bytes().to_vec();
    octets.push(0);
    COctetString::from_vec(octets).map_err(|_| TooLong)
}

/// A text does not fit into its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// What says who we are.
pub(super) fn bind(
    system_id: &str,
    password: &str,
    system_type: &str,
) -> Result<BindTransceiver, &'static str> {
    Ok(BindTransceiver::builder()
        .system_id(text(system_id).map_err(|_| "SMPP_SYSTEM_ID: at most 15 ASCII characters")?)
        .password(text(password).map_err(|_| "SMPP_PASSWORD: at most 8 ASCII characters")?)
        .system_type(
            text(system_type).map_err(|_| "SMPP_SYSTEM_TYPE: at most 12 ASCII characters")?,
        )
        .interface_version(InterfaceVersion::Smpp3_4)
        .build())
}

/// What a message, or a part of one, is sent with.
pub(super) struct Submission<'a> {
    pub(super) sender: &'a Sender,
    /// Digits without the plus.
    pub(super) to: &'a str,
    pub(super) coding: DataCoding,
    /// It begins with a header.
    pub(super) headed: bool,
    pub(super) octets: Vec<u8>,
    /// As `message_payload`.
    pub(super) payload: bool,
    /// Seconds after which it need not arrive any more.
    pub(super) lives: i64,
    pub(super) receipt: bool,
}

impl Submission<'_> {
    pub(super) fn packet(self) -> Result<SubmitSm, TooLong> {
        let mut packet = SubmitSm::builder()
            .source_addr_ton(Ton::from(self.sender.ton))
            .source_addr_npi(Npi::from(self.sender.npi))
            .source_addr(text(&self.sender.address)?)
            .dest_addr_ton(Ton::International)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(text(self.to)?)
            // Its bits: store and forward as the centre does by itself, no type; 0x40: a header.
            .esm_class(EsmClass::from(if self.headed { 0x40 } else { 0 }))
            .validity_period(validity(self.lives)?)
            .registered_delivery(RegisteredDelivery::from(u8::from(self.receipt)))
            .data_coding(self.coding);
        if self.payload {
            let payload = MessagePayload::new(AnyOctetString::from_vec(self.octets));
            packet = packet.push_tlv(MessageSubmissionRequestTlvValue::MessagePayload(payload));
        } else {
            let octets = OctetString::from_vec(self.octets).map_err(|_| TooLong)?;
            packet = packet.short_message(octets);
        }
        Ok(packet.build())
    }
}

/// A span of at most a day, `YYMMDDhhmmsstnnR` (SMPP 3.4, 7.1.1.2).
fn validity(lives: i64) -> Result<EmptyOrFullCOctetString<17>, TooLong> {
    let secs = lives.clamp(1, 86_399);
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    let text = format!("000000{hours:02}{minutes:02}{secs:02}000R");
    EmptyOrFullCOctetString::from_string(text).map_err(|_| TooLong)
}

pub(super) fn command(sequence: u32, pdu: impl Into<Pdu>) -> Command {
    Command::new(CommandStatus::EsmeRok, sequence, pdu)
}

/// The status of an answer as a number.
pub(super) fn status(command: &Command) -> u32 {
    u32::from(command.status())
}

/// It could not be dealt with now (`ESME_RX_T_APPN`).
pub(super) const LATER: u32 = 0x64;
/// Too much at once (`ESME_RMSGQFUL`).
pub(super) const FULL: u32 = 0x14;
/// What has this id is not known here (`ESME_RINVCMDID`).
pub(super) const UNKNOWN_COMMAND: u32 = 0x03;

/// What a status other than 0 says of a message (SMPP 3.4, 5.1.3): those that the standard names as
/// refusals are such; of a broken centre, and of numbers that each vendor uses as he likes, nothing is
/// known (H-02).
pub(super) fn refusal(status: u32) -> Result<Refusal, Doubt> {
    match status {
        // ESME_RMSGQFUL and ESME_RTHROTTLED.
        0x14 | 0x58 => Ok(Refusal::Busy),
        // Bad password, bad system id, binding failed.
        0x0d..=0x0f => Ok(Refusal::Credentials),
        // ESME_RINVMSGLEN to ESME_RALYBND, priority and receipts; addresses; service type; numbers,
        // plans and lists; ESME_RSUBMITFAIL; system type, flags and times; parameters.
        0x01..=0x07
        | 0x0a
        | 0x0b
        | 0x15
        | 0x33
        | 0x34
        | 0x40
        | 0x42..=0x45
        | 0x48..=0x51
        | 0x53..=0x55
        | 0x61..=0x63
        | 0xc0..=0xc4 => Ok(Refusal::Documented),
        // ESME_RSYSERR and ESME_RUNKNOWNERR.
        0x08 | 0xff => Err(Doubt::ServerError),
        _ => Err(Doubt::Garbled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_written_as_the_standard_has_it() {
        let sender: Sender = "Pipit".parse().unwrap();
        let submission = Submission {
            sender: &sender,
            to: "12125550142",
            coding: DataCoding::McSpecific,
            headed: false,
            octets: b"Hi".to_vec(),
            payload: false,
            lives: 300,
            receipt: true,
        };
        let packet = command(7, submission.packet().unwrap());
        let octets = b"\0\0\0\x49\0\0\0\x04\0\0\0\0\0\0\0\x07\
            \0\x05\0Pipit\0\x01\x0112125550142\0\0\0\0\0\
            000000000500000R\0\x01\0\0\0\x02Hi";
        assert_eq!(&written(&packet)[4..], &octets[4..]);
        assert_eq!(
            written(&packet).len() as u32,
            u32::from_be_bytes([0, 0, 0, written(&packet)[3]])
        );
    }

    #[tokio::test]
    async fn packets_are_read_whatever_pieces_they_come_in() {
        let octets: Vec<u8> = (1..=3)
            .flat_map(|sequence| written(&command(sequence, Pdu::EnquireLink)).to_vec())
            .collect();
        for size in 1..octets.len() {
            let (mut far, near) = tokio::io::duplex(64 * 1024);
            for piece in octets.chunks(size) {
                tokio::io::AsyncWriteExt::write_all(&mut far, piece)
                    .await
                    .unwrap();
            }
            drop(far);
            let mut frames = Frames::new(near);
            for expected in 1..=3 {
                match frames.next().await.unwrap() {
                    Some(Incoming::Command(command)) => {
                        assert_eq!(command.sequence_number(), expected)
                    }
                    _ => panic!("{size}"),
                }
            }
            assert!(frames.next().await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn nonsense_in_a_frame_is_one_packet_and_nonsense_as_a_frame_is_the_end() {
        let nonsense = b"\0\0\0\x14\x80\0\0\x04\0\0\0\0\0\0\0\x09\xff\xff\xff\xff";
        let mut frames = Frames::new(&nonsense[..]);
        assert!(matches!(
            frames.next().await.unwrap(),
            Some(Incoming::Nonsense {
                id: 0x8000_0004,
                sequence: 9
            })
        ));
        for frame in [
            &b"\0\0\0\x0f............"[..],
            b"HTTP/1.1 400 Bad",
            b"\0\0\x20\x01............",
        ] {
            assert!(Frames::new(frame).next().await.is_err());
        }
        // Cut off within a packet.
        assert!(Frames::new(&nonsense[..19]).next().await.unwrap().is_none());
    }

    #[test]
    fn fields_that_do_not_fit_are_said_so() {
        assert!(bind("pipit", "12345678", "").is_ok());
        assert!(
            bind("pipit", "123456789", "")
                .unwrap_err()
                .contains("SMPP_PASSWORD")
        );
        assert!(
            bind("x".repeat(16).as_str(), "", "")
                .unwrap_err()
                .contains("SMPP_SYSTEM_ID")
        );
        assert!(
            bind("", "", "thirteen char")
                .unwrap_err()
                .contains("SMPP_SYSTEM_TYPE")
        );
    }

    #[test]
    fn only_what_the_standard_calls_a_refusal_is_one_h_02() {
        assert_eq!(refusal(0x58), Ok(Refusal::Busy));
        assert_eq!(refusal(0x14), Ok(Refusal::Busy));
        assert_eq!(refusal(0x0b), Ok(Refusal::Documented));
        assert_eq!(refusal(0x0e), Ok(Refusal::Credentials));
        assert_eq!(refusal(0x08), Err(Doubt::ServerError));
        for status in [0x09, 0x64, 0xfe, 0x400, 0x4ff, u32::MAX] {
            assert_eq!(refusal(status), Err(Doubt::Garbled), "{status:x}");
        }
    }
}
