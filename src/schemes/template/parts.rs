//! [`Parts`]: what stands in the places of a template.

use super::{
    Template,
    body_digest::DigestText,
    from_head::FromHead,
    piece::{Piece, Source},
};
use crate::request::Head;

/// What stands in the places of a template. What it has no place for is left out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Parts<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) timestamp: &'a [u8],
    #[cfg(feature = "jwt")]
    pub(crate) nonce: &'a [u8],
    #[cfg(feature = "jwt")]
    pub(crate) algorithm: &'a [u8],
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    /// The values of the headers that it names, in its order.
    pub(crate) headers: &'a [&'a [u8]],
    pub(crate) body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// The method and the target of `head`, and what of its headers the template names, with `body`.
    pub(crate) fn of(head: &Head<'a>, named: &'a [&'a [u8]], body: &'a [u8]) -> Self {
        Self {
            method: head.method,
            path: head.path,
            query: head.query,
            headers: named,
            body,
            ..Self::default()
        }
    }
}

impl Template {
    /// What it takes from the head of a request beside what a scheme has settings for, if anything.
    pub(crate) fn from_head(&self) -> Option<FromHead> {
        FromHead::of(self)
    }

    /// The text of the body's digest, where it has a place for that.
    pub(crate) fn digest_of(&self, body: &[u8]) -> Option<DigestText> {
        self.digest().map(|digest| digest.of(body))
    }

    /// The signed text in one piece.
    #[cfg(any(feature = "simulator", feature = "jwt"))]
    pub(crate) fn text(&self, parts: &Parts<'_>) -> Vec<u8> {
        let digest = self.digest_of(parts.body);
        let mut text = Vec::new();
        let each = |piece: &[u8]| text.extend_from_slice(piece);
        self.each(parts, digest.as_ref(), each);
        text
    }

    /// Hands out the signed text, piece by piece. Whoever verifies and whoever signs reads it here. `digest` is what
    /// [`digest_of`](Self::digest_of) made of the body.
    pub(crate) fn each(
        &self,
        parts: &Parts<'_>,
        digest: Option<&DigestText>,
        mut each: impl FnMut(&[u8]),
    ) {
        let mut headers = parts.headers.iter();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) | Piece::Url(text) => each(text.as_bytes()),
                Piece::Body => each(parts.body),
                Piece::BodyDigest(_) => each(digest.map_or(&[], |text| text.as_bytes())),
                Piece::Taken(source, _) => match source {
                    Source::Id => each(parts.id),
                    #[cfg(feature = "jwt")]
                    Source::Nonce => each(parts.nonce),
                    Source::Timestamp => each(parts.timestamp),
                    #[cfg(feature = "jwt")]
                    Source::Algorithm => each(parts.algorithm),
                    Source::Method => each(parts.method.as_bytes()),
                    Source::Path => {
                        each(parts.path.as_bytes());
                        if let Some(query) = parts.query {
                            each(b"?");
                            each(query.as_bytes());
                        }
                    }
                    Source::Header(_) => each(headers.next().copied().unwrap_or_default()),
                },
            }
        }
    }
}
