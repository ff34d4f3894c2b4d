//! Who asks: the peer of a connection, or whom a proxy names that the operator trusts; and what
//! counts as one client.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};

/// The operator's flag, as errors name it.
const FLAG: &str = "--trusted-proxy";

/// The field in which proxies append the address that they were asked from.
///
/// Not `Forwarded` (RFC 7239): a proxy that writes one of the two passes the other on as the client
/// wrote it, so to believe both is to believe the client.
pub const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word counts on who asks: none, unless the operator lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    networks: Vec<Network>,
    /// Whether a peer without an address is one of them.
    has_unix: bool,
}

/// All addresses that begin with the same bits (CIDR, RFC 4632 §3.1 and RFC 4291 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    prefix: u128,
    mask: u128,
}

impl Proxies {
    /// Reads a list of addresses, of networks in CIDR notation, and of the word `unix` for whoever
    /// connects to a socket in the file system. Empty words are passed over, so that an empty
    /// variable is an empty list.
    ///
    /// # Errors
    /// When a word is none of these.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut proxies = Self::default();
        for word in words.iter().map(|word| word.trim_ascii()).filter(|word| !word.is_empty()) {
            if word == "unix" {
                proxies.has_unix = true;
                continue;
            }
            let bad = || Finding::about(FLAG, Error::BadProxy { written: word.to_owned() });
            proxies.networks.push(Network::parse(word).ok_or_else(bad)?);
        }
        Ok(proxies)
    }

    /// Whether a peer is one of them; one at a socket in the file system has no address.
    pub fn trust(&self, peer: Option<IpAddr>) -> bool {
        match peer {
            Some(address) => self.networks.iter().any(|network| network.contains(address)),
            None => self.has_unix,
        }
    }

    /// Who asks: of a trusted peer the rightmost address of its [`FORWARDED_FOR`] lines that is no
    /// trusted proxy, else the peer itself.
    ///
    /// Each proxy appends, so what stands on the right was written by ours, and what stands left of
    /// the first stranger may be anything. It is not looked at: a client that writes junk there
    /// must not change whom it is taken for.
    pub fn client<'a>(
        &self,
        peer: Option<IpAddr>,
        forwarded_for: impl DoubleEndedIterator<Item = &'a [u8]>,
    ) -> Option<IpAddr> {
        if !self.trust(peer) {
            return peer;
        }
        let elements = forwarded_for.rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        // An empty element counts for nothing (RFC 9110 §5.6.1.2).
        let elements = elements.map(<[u8]>::trim_ascii).filter(|element| !element.is_empty());
        for element in elements {
            match std::str::from_utf8(element).ok().and_then(address) {
                Some(address) if self.trust(Some(address)) => {}
                Some(address) => return Some(address),
                None => break,
            }
        }
        peer
    }
}

impl Network {
    /// `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`; bits behind the prefix do not count.
    fn parse(word: &str) -> Option<Self> {
        let (address, length) = match word.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (word, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let own_bits = if address.is_ipv4() { u32::BITS } else { u128::BITS };
        let length = match length {
            // `parse` alone would take `+8`.
            Some(length) if !length.bytes().all(|byte| byte.is_ascii_digit()) => return None,
            Some(length) => length.parse().ok().filter(|length| *length <= own_bits)?,
            None => own_bits,
        };
        // No bit at all is a shift by the whole width.
        let mask = u128::MAX.checked_shl(own_bits - length).unwrap_or(0);
        Some(Self { prefix: bits(address) & mask, mask })
    }

    fn contains(self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.prefix
    }
}

/// An address as bits. That of IPv4 is mapped (RFC 4291 §2.5.5.2), as a socket for both has it, so
/// `::/0` is everybody.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// An address as proxies write it: also with a port, and that of IPv6 also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || text.parse().ok().map(|socket: SocketAddr| socket.ip());
    text.parse().ok().or_else(with_port).or_else(in_brackets)
}

/// What one client has: an IPv4 address, or the 64 bits of an IPv6 network (RFC 4291 §2.5.1).
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}
