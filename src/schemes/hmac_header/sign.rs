//! Signing as a sender does, with the text that [`verify`](super::verify) reads.

use super::{HmacHeader, TimestampSource};
use crate::{schemes::template::Parts, time::UnixTime};

impl HmacHeader {
    /// The value of the signature's header for `body`, by each of `secrets`.
    fn signature<'k>(
        &self,
        secrets: impl Iterator<Item = &'k [u8]>,
        id: &str,
        at: UnixTime,
        body: &[u8],
    ) -> String {
        let time = self.timestamp_form.write(at);
        let parts = Parts {
            id: id.as_bytes(),
            timestamp: time.as_bytes(),
            body,
            ..Parts::default()
        };
        let signature = |secret| {
            let mac = self.digest.mac(secret, self.template.text(parts));
            self.encoding.encode(&mac)
        };
        let signatures: Vec<String> = secrets.map(signature).collect();
        self.layout.write(&signatures, &time)
    }

    /// The headers of the id and the time, where there are any, and that of the signature, each with its value.
    pub(crate) fn headers<'k>(
        &self,
        secrets: impl Iterator<Item = &'k [u8]>,
        id: &str,
        at: UnixTime,
        body: &[u8],
    ) -> Vec<(String, String)> {
        let of_id = self
            .id
            .as_ref()
            .map(|header| (header.name(), id.to_owned()));
        let of_time = match &self.timestamp {
            Some(TimestampSource::Header(name)) => Some((name, self.timestamp_form.write(at))),
            Some(TimestampSource::Pair(_)) | None => None,
        };
        let signature = self.signature(secrets, id, at, body);
        let headers = [of_id, of_time, Some((&self.signature_header, signature))];
        headers
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect()
    }

    /// The header that carries the signature, in lower case.
    pub(crate) fn signature_header(&self) -> &str {
        self.signature_header.as_str()
    }
}
