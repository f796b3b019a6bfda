//! What is encrypted, and bound to the columns that are not.

use bytes::{BufMut, Bytes, BytesMut};
use chacha20poly1305::{
    Key as CipherKey, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    identity::{EventKey, OrderKey},
    keys::{Key, Keyring, Secret},
};

/// How encrypted bytes begin: the number of this way to encrypt. It is stored data.
const VERSION: u8 = 1;
/// What the ring's secret is used for here, and nowhere else.
const KEY_DOMAIN: &[u8] = b"hookgate/inbox/encryption/v1";
const NONCE_BYTES: usize = 24;
/// The length of a key's id stands in one byte.
const ID_BYTES: usize = 255;
/// The shortest secret that is taken.
const SECRET_BYTES: usize = 32;
/// The id of a secret that was given without one.
const NO_ID: &str = "0";

/// The format of a payload once it is encrypted. Formats in the clear are odd, and this is the number behind.
pub(super) const fn sealed_format(clear: u16) -> u16 {
    clear.saturating_add(1)
}

/// The format that it has in the clear. `None` of one that is in the clear.
pub(super) const fn clear_format(sealed: u16) -> Option<u16> {
    if sealed.is_multiple_of(2) {
        sealed.checked_sub(1)
    } else {
        None
    }
}

/// Why something is not had in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    /// No key of the ring has the id that it names.
    UnknownKey,
    /// It is not what was encrypted for this place.
    Altered,
}

/// The place that encrypted bytes are bound to: all columns beside them that never change.
pub(super) struct Place<'a> {
    pub(super) key: &'a EventKey,
    pub(super) what: What<'a>,
}

/// What stands there.
pub(super) enum What<'a> {
    /// A payload of this format.
    Payload {
        format: u16,
        endpoint: &'a str,
        event_type: &'a str,
        key_id: &'a str,
        order: Option<&'a OrderKey>,
        is_quarantined: bool,
    },
    /// What a run failed with.
    Error,
}

impl Place<'_> {
    /// The associated data. Each text stands after its length, so that no two places have the same.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(self.key.as_bytes());
        match &self.what {
            What::Error => bytes.push(0),
            What::Payload {
                format,
                endpoint,
                event_type,
                key_id,
                order,
                is_quarantined,
            } => {
                bytes.push(1);
                bytes.put_u16(*format);
                for text in [endpoint, event_type, key_id] {
                    bytes.put_u64(text.len() as u64);
                    bytes.extend_from_slice(text.as_bytes());
                }
                bytes.push(u8::from(*is_quarantined));
                bytes.push(u8::from(order.is_some()));
                if let Some(order) = order {
                    bytes.extend_from_slice(order.as_bytes());
                }
            }
        }
        bytes
    }
}

/// Whether payloads may be sealed with `key`. Without an id of its own, its successor would have the same, and what it has
/// sealed would pass for altered.
pub(super) fn is_fit(key: &Key) -> bool {
    let is_long = |secret: &Secret| secret.expose().len() >= SECRET_BYTES;
    let id = key.id();
    id.len() <= ID_BYTES && &**id != NO_ID && key.secret().is_some_and(is_long)
}

/// `None` where the ring's first key is not fit, or the operating system has no randomness.
pub(super) fn seal(keys: &Keyring, place: &Place<'_>, clear: &[u8]) -> Option<Bytes> {
    let ring = keys.load();
    // Rings are replaced while running, and nobody checks them then.
    let key = ring.first().filter(|key| is_fit(key))?;
    let (id, secret) = (key.id().as_bytes(), key.secret()?);
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).ok()?;
    let sealed = cipher(secret)?.encrypt(
        &XNonce::from(nonce),
        Payload {
            msg: clear,
            aad: &place.bytes(),
        },
    );
    let sealed = sealed.ok()?;
    let mut bytes = BytesMut::new();
    bytes.put_u8(VERSION);
    bytes.put_u8(u8::try_from(id.len()).ok()?);
    bytes.put_slice(id);
    bytes.put_slice(&nonce);
    bytes.put_slice(&sealed);
    Some(bytes.freeze())
}

pub(super) fn open(keys: &Keyring, place: &Place<'_>, sealed: &[u8]) -> Result<Bytes, Unopened> {
    let (id, nonce, sealed) = parts(sealed).ok_or(Unopened::Altered)?;
    let ring = keys.load();
    let mut with_id = ring.iter().filter(|key| key.id().as_bytes() == id);
    let secret = with_id.find_map(Key::secret).ok_or(Unopened::UnknownKey)?;
    let payload = Payload {
        msg: sealed,
        aad: &place.bytes(),
    };
    let cipher = cipher(secret).ok_or(Unopened::Altered)?;
    let clear = cipher.decrypt(&XNonce::from(*nonce), payload);
    clear.map(Bytes::from).map_err(|_| Unopened::Altered)
}

/// The id of its key, its nonce, and the rest.
fn parts(sealed: &[u8]) -> Option<(&[u8], &[u8; NONCE_BYTES], &[u8])> {
    let sealed = sealed.strip_prefix(&[VERSION])?;
    let (&length, sealed) = sealed.split_first()?;
    let (id, sealed) = sealed.split_at_checked(length.into())?;
    let (nonce, sealed) = sealed.split_first_chunk()?;
    Some((id, nonce, sealed))
}

/// A key of its own is derived, so that a secret that also signs something tells nothing.
/// HMAC-SHA256 derives it in one step, as in NIST SP 800-108. `None` if HMAC refused the secret's length, which it never
/// does.
fn cipher(secret: &Secret) -> Option<XChaCha20Poly1305> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret.expose()).ok()?;
    mac.update(KEY_DOMAIN);
    let derived: Zeroizing<[u8; 32]> = Zeroizing::new(mac.finalize().into_bytes().into());
    Some(XChaCha20Poly1305::new(&CipherKey::from(*derived)))
}
