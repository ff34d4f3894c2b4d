//! Where the listening socket comes from: systemd has passed one (`sd_listen_fds(3)`), or it is opened
//! at an address.

use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use listenfd::ListenFd;
use tokio::net::{TcpListener, TcpSocket, lookup_host};

use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};
use crate::server::http_server::Listener;

/// How many connections may wait to be accepted, as in `feedmill.socket`: all that may be open at a
/// time can come at once.
const BACKLOG: u32 = 4096;

/// Opens the socket that systemd passed, else the one at `listen`; says its address for people.
///
/// # Errors
/// When the address is none, or cannot be had.
pub async fn listen(listen: &str) -> Result<(Listener, String)> {
    let failed = |error: std::io::Error| Finding::about(listen, listen_error(&error));
    let mut passed = ListenFd::from_env();
    if let Ok(Some(socket)) = passed.take_tcp_listener(0) {
        let taken = socket.set_nonblocking(true).and_then(|()| TcpListener::from_std(socket));
        return taken.and_then(tcp).map_err(failed);
    }
    if let Ok(Some(socket)) = passed.take_unix_listener(0) {
        return unix(socket, "a passed socket").map_err(failed);
    }
    bind(listen).await
}

/// Opens a socket at an address; says the address for people.
///
/// # Errors
/// When the address is none, or cannot be had.
pub async fn bind(listen: &str) -> Result<(Listener, String)> {
    let failed = |error: std::io::Error| Finding::about(listen, listen_error(&error));
    if let Some(path) = listen.strip_prefix("unix:") {
        // A socket file outlives its process; a file of another kind is not ours to remove.
        if std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket())
            && std::os::unix::net::UnixStream::connect(path).is_err()
        {
            std::fs::remove_file(path)
                .map_err(|error| Finding::io("remove it", Path::new(path), &error))?;
        }
        return std::os::unix::net::UnixListener::bind(path)
            .and_then(|socket| unix(socket, listen))
            .map_err(failed);
    }
    bind_tcp(listen).await.and_then(tcp).map_err(failed)
}

/// Listens at the first address of a name that can be had.
async fn bind_tcp(listen: &str) -> std::io::Result<TcpListener> {
    let mut outcome = Err(std::io::ErrorKind::InvalidInput.into());
    for address in lookup_host(listen).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // What an earlier process has left in the kernel is in nobody's way.
        socket.set_reuseaddr(true)?;
        outcome = socket.bind(address).and_then(|()| socket.listen(BACKLOG));
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn tcp(socket: TcpListener) -> std::io::Result<(Listener, String)> {
    let address = format!("http://{}/", socket.local_addr()?);
    Ok((Listener::Tcp(socket), address))
}

fn unix(
    socket: std::os::unix::net::UnixListener,
    name: &str,
) -> std::io::Result<(Listener, String)> {
    socket.set_nonblocking(true)?;
    Ok((Listener::Unix(tokio::net::UnixListener::from_std(socket)?), name.to_owned()))
}

fn listen_error(error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => Error::AddressInUse,
        std::io::ErrorKind::InvalidInput => Error::BadListen,
        _ => Error::Io { doing: "listen", reason: error.to_string() },
    }
}
