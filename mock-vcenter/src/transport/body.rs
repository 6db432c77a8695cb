//! Reading a bounded request body and compressing an answer.

use std::io::Write;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, Limited};
use hyper::StatusCode;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};

/// Bigger requests are refused; the biggest real ones (a reconfigure with many devices) stay below 1 MB.
pub(super) const MAX_REQUEST: usize = 16 * 1024 * 1024;
/// Smaller answers gain nothing from compression.
const WORTH_COMPRESSING: usize = 1024;

/// Reads a body, also a compressed one.
pub(super) async fn read(headers: &HeaderMap, body: Incoming) -> Result<Vec<u8>, StatusCode> {
    let read = Limited::new(body, MAX_REQUEST).collect().await;
    let bytes = read.map_err(|cause| {
        if cause.is::<http_body_util::LengthLimitError>() {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            StatusCode::BAD_REQUEST
        }
    })?;
    let bytes: Bytes = bytes.to_bytes();
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"" | b"identity") => Ok(bytes.into()),
        Some(b"gzip") => decompress(&bytes),
        Some(_) => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    }
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, StatusCode> {
    use std::io::Read;
    let mut plain = Vec::new();
    let mut bounded = GzDecoder::new(bytes).take(MAX_REQUEST as u64 + 1);
    bounded.read_to_end(&mut plain).map_err(|_| StatusCode::BAD_REQUEST)?;
    if plain.len() > MAX_REQUEST { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(plain) }
}

/// True when the client takes gzip.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0"));
            (name.eq_ignore_ascii_case("gzip") || name == "*") && !refused
        })
    })
}

/// Compresses `plain` when that is worth the effort.
pub(super) fn compress(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < WORTH_COMPRESSING {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 8), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_only_when_the_client_takes_it() {
        for (value, expected) in [
            ("gzip, deflate", true),
            ("deflate", false),
            ("gzip;q=0", false),
            ("br, GZIP;q=0.5", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts_gzip(&headers), expected, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn compression_round_trips_and_spares_small_answers() {
        let plain = vec![b'x'; 5000];
        assert_eq!(decompress(&compress(&plain).unwrap()).unwrap(), plain);
        assert!(compress(b"short").is_none());
    }

    #[test]
    fn a_compressed_bomb_is_refused() {
        let bomb = compress(&vec![0u8; MAX_REQUEST + 1]).unwrap();
        assert_eq!(decompress(&bomb), Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
