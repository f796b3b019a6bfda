//! Signing as a sender does, with the text that [`verify`](super::verify) reads.

use super::{HmacHeader, TimestampSource};
use crate::{
    schemes::{ToSign, template::Parts},
    time::UnixTime,
};

impl HmacHeader {
    /// The headers that the signature covers and that of the signature, by each of `secrets`, each with its value.
    pub(crate) fn headers<'k>(
        &self,
        request: ToSign<'_>,
        secrets: impl Iterator<Item = &'k [u8]>,
        id: &str,
        at: UnixTime,
    ) -> Vec<(String, String)> {
        let named = match &self.from_head {
            Some(from_head) => request.named(from_head),
            None => Vec::new(),
        };
        let time = self.timestamp_form.write(at);
        let values: Vec<&[u8]> = named.iter().map(|(_, value)| value.as_bytes()).collect();
        let parts = Parts {
            id: id.as_bytes(),
            timestamp: time.as_bytes(),
            ..request.parts(&values)
        };
        let text = self.template.text(&parts);
        let signature = |secret| {
            let mac = self.digest.mac(secret, std::iter::once(&*text));
            self.encoding.encode(&mac)
        };
        let signatures: Vec<String> = secrets.map(signature).collect();

        let of_id = self.id.as_ref().map(|header| (header.name().as_str(), id));
        let of_time = match &self.timestamp {
            Some(TimestampSource::Header(name)) => Some((name.as_str(), &*time)),
            Some(TimestampSource::Pair(_)) | None => None,
        };
        let signature = self.layout.write(&signatures, &time);
        let of_signature = (self.signature_header.as_str(), &*signature);
        let headers = named.iter().copied().chain(of_id).chain(of_time);
        headers
            .chain([of_signature])
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The header that carries the signature, in lower case.
    pub(crate) fn signature_header(&self) -> &str {
        self.signature_header.as_str()
    }
}
