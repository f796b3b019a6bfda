//! [`Parts`]: what stands in the places of a template.

#[cfg(any(feature = "simulator", feature = "public-keys"))]
use super::DigestText;
use super::{
    Template,
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
    /// The text of the body's digest.
    pub(crate) digest: &'a [u8],
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
    /// The signed text in one piece. It makes the body's digest itself.
    #[cfg(any(feature = "simulator", feature = "public-keys"))]
    pub(crate) fn text(&self, parts: &Parts<'_>) -> Vec<u8> {
        let digest = self.digest().map(|digest| digest.of(parts.body));
        let parts = Parts {
            digest: digest.as_ref().map_or(&[], DigestText::as_bytes),
            ..*parts
        };
        let mut text = Vec::new();
        self.each(&parts, |piece| text.extend_from_slice(piece));
        text
    }

    /// Hands out the signed text, piece by piece. Whoever verifies and whoever signs reads it here.
    pub(crate) fn each(&self, parts: &Parts<'_>, mut each: impl FnMut(&[u8])) {
        let mut headers = parts.headers.iter();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) | Piece::Url(text) => each(text.as_bytes()),
                Piece::Body => each(parts.body),
                Piece::BodyDigest(_) => each(parts.digest),
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
