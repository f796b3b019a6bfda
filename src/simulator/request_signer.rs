//! [`RequestSigner`]: signs what other simulators send, with a private key.

use std::{fmt, sync::Arc};

use serde_json::json;

use super::Sent;
use crate::{
    keys::{
        EcdsaForm, JwsAlgorithm,
        jose::{PrivateKey, base64url, message_of},
    },
    schemes::{FromRequest, Parts, SignatureEncoding, SignedRequestConfig, Template},
    setup::BuildError,
    time::UnixTime,
};

/// Signs requests as a [`SignedRequest`](crate::schemes::SignedRequest) with the same settings verifies them.
///
/// A retry that is not signed again is a clone of what was sent; one that is, is signed with another nonce and time.
#[derive(Clone)]
pub struct RequestSigner {
    config: SignedRequestConfig,
    template: Template,
    from_request: Option<FromRequest>,
    key: Arc<PrivateKey>,
    algorithm: JwsAlgorithm,
    named: String,
    key_id: Option<String>,
}

impl RequestSigner {
    /// Signs with a private key in PEM: PKCS #8, for RSA also PKCS #1.
    ///
    /// # Errors
    ///
    /// When the key cannot be read, or is not one of the algorithm's; when the template cannot be right.
    pub fn new(
        config: SignedRequestConfig,
        private_key: impl AsRef<[u8]>,
        algorithm: JwsAlgorithm,
    ) -> Result<Self, BuildError> {
        let key = PrivateKey::read(private_key.as_ref(), algorithm, EcdsaForm::Fixed);
        let template = Template::of_signed_request(&config.template)?;
        let template = template.with_url(config.url.as_deref())?;
        Ok(Self {
            from_request: FromRequest::of(&template),
            template,
            config,
            key: Arc::new(key.ok_or(UNUSABLE)?),
            algorithm,
            named: algorithm.name().to_owned(),
            key_id: None,
        })
    }

    /// Names another algorithm than the one that is used.
    #[must_use]
    pub fn naming_algorithm(mut self, name: impl Into<String>) -> Self {
        self.named = name.into();
        self
    }

    /// Names its key in the head of a JWS (`kid`). Default: it does not.
    #[must_use]
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// Signs `sent` with this nonce at this time, in the place of whatever signature it has.
    pub fn sign(&self, sent: Sent, nonce: &str, at: UnixTime) -> Sent {
        let timestamp = self.config.timestamp_form.write(at);
        let request = sent.to_sign();
        let covered = match &self.from_request {
            Some(from_request) => request.named(from_request),
            None => Vec::new(),
        };
        let values: Vec<&[u8]> = covered.iter().map(|(_, value)| value.as_bytes()).collect();
        let text = self.template.text(&Parts {
            nonce: nonce.as_bytes(),
            timestamp: timestamp.as_bytes(),
            algorithm: self.named.as_bytes(),
            ..request.parts(&values)
        });
        let signature = match self.config.encoding {
            SignatureEncoding::Jws => self.jws(&text),
            encoding => encoding.encode(&self.signature(&text)),
        };
        let named = self.named.clone();
        let headers = [
            (Some(&self.config.signature_header), signature),
            (self.config.nonce_header.as_ref(), nonce.to_owned()),
            (self.config.timestamp_header.as_ref(), timestamp),
            (self.config.algorithm_header.as_ref(), named),
        ];
        let covered: Vec<(String, String)> = covered
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut signed = sent;
        for (name, value) in covered {
            signed = signed.without_header(&name).with_header(name, value);
        }
        for (name, value) in headers {
            if let Some(name) = name.map(|name| name.to_ascii_lowercase()) {
                signed = signed.without_header(&name).with_header(name, value);
            }
        }
        signed.signed_in_each_of([&*self.signature_header()].into_iter())
    }

    /// The header that carries the signature, in lower case.
    pub(super) fn signature_header(&self) -> String {
        self.config.signature_header.to_ascii_lowercase()
    }

    /// Detached: the payload is the body, which is sent anyway.
    fn jws(&self, text: &[u8]) -> String {
        let mut head = json!({"alg": self.named});
        if let (Some(id), Some(members)) = (&self.key_id, head.as_object_mut()) {
            members.insert("kid".to_owned(), id.as_str().into());
        }
        let message = message_of(&head, text);
        let signature = base64url::encode(self.signature(message.as_bytes()));
        let head = message.split('.').next().unwrap_or_default();
        format!("{head}..{signature}")
    }

    /// Signing fails only without the operating system's randomness: then nothing stands there, and nobody takes it.
    fn signature(&self, text: &[u8]) -> Vec<u8> {
        self.key.sign(text).unwrap_or_default()
    }
}

const UNUSABLE: BuildError = BuildError::Scheme(
    "the private key cannot be read, or is not one that the algorithm signs with",
);

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSigner")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
