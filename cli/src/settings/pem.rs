//! Keys in PEM, as records and settings spell them.

use std::{borrow::Cow, io};

use base64::{Engine, engine::general_purpose::STANDARD};

/// Text that every PEM contains, and no shared secret.
pub(crate) const PEM_BEGIN: &str = "-----BEGIN ";

/// A PEM as records and settings spell it: its text, or base64 of that, which goes on one line.
pub(crate) fn pem_text(text: &str) -> Option<Cow<'_, str>> {
    if text.contains(PEM_BEGIN) {
        return Some(text.into());
    }
    let decoded = STANDARD.decode(text).ok()?;
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// The PEM of a key that was named as other keys are.
pub(crate) fn pem_of_key(key: &str) -> io::Result<String> {
    let pem = key.strip_prefix("pem:").and_then(pem_text);
    pem.map(Cow::into_owned).ok_or_else(|| {
        io::Error::other("the private key is not PEM, nor base64 of it after `pem:`")
    })
}
