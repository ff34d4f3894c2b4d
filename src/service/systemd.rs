//! Where the listening socket comes from, and what systemd is told (`sd_notify(3)`,
//! `sd_listen_fds(3)`).

use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use listenfd::ListenFd;
use sd_notify::NotifyState;

use crate::error::{Error, Finding, Result};
use crate::service::server::Listener;

/// Opens the socket that systemd passed, else the one at `listen`; says its address for people.
/// Needs a running tokio runtime.
///
/// # Errors
/// When the address is none, or cannot be had.
pub fn listen(listen: &str) -> Result<(Listener, String)> {
    let failed = |error: std::io::Error| Finding::about(listen, listen_error(&error));
    let mut passed = ListenFd::from_env();
    if let Ok(Some(socket)) = passed.take_tcp_listener(0) {
        return tcp(socket).map_err(failed);
    }
    if let Ok(Some(socket)) = passed.take_unix_listener(0) {
        return unix(socket, "a passed socket").map_err(failed);
    }
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
    std::net::TcpListener::bind(listen).and_then(tcp).map_err(failed)
}

fn tcp(socket: std::net::TcpListener) -> std::io::Result<(Listener, String)> {
    socket.set_nonblocking(true)?;
    let address = format!("http://{}/", socket.local_addr()?);
    Ok((Listener::Tcp(tokio::net::TcpListener::from_std(socket)?), address))
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

/// The service answers requests.
pub fn ready(address: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(&format!("serving {address}"))]);
}

/// The loop that does the work has come round: the watchdog's food.
pub fn alive() {
    notify(&[NotifyState::Watchdog]);
}

/// The service is on its way out.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "cannot notify systemd");
    }
}
