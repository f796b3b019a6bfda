//! Signing as a sender does, with the text that [`verify`](super::verify) reads.

use super::{HmacBodyField, signed_text::unreadable};
use crate::{
    json::{
        canonical::{Cut, cut},
        places::with_member,
    },
    verdict::Rejection,
};

/// Why a body cannot be signed: it has no place for a MAC, or lacks what the recipe signs.
pub(crate) struct Unsignable(pub(crate) &'static str);

impl HmacBodyField {
    /// `object` with its MAC, in the member where it has one, else at the end.
    pub(crate) fn signed(&self, object: &[u8], secret: &[u8]) -> Result<Vec<u8>, Unsignable> {
        let blank = match cut(object, &self.config.member) {
            Ok(_) => object.to_vec(),
            Err(_) => self.with_member(object)?,
        };
        let at = self.at(&blank)?;
        let mac = self.mac(&blank, &at, secret)?;
        let [before, behind] = at.around_value(&blank);
        Ok([before, b"\"", mac.as_bytes(), b"\"", behind].concat())
    }

    /// `object` without the member that holds the MAC.
    pub(crate) fn unsigned(&self, object: &[u8]) -> Vec<u8> {
        match cut(object, &self.config.member) {
            Ok(at) => at.pieces(object).concat(),
            Err(_) => object.to_vec(),
        }
    }

    /// The MAC of this text, in the scheme's encoding.
    pub(crate) fn mac_of<'p>(
        &self,
        pieces: impl Iterator<Item = &'p [u8]>,
        secret: &[u8],
    ) -> String {
        let mac = self.config.digest.mac(secret, pieces);
        self.config.encoding.encode(&mac)
    }

    fn mac(&self, object: &[u8], at: &Cut, secret: &[u8]) -> Result<String, Unsignable> {
        Ok(match self.raw(object, at).map_err(unsignable)? {
            Some((pieces, _)) => self.mac_of(pieces.into_iter(), secret),
            None => {
                let text = self.canonical(object).map_err(unsignable)?;
                self.mac_of(std::iter::once(&*text), secret)
            }
        })
    }

    fn at(&self, object: &[u8]) -> Result<Cut, Unsignable> {
        cut(object, &self.config.member).map_err(|refused| unsignable(unreadable(refused)))
    }

    /// The object with an empty member at its end. Its name needs no escapes: a configuration with another one was
    /// refused.
    fn with_member(&self, object: &[u8]) -> Result<Vec<u8>, Unsignable> {
        const NO_OBJECT: Unsignable =
            Unsignable("the body is not a JSON object, which a MAC could be put into");
        with_member(object, &self.config.member, "\"\"").ok_or(NO_OBJECT)
    }
}

fn unsignable(rejection: Rejection) -> Unsignable {
    Unsignable(match rejection {
        Rejection::MalformedSignature("what it signs is missing") => {
            "the body has no member of the name that is signed"
        }
        Rejection::MalformedSignature(why) => why,
        _ => "the body is not a JSON object, which a MAC could be put into",
    })
}
