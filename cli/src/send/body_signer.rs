//! [`BodySigner`]: signs as `hmac-body-field`'s settings say.

use std::io;

use hookgate::{
    json::canonical::{Refused, cut, rfc8785},
    schemes::{HmacBodyField, HmacBodyFieldConfig, Recipe},
    simulator::Sent,
};

use super::mac::mac;
use crate::{providers, settings::Settings};

/// A MAC in a member of the JSON object that it covers. No `Debug`: it holds the key.
pub(super) struct BodySigner {
    config: HmacBodyFieldConfig,
    key: Vec<u8>,
}

impl BodySigner {
    /// With the settings that the receiver has.
    pub(super) fn new(settings: Option<&str>, key: &[u8]) -> io::Result<Self> {
        let config: HmacBodyFieldConfig = Settings::read(settings)
            .and_then(|settings| settings.of_scheme())
            .map_err(providers::unusable)?;
        // What the receiver would refuse is not signed either.
        HmacBodyField::try_from(config.clone()).map_err(io::Error::other)?;
        Ok(Self {
            config,
            key: key.to_vec(),
        })
    }

    /// Signs the object that `sent` has as its body, in the place of whatever MAC is in it. The member goes to the end.
    pub(super) fn sign(&self, sent: Sent) -> io::Result<Sent> {
        let unsigned = self.without_member(&sent.body);
        let signed_text = match self.config.recipe {
            Recipe::EmptyMember => self.with_member(&unsigned, "\"\"")?,
            Recipe::NullMember => self.with_member(&unsigned, "null")?,
            Recipe::SortedKeys => rfc8785(&unsigned).map_err(io::Error::other)?,
            Recipe::DataOnly => {
                let data = cut(&unsigned, &self.config.data_member).map_err(|refused| {
                    io::Error::other(match refused {
                        Refused::Missing => {
                            "the body has no member of the name that is signed".to_owned()
                        }
                        other => other.to_string(),
                    })
                })?;
                data.value(&unsigned).to_vec()
            }
            _ => unsigned.clone(),
        };
        let mac = mac(
            self.config.digest,
            self.config.encoding,
            &self.key,
            &signed_text,
        )?;
        let signed = self.with_member(&unsigned, &format!("\"{mac}\""))?;
        Ok(sent.with_body(signed))
    }

    /// The request without its MAC.
    pub(super) fn unsigned(&self, sent: Sent) -> Sent {
        let body = self.without_member(&sent.body);
        sent.with_body(body)
    }

    fn without_member(&self, body: &[u8]) -> Vec<u8> {
        match cut(body, &self.config.member) {
            Ok(cut) => cut.pieces(body).concat(),
            Err(_) => body.to_vec(),
        }
    }

    /// The object with the member at its end. Its name needs no escapes: settings with another one were refused.
    fn with_member(&self, object: &[u8], value: &str) -> io::Result<Vec<u8>> {
        let not_one =
            || io::Error::other("the body is not a JSON object, which a MAC could be put into");
        let inside = object.trim_ascii().strip_suffix(b"}").ok_or_else(not_one)?;
        let inside = inside.trim_ascii_end();
        let comma = if inside.ends_with(b"{") { "" } else { "," };
        let member = format!("{comma}\"{}\":{value}}}", self.config.member);
        Ok([inside, member.as_bytes()].concat())
    }
}
