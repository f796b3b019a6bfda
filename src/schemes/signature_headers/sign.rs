//! Writing what a sender writes, with the text that [`verify`](super::verify) reads.

use super::{SignatureHeaders, family::Family};
use crate::{
    schemes::{ToSign, template::Parts},
    time::UnixTime,
};

impl SignatureHeaders {
    /// The headers that the signature covers and those that carry it, each with its value. `sign` makes the signatures of a
    /// text, one for each key.
    pub(in crate::schemes) fn written(
        &self,
        request: ToSign<'_>,
        id: &str,
        at: UnixTime,
        sign: impl FnOnce(&[u8]) -> Vec<Vec<u8>>,
    ) -> Vec<(String, String)> {
        let named = match &self.from_request {
            Some(from_request) => request.named(from_request),
            None => Vec::new(),
        };
        let time = self.timestamp_form.write(at);
        let values: Vec<&[u8]> = named.iter().map(|(_, value)| value.as_bytes()).collect();
        let parts = Parts {
            id: id.as_bytes(),
            timestamp: time.as_bytes(),
            ..request.parts(&values)
        };
        let signatures = sign(&self.template.text(&parts)).into_iter();
        let signatures: Vec<String> = signatures
            .map(|it| self.form.encoding.encode(&it))
            .collect();

        let Family {
            signature,
            id: of_id,
            timestamp,
            ..
        } = &self.family;
        let of_id = of_id.iter().map(|header| (header.name().as_str(), id));
        let of_time = timestamp.iter().map(|name| (name.as_str(), &*time));
        let covered = named.iter().copied().chain(of_id).chain(of_time);
        // Where further headers have room for further signatures, each has one.
        let own = match &*self.further {
            [] => &signatures[..],
            _ => signatures.get(..1).unwrap_or_default(),
        };
        let write = |signatures: &[String]| {
            let layout = &self.form.layout;
            layout.write(self.form.separator, signatures, &time)
        };
        let others = signatures.iter().skip(1).map(std::slice::from_ref);
        let others = self.further.iter().zip(others);
        let others = others.map(|(name, signature)| (name.as_str().to_owned(), write(signature)));
        covered
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain([(signature.as_str().to_owned(), write(own))])
            .chain(others)
            .collect()
    }

    /// Every header that may carry a signature, in lower case.
    pub(crate) fn signature_headers(&self) -> impl Iterator<Item = &str> {
        let other = self.other.iter().map(|other| &other.signature);
        let others = self.further.iter().chain(other);
        std::iter::once(&self.family.signature)
            .chain(others)
            .map(|name| name.as_str())
    }

    /// Every header that a sender writes as it signs, in lower case. What the template names beside them is there before.
    pub(crate) fn written_headers(&self) -> impl Iterator<Item = &str> {
        let other = self.other.iter().flat_map(|other| other.names());
        let names = self.family.names().chain(&self.further).chain(other);
        names.map(|name| name.as_str())
    }

    /// The header that carries the first signature, in lower case.
    pub(crate) fn signature_header(&self) -> &str {
        self.family.signature.as_str()
    }
}
