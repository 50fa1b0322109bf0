//! What two servers could read differently ends where it is read (D-13). hyper refuses most of it, and reads the rest
//! as the standard allows: a length beside `Transfer-Encoding`, the same length twice, a line that ends without a
//! carriage return, chunk extensions of 16 KiB. A proxy in front may read those in another way.
//!
//! So the bytes of a connection are followed here, heads and bodies, on their way to hyper. A byte that must not be is
//! made one that no head and no chunk can hold; hyper answers 400 to that and closes the connection.
//!
//! Not here: how long that may take and how large it may be ([`crate::pace`], hyper).

/// Longest line before the data of a chunk: its length and its extensions.
const LONGEST_CHUNK_LINE: usize = 1024;
/// As much of a line is looked at: the names that count, and a length.
const LOOKED_AT: usize = 64;
/// Stands nowhere in a head, nor in the place of a line's end. (Within a chunk's extensions anything may stand but such
/// an end.)
const NOWHERE: u8 = 0;

/// How far a connection's requests have come.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    part: Part,
    /// The beginning of the current line, where it comes in pieces.
    line: Vec<u8>,
    /// Bytes of the current line.
    length: usize,
    /// The byte before was a carriage return.
    returned: bool,
}

#[derive(Debug)]
enum Part {
    Head(Head),
    /// So many bytes are left.
    Body(u64),
    /// The line before a chunk's data.
    ChunkLine,
    /// So many bytes are left, the end of the last line included.
    ChunkData(u64),
    Trailer,
}

#[derive(Debug, Default)]
struct Head {
    has_begun: bool,
    length: Option<u64>,
    is_chunked: bool,
}

impl Default for Part {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

/// Must not be.
struct Ambiguous;

impl Framing {
    /// Follows what was read, and makes unreadable what must not be read.
    pub(crate) fn follow(&mut self, mut read: &mut [u8]) {
        while !read.is_empty() {
            let skipped = match &mut self.part {
                Part::Body(left) | Part::ChunkData(left) => {
                    let skipped = usize::try_from(*left).unwrap_or(usize::MAX).min(read.len());
                    *left -= skipped as u64;
                    skipped
                }
                _ => 0,
            };
            if skipped > 0 {
                self.skip_on();
                read = read.get_mut(skipped..).unwrap_or_default();
                continue;
            }
            let end = memchr::memchr(b'\n', read);
            let (now, later) = read.split_at_mut(end.map_or(read.len(), |end| end + 1));
            if self.take(now, end.is_some()).is_err()
                && let Some(last) = now.last_mut()
            {
                *last = if end.is_some() { NOWHERE } else { b'\n' };
            }
            read = later;
        }
    }

    /// On to what follows when all data of a body or chunk is there.
    fn skip_on(&mut self) {
        match self.part {
            Part::Body(0) => self.part = Part::default(),
            Part::ChunkData(0) => self.part = Part::ChunkLine,
            _ => {}
        }
    }

    /// A line, or a piece of it.
    fn take(&mut self, piece: &[u8], ends: bool) -> Result<(), Ambiguous> {
        let in_one_piece = ends && self.length == 0;
        self.length += piece.len();
        if !in_one_piece {
            let room = LOOKED_AT.saturating_sub(self.line.len());
            self.line.extend_from_slice(first(piece, room));
        }
        let returned = match piece {
            [.., before, b'\n'] => *before == b'\r',
            [b'\n'] => self.returned,
            _ => false,
        };
        self.returned = piece.last() == Some(&b'\r');
        if matches!(self.part, Part::ChunkLine) && self.length > LONGEST_CHUNK_LINE {
            return Err(Ambiguous);
        }
        if !ends {
            return Ok(());
        }
        if !returned {
            return Err(Ambiguous);
        }
        let is_empty = self.length == 2;
        self.length = 0;
        if in_one_piece {
            return self.line_ended(first(piece, LOOKED_AT), is_empty);
        }
        let line = std::mem::take(&mut self.line);
        let went_on = self.line_ended(&line, is_empty);
        // Its room is used again.
        self.line = line;
        self.line.clear();
        went_on
    }

