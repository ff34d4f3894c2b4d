//! Which content coding a client accepts: `Accept-Encoding`, RFC 9110 §12.5.3.

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// Documents shorter than this travel as they are: they fit into one packet either way.
pub const WORTH_COMPRESSING: u64 = 512;

/// How the bytes of a document are coded for the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As they are in the export.
    Identity,
    /// RFC 1952.
    Gzip,
}

/// What the client said about the codings that feedmill knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Weight of gzip in thousandths; 0 refuses it.
    gzip: u16,
    /// Weight of identity in thousandths, where it was given one.
    identity: Option<u16>,
    /// There is no field at all: every coding is acceptable, none is asked for.
    silent: bool,
}

impl Accepted {
    /// Reads all `Accept-Encoding` lines as one list; an element that breaks the grammar is as if
    /// it were not there, because identity is never wrong.
    pub fn of(headers: &HeaderMap) -> Self {
        let (mut gzip, mut identity, mut any, mut silent) = (None, None, None, true);
        for line in headers.get_all(ACCEPT_ENCODING) {
            silent = false;
            let Ok(line) = line.to_str() else { continue };
            for (coding, weight) in line.split(',').filter_map(element) {
                let named = if coding.eq_ignore_ascii_case("gzip")
                    || coding.eq_ignore_ascii_case("x-gzip")
                {
                    &mut gzip
                } else if coding.eq_ignore_ascii_case("identity") {
                    &mut identity
                } else if coding == "*" {
                    &mut any
                } else {
                    continue;
                };
                // A coding named twice contradicts itself: the more careful weight is taken.
                *named = Some(named.map_or(weight, |other: u16| other.min(weight)));
            }
        }
        // `*` stands for what is not named; identity needs no mention unless `*` refuses it.
        let identity = identity.or(any.filter(|weight| *weight == 0));
        Self { gzip: gzip.or(any).unwrap_or(0), identity, silent }
    }

    /// The coding in which a document of this length is sent.
    pub fn choose(self, length: u64) -> Coding {
        if self.gzip == 0 {
            // Identity goes out even to a client that refuses it too: 406 would help nobody.
            return Coding::Identity;
        }
        match self.identity {
            Some(0) => Coding::Gzip,
            Some(weight) if weight > self.gzip => Coding::Identity,
            _ if length < WORTH_COMPRESSING => Coding::Identity,
            _ => Coding::Gzip,
        }
    }

    /// Whether a stored gzip representation may be used for this client. Without the field any
    /// coding may (RFC 9110 §12.5.3), although none is sent.
    pub fn allows_gzip(self) -> bool {
        self.silent || self.gzip > 0
    }
}

/// `gzip;q=0.5` → its coding and its weight in thousandths.
fn element(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';');
    let coding = parts.next()?.trim_matches([' ', '\t']);
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => {
            let (name, value) = parameter.trim_matches([' ', '\t']).split_once('=')?;
            name.eq_ignore_ascii_case("q").then(|| thousandths(value))??
        }
    };
    (parts.next().is_none() && !coding.is_empty()).then_some((coding, weight))
}

/// A weight in thousandths (RFC 9110 §12.4.2): `0` or `1`, and at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let fraction = decimals
        .bytes()
        .zip([100, 10, 1])
        .map(|(digit, place)| u16::from(digit - b'0') * place)
        .sum();
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}
