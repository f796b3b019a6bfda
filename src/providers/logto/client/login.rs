//! [`Application`]: how an application logs in (RFC 6749, section 4.4).

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderValue, Method, header};
use zeroize::Zeroizing;

use crate::{
    access::Sent,
    keys::Secret,
    providers::api::{FORM, Grant, sensitive},
    time::UnixTime,
};

/// An application of the type "machine to machine".
pub(super) struct Application {
    pub(super) id: String,
    pub(super) secret: Secret,
    /// The API resource that the token is for.
    pub(super) resource: String,
}

impl Grant for Application {
    const IS_DATED: bool = false;

    fn request(&self, _now: UnixTime) -> Option<Sent> {
        // Each is encoded as in a form before they are joined (RFC 6749, section 2.3.1).
        let mut pair = Zeroizing::new(Vec::new());
        encode(self.id.as_bytes(), &mut pair);
        pair.push(b':');
        encode(self.secret.expose(), &mut pair);
        let pair = Zeroizing::new(BASE64_STANDARD.encode(&*pair));
        let basic = Zeroizing::new(format!("Basic {}", *pair));
        let basic = HeaderValue::from_str(&basic).ok()?;
        let mut form = b"grant_type=client_credentials&scope=all&resource=".to_vec();
        encode(self.resource.as_bytes(), &mut form);
        Some(Sent {
            method: Method::POST,
            headers: vec![FORM, (header::AUTHORIZATION, sensitive(basic))],
            body: form,
        })
    }
}

/// As a form's serializer writes it, but that a blank is `%20`, which every reader takes.
fn encode(text: &[u8], out: &mut Vec<u8>) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or(b'0');
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(byte);
        } else {
            out.extend([b'%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
}