    fn line_ended(&mut self, line: &[u8], is_empty: bool) -> Result<(), Ambiguous> {
        match &mut self.part {
            Part::Head(head) if is_empty && head.has_begun => {
                self.part = match (head.is_chunked, head.length) {
                    (true, _) => Part::ChunkLine,
                    (false, Some(length)) if length > 0 => Part::Body(length),
                    (false, _) => Part::default(),
                };
            }
            Part::Head(_) if is_empty => {}
            Part::Head(head) if head.has_begun => head.field(line)?,
            Part::Head(head) => head.has_begun = true,
            Part::ChunkLine => {
                self.part = match chunk_length(line).ok_or(Ambiguous)? {
                    0 => Part::Trailer,
                    length => Part::ChunkData(length.checked_add(2).ok_or(Ambiguous)?),
                };
            }
            Part::Trailer if is_empty => self.part = Part::default(),
            Part::Trailer | Part::Body(_) | Part::ChunkData(_) => {}
        }
        Ok(())
    }
}

impl Head {
    fn field(&mut self, line: &[u8]) -> Result<(), Ambiguous> {
        if !matches!(line, [b'C' | b'c' | b'T' | b't', ..]) {
            return Ok(());
        }
        let Some(colon) = memchr::memchr(b':', line) else {
            return Ok(());
        };
        let (name, value) = line.split_at(colon);
        let is_length = name.eq_ignore_ascii_case(b"content-length");
        if !is_length && !name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Ok(());
        }
        // One of them, once.
        if self.length.is_some() || self.is_chunked {
            return Err(Ambiguous);
        }
        if is_length {
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            self.length = Some(number(value, 10).ok_or(Ambiguous)?);
        } else {
            self.is_chunked = true;
        }
        Ok(())
    }
}

/// So many bytes of a line at most.
fn first(line: &[u8], most: usize) -> &[u8] {
    line.get(..most).unwrap_or(line)
}

/// The length at the beginning of a chunk's line.
fn chunk_length(line: &[u8]) -> Option<u64> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
    number(line.get(..digits.count())?, 16)
}

/// Digits and nothing else.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    let shaped = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    shaped.then(|| u64::from_str_radix(text, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What becomes of these bytes, read in pieces of so many.
    fn followed(bytes: &str, piece: usize) -> String {
        let (mut framing, mut bytes) = (Framing::default(), bytes.as_bytes().to_vec());
        for piece in bytes.chunks_mut(piece) {
            framing.follow(piece);
        }
        String::from_utf8(bytes).unwrap()
    }

    const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    #[test]
    fn requests_that_are_read_in_one_way_go_on_as_they_are() {
        let chunked = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n\
             5;a=b\r\n1\n2\n3\r\n0A\r\n\n\n\n\n\n\n\n\n\n\n\r\n0\r\ntrailer: x\r\n\r\n";
        let posted = "POST / HTTP/1.1\r\nContent-Length:  6 \r\nhost: x\r\n\r\n\n\n\n\n\n\n";
        let empty = "\r\nPOST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n";
        let all = [GET, chunked, posted, GET, empty, GET].concat();
        for piece in [1, 2, 3, 7, 64, 10_000] {
            assert_eq!(followed(&all, piece), all, "{piece}");
        }
    }

    #[test]
    fn what_two_servers_could_read_differently_is_made_unreadable_d_13() {
        let long = "x".repeat(LONGEST_CHUNK_LINE);
        let chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for bad in [
            "GET / HTTP/1.1\nhost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\r\n\n",
            "POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 0x1\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: f\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length:\r\n\r\n",
            &format!("{chunks}1;{long}\r\na\r\n"),
            &format!("{chunks}1\na\r\n"),
            &format!("{chunks}ffffffffffffffff\r\n"),
            &format!("{chunks}-1\r\n"),
        ] {
            // Also behind one that is fine.
            for before in ["", GET] {
                for piece in [1, 5, 10_000] {
                    let sent = format!("{before}{bad}");
                    assert_ne!(followed(&sent, piece), sent, "{piece}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(bytes in "[GET /:\r\n0-9a-f;]{0,80}", piece in 1_usize..9) {
            let head = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
            for bytes in [format!("{head}{bytes}"), bytes] {
                let (whole, cut) = (followed(&bytes, 10_000), followed(&bytes, piece));
                prop_assert_eq!(whole == bytes, cut == bytes);
            }
        }
    }
}
