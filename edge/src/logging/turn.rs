//! Where lines go: to standard output, each at once, but those of a worker at the end of its turn, which is all that it
//! does before it has to wait. To write a line by itself costs a request as much as to read it from its connection.
//!
//! Who kills the process in the middle of a turn loses the turn's lines, which are of some thousandths of a second.

use std::cell::RefCell;
use std::io::{self, Write};

/// More is not held back.
const MOST: usize = 16 * 1024;

thread_local! {
    static TURN: RefCell<Turn> = const { RefCell::new(Turn::new()) };
}

/// Ends this thread's turn: writes what it has held back. From the first end on it holds back.
pub(crate) fn ended() {
    TURN.with_borrow_mut(|turn| {
        turn.has_ends = true;
        // There is nobody to tell that the log can't be written.
        let _ = turn.write_out(&mut io::stdout());
    });
}

struct Turn {
    /// Whether this thread says when a turn ends.
    has_ends: bool,
    lines: Vec<u8>,
}

impl Turn {
    const fn new() -> Self {
        Self {
            has_ends: false,
            lines: Vec::new(),
        }
    }

    fn take(&mut self, line: &[u8], out: &mut impl Write) -> io::Result<()> {
        if !self.has_ends {
            return out.write_all(line);
        }
        if self.lines.len() + line.len() > MOST {
            self.write_out(out)?;
        }
        self.lines.extend_from_slice(line);
        Ok(())
    }

    fn write_out(&mut self, out: &mut impl Write) -> io::Result<()> {
        let written = out.write_all(&self.lines);
        self.lines.clear();
        written
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self.write_out(&mut io::stdout());
    }
}

/// Takes whole lines, from any thread.
#[derive(Debug)]
pub(super) struct Output;

impl Write for Output {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut out = io::stdout();
        let taken = TURN.try_with(|turn| turn.borrow_mut().take(line, &mut out));
        // A thread that is ending has no turn any more.
        taken.unwrap_or_else(|_| out.write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_without_turns_writes_each_line_at_once() {
        let (mut turn, mut out) = (Turn::new(), Vec::new());
        turn.take(b"one\n", &mut out).unwrap();
        assert_eq!(out, b"one\n");
    }

    #[test]
    fn a_turns_lines_come_together_in_their_order() {
        let (mut turn, mut out) = (Turn::new(), Vec::new());
        turn.has_ends = true;
        for line in ["one\n", "two\n"] {
            turn.take(line.as_bytes(), &mut out).unwrap();
        }
        assert_eq!(out, b"");
        turn.write_out(&mut out).unwrap();
        turn.write_out(&mut out).unwrap();
        assert_eq!(out, b"one\ntwo\n");
    }

    #[test]
    fn a_long_turn_holds_no_more_than_the_most() {
        let (mut turn, mut out) = (Turn::new(), Vec::new());
        turn.has_ends = true;
        let mut said = Vec::new();
        for _ in 0..100 {
            let line = [b'x'; 1000];
            said.extend_from_slice(&line);
            turn.take(&line, &mut out).unwrap();
            assert!(turn.lines.len() <= MOST);
        }
        turn.write_out(&mut out).unwrap();
        assert_eq!(out, said);
    }
}
