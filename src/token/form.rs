//! The pairs of a form.

use zeroize::Zeroizing;

use crate::request::form::decoded;

/// The pairs of a form, decoded; `None` for one that cannot be.
pub(super) fn pairs(body: &[u8]) -> impl Iterator<Item = Option<(String, Zeroizing<String>)>> + '_ {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(parts.next()?)?;
            let value = decoded(parts.next().unwrap_or_default())?;
            Some((name.to_string(), value))
        })
}
