//! What schemes with a shared secret have in common: whether one is live, reading a MAC, and finding the key that made it.

use hmac::{
    Mac,
    digest::{Output, OutputSizeUser},
};
use memchr::memchr;

use super::{SignatureEncoding, signature_encoding::MAX_MAC_BYTES};
use crate::{
    identity::KeyId,
    json::members::Name,
    keys::{DigestKind, LiveKeys},
    verdict::Rejection,
};

/// Longest MAC as text: SHA-512 in hexadecimal.
pub(super) const MAX_MAC_TEXT_BYTES: usize = 2 * MAX_MAC_BYTES;
/// Longest MAC as a JSON text: in quotes, and every character escaped.
const MAX_MAC_JSON_BYTES: usize = 6 * MAX_MAC_TEXT_BYTES + 2;

const UNREADABLE: Rejection =
    Rejection::MalformedSignature("it is not in the scheme's encoding and length");

/// # Errors
///
/// When no secret is live: nobody's proof is wrong then.
pub(super) fn check_any_secret(keys: LiveKeys<'_>) -> Result<(), Rejection> {
    match keys.secrets().next() {
        Some(_) => Ok(()),
        None => Err(Rejection::NoLiveKey),
    }
}

/// The MAC that `text` writes.
pub(super) fn read_mac<M: OutputSizeUser>(
    text: &[u8],
    encoding: SignatureEncoding,
) -> Result<Output<M>, Rejection> {
    let mut mac = Output::<M>::default();
    let is_one = encoding.decode_mac(text, &mut mac);
    is_one.then_some(mac).ok_or(UNREADABLE)
}

/// The MAC that `value`, which is JSON, writes as a text.
pub(super) fn read_mac_in_json<M: OutputSizeUser>(
    value: &[u8],
    encoding: SignatureEncoding,
) -> Result<Output<M>, Rejection> {
    match value {
        _ if value.len() > MAX_MAC_JSON_BYTES => Err(UNREADABLE),
        // Base64 has slashes, which some writers escape.
        value if memchr(b'\\', value).is_some() => {
            let Name(text) = serde_json::from_slice(value).map_err(|_| UNREADABLE)?;
            read_mac::<M>(text.as_bytes(), encoding)
        }
        [b'"', text @ .., b'"'] => read_mac::<M>(text, encoding),
        _ => Err(UNREADABLE),
    }
}

/// The first live key that gives the MAC over the pieces.
pub(super) fn find_key<'a, M: Mac + DigestKind + 'a>(
    pieces: &[&[u8]],
    mac: &Output<M>,
    keys: LiveKeys<'a>,
) -> Option<&'a KeyId> {
    keys.macs::<M>()
        .find(|(_, prepared)| {
            let mut own = (*prepared).clone();
            for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                own.update(piece);
            }
            own.verifies(mac)
        })
        .map(|(id, _)| id)
}
