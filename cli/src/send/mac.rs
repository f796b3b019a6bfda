//! A MAC, by the digest and in the text form that settings name.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::schemes::{Digest, SignatureEncoding};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// The MAC of `text`.
pub(super) fn mac(
    digest: Digest,
    encoding: SignatureEncoding,
    key: &[u8],
    text: &[u8],
) -> io::Result<String> {
    let mac = match digest {
        Digest::Sha1 => of::<Hmac<Sha1>>(key, text)?,
        Digest::Sha256 => of::<Hmac<Sha256>>(key, text)?,
        Digest::Sha512 => of::<Hmac<Sha512>>(key, text)?,
        _ => return Err(io::Error::other("this digest cannot be made yet")),
    };
    Ok(match encoding {
        SignatureEncoding::Base64 => STANDARD.encode(mac),
        _ => mac.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

fn of<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> io::Result<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(io::Error::other)?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}
