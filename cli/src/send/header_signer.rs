//! [`HeaderSigner`]: signs as `hmac-header`'s settings say.

use std::io;

use hookgate::{
    UnixTime,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureLayout, TimeUnit},
    simulator::Sent,
};

use super::mac::mac;
use crate::{providers, settings::Settings};

/// A MAC in a header, and perhaps an id and a time. No `Debug`: it holds the key.
pub(super) struct HeaderSigner {
    config: HmacHeaderConfig,
    key: Vec<u8>,
}

impl HeaderSigner {
    /// With the settings that the receiver has.
    pub(super) fn new(settings: Option<&str>, key: &[u8]) -> io::Result<Self> {
        let config: HmacHeaderConfig = Settings::read(settings)
            .and_then(|settings| settings.of_scheme())
            .map_err(providers::unusable)?;
        // What the receiver would refuse is not signed either.
        HmacHeader::try_from(config.clone()).map_err(io::Error::other)?;
        Ok(Self {
            config,
            key: key.to_vec(),
        })
    }

    /// The header without which a request is unsigned.
    pub(super) fn signature_header(&self) -> String {
        self.config.signature_header.to_ascii_lowercase()
    }

    /// Signs `sent` as the message `id` at `at`.
    pub(super) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> io::Result<Sent> {
        let time = match self.config.timestamp_unit {
            TimeUnit::Milliseconds => at.as_millis(),
            _ => at.as_secs(),
        };
        let time = time.to_string();
        let text = signed_text(&self.config.template, id, &time, &sent.body);
        let mac = mac(self.config.digest, self.config.encoding, &self.key, &text)?;
        let value = match &self.config.layout {
            SignatureLayout::Single { prefix } | SignatureLayout::SpaceSeparated { prefix } => {
                format!("{prefix}{mac}")
            }
            SignatureLayout::Pairs {
                signature,
                timestamp,
            } => match timestamp {
                Some(name) => format!("{name}={time},{signature}={mac}"),
                None => format!("{signature}={mac}"),
            },
            _ => return Err(io::Error::other("this layout cannot be written yet")),
        };
        let mut signed = sent.with_header(self.signature_header(), value);
        for (name, value) in [
            (&self.config.id_header, id),
            (&self.config.timestamp_header, &time),
        ] {
            if let Some(name) = name {
                signed = signed.with_header(name.to_ascii_lowercase(), value);
            }
        }
        Ok(signed)
    }
}

/// The template with its placeholders filled in, in one pass: what is filled in may look like one.
fn signed_text(template: &str, id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        text.extend_from_slice(literal.as_bytes());
        let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
        match name {
            "id" => text.extend_from_slice(id.as_bytes()),
            "timestamp" => text.extend_from_slice(time.as_bytes()),
            _ => text.extend_from_slice(body),
        }
        rest = tail;
    }
    text.extend_from_slice(rest.as_bytes());
    text
}

#[cfg(test)]
mod tests {
    use super::signed_text;

    #[test]
    fn placeholders_are_filled_in_once() {
        let text = signed_text("v0:{id}.{timestamp}:{body};", "{body}", "7", b"{id}");
        assert_eq!(text, b"v0:{body}.7:{id};");
    }
}
