//! The end of a listener. The system resets every connection that it has taken for a listener and that
//! nobody has picked up when the listener closes; their callers may have sent requests already. So new
//! ones are kept out first, then the last ones are picked up, and only then the listener closes.

use std::net::SocketAddr;
use std::time::Duration;

#[cfg(target_os = "linux")]
use socket2::SockFilter;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

/// A handshake that is half done is over after so long.
const HANDSHAKE: Duration = Duration::from_millis(50);

/// Closes the listener; the connections that it still had.
pub(super) async fn of(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    if let Err(error) = keep_new_ones_out(&SockRef::from(&listener)) {
        tracing::debug!(%error, "a connection that comes in this very moment may be reset");
    }
    let mut last = Vec::new();
    while let Ok(Ok(one)) = tokio::time::timeout(HANDSHAKE, listener.accept()).await {
        last.push(one);
    }
    last
}

/// Drops the first packet of every new connection. Its caller sends it again after a second, and is
/// told then that nobody listens.
#[cfg(target_os = "linux")]
fn keep_new_ones_out(listener: &SockRef<'_>) -> std::io::Result<()> {
    // A program for the kernel's packet filter: load the byte of TCP's flags; with SYN set drop the
    // packet, else keep all of it.
    const LOAD_BYTE_AT: u16 = 0x30;
    const JUMP_IF_SET: u16 = 0x45;
    const KEEP: u16 = 0x06;
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    listener.attach_filter(&[
        SockFilter::new(LOAD_BYTE_AT, 0, 0, FLAGS),
        SockFilter::new(JUMP_IF_SET, 0, 1, SYN),
        SockFilter::new(KEEP, 0, 0, 0),
        SockFilter::new(KEEP, 0, 0, u32::MAX),
    ])
}

#[cfg(not(target_os = "linux"))]
fn keep_new_ones_out(_: &SockRef<'_>) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn who_is_connected_is_kept_and_who_comes_later_is_told_that_nobody_listens_i_09() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut early = TcpStream::connect(address).await.unwrap();
        early.write_all(b"?").await.unwrap();
        let closing = tokio::spawn(of(listener));
        let mut last = closing.await.unwrap();
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        let (mut socket, _) = last.pop().unwrap();
        let mut byte = [0];
        socket.read_exact(&mut byte).await.unwrap();
        socket.write_all(b"!").await.unwrap();
        early.read_exact(&mut byte).await.unwrap();
        assert_eq!(byte, *b"!");
    }
}
