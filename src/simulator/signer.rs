//! [`Signer`]: signs requests as any scheme wants them.

use std::fmt;
#[cfg(feature = "public-keys")]
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{HeaderSigner, Sent};
#[cfg(feature = "jwt")]
use super::{RequestSigner, TokenSigner};
#[cfg(feature = "public-keys")]
use crate::{
    keys::{EcdsaForm, JwsAlgorithm, jose::PrivateKey},
    schemes::{SNS_SIGNATURE, Sns},
};
use crate::{
    schemes::{
        AccessToken, HmacBodyField, OneTimeToken, SchemeConfig, Shown, SignedForm, SignedMembers,
        hmac_body_field::Unsignable,
    },
    setup::BuildError,
    time::UnixTime,
};

/// Signs requests as a sender with these settings does, whichever scheme they are of. What it signs is what the scheme of
/// the same [`SchemeConfig`] verifies.
///
/// # Examples
///
/// ```
/// use hookgate::{
///     UnixTime,
///     schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
///     simulator::{Sent, Signer},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{body}");
/// let signer = Signer::new(config, "0f3c5d…")?;
/// let sent = Sent::post("/hook", "application/json", r#"{"number":"R-1"}"#);
/// let sent = signer.sign(sent, "1", UnixTime::from_secs(1_700_000_000))?;
/// assert_eq!(sent.header("x-timestamp"), Some("1700000000"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Signer(Kind);

#[derive(Clone)]
enum Kind {
    Header(Box<HeaderSigner>),
    Body(HmacBodyField, Zeroizing<Vec<u8>>),
    #[cfg(feature = "public-keys")]
    Sns(Sns, Arc<PrivateKey>),
    Form(Box<SignedForm>, Zeroizing<Vec<u8>>),
    Members(SignedMembers, Zeroizing<Vec<u8>>),
    Token(AccessToken, Zeroizing<Vec<u8>>),
    OneTimeToken(OneTimeToken, Zeroizing<Vec<u8>>),
    #[cfg(feature = "jwt")]
    Request(Box<RequestSigner>),
    #[cfg(feature = "jwt")]
    Bound(TokenSigner),
}

/// A request that cannot be signed as the settings say: its body is no JSON object, or lacks what is signed. Or requests name
/// their key, and the signer has no name for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SignError(pub(super) &'static str);

impl From<Unsignable> for SignError {
    fn from(Unsignable(why): Unsignable) -> Self {
        Self(why)
    }
}

impl Signer {
    /// Signs with a shared secret: the key's bytes, decoded. A
    /// [`PublicKeySignature`](crate::schemes::PublicKeySignature) is made with a private key: PEM or DER (PKCS #8, for RSA
    /// also PKCS #1), or the 32 bytes of an Ed25519 seed. A message of Amazon SNS is signed with an RSA key, by SHA-256.
    ///
    /// # Errors
    ///
    /// When the settings cannot be right, or are those of a signed request; when a private key cannot be read, or is not
    /// one of the algorithm's.
    pub fn new(
        config: impl Into<SchemeConfig>,
        secret: impl AsRef<[u8]>,
    ) -> Result<Self, BuildError> {
        let kept = || Zeroizing::new(secret.as_ref().to_vec());
        match config.into() {
            SchemeConfig::HmacHeader(config) => {
                let signer = HeaderSigner::mac(config.try_into()?, secret.as_ref());
                Ok(Self(Kind::Header(Box::new(signer))))
            }
            SchemeConfig::HmacBodyField(config) => Ok(Self(Kind::Body(config.try_into()?, kept()))),
            SchemeConfig::SignedForm(config) => {
                Ok(Self(Kind::Form(Box::new(config.try_into()?), kept())))
            }
            SchemeConfig::SignedMembers(config) => {
                Ok(Self(Kind::Members(config.try_into()?, kept())))
            }
            SchemeConfig::AccessToken(config) => Ok(Self(Kind::Token(config.try_into()?, kept()))),
            SchemeConfig::OneTimeToken(config) => {
                Ok(Self(Kind::OneTimeToken(config.try_into()?, kept())))
            }
            #[cfg(feature = "public-keys")]
            SchemeConfig::PublicKeySignature(config) => {
                let signer = HeaderSigner::private_key(config.try_into()?, secret.as_ref())?;
                Ok(Self(Kind::Header(Box::new(signer))))
            }
            #[cfg(feature = "public-keys")]
            SchemeConfig::Sns(config) => {
                let scheme = Sns::try_from(config)?;
                if !scheme.can_be_signed() {
                    return Err(BuildError::Scheme(
                        "messages of Amazon SNS are signed by SHA-256 here: take that too",
                    ));
                }
                let key = PrivateKey::read(secret.as_ref(), JwsAlgorithm::Rs256, EcdsaForm::Fixed);
                let key = key.ok_or(BuildError::Scheme(
                    "the private key cannot be read, or is none of RSA, by which Amazon SNS signs",
                ))?;
                Ok(Self(Kind::Sns(scheme, Arc::new(key))))
            }
            #[cfg(feature = "jwt")]
            SchemeConfig::JwtBodyHash(config) => {
                let signer = TokenSigner::new(config.try_into()?, secret.as_ref())?;
                Ok(Self(Kind::Bound(signer)))
            }
            #[cfg(feature = "jwt")]
            SchemeConfig::SignedRequest(_) => Err(BuildError::Scheme(
                "signed requests are signed with a private key: call `Signer::private_key`",
            )),
        }
    }

    /// Signs with a private key in PEM: PKCS #8, for RSA also PKCS #1 (feature `public-keys`).
    ///
    /// # Errors
    ///
    /// When the settings cannot be right, or are those of a MAC; when the key cannot be read, or is not one of the
    /// algorithm's.
    #[cfg(feature = "public-keys")]
    pub fn private_key(
        config: impl Into<SchemeConfig>,
        pem: impl AsRef<[u8]>,
        algorithm: JwsAlgorithm,
    ) -> Result<Self, BuildError> {
        match config.into() {
            SchemeConfig::PublicKeySignature(config) if config.algorithm == algorithm => {
                Self::new(config, pem)
            }
            SchemeConfig::Sns(config) if algorithm == JwsAlgorithm::Rs256 => Self::new(config, pem),
            SchemeConfig::PublicKeySignature(_) | SchemeConfig::Sns(_) => Err(BuildError::Scheme(
                "the private key is for another algorithm than the settings name",
            )),
            #[cfg(feature = "jwt")]
            SchemeConfig::SignedRequest(config) => {
                let signer = RequestSigner::new(config, pem, algorithm)?;
                Ok(Self(Kind::Request(Box::new(signer))))
            }
            #[cfg(feature = "jwt")]
            SchemeConfig::JwtBodyHash(mut config) => {
                config.algorithms.retain(|it| *it == algorithm);
                Self::new(config, pem)
            }
            _ => Err(BuildError::Scheme(
                "a MAC or a token is made with a secret that both ends have: call `Signer::new`",
            )),
        }
    }

    /// Signs with one more secret, as senders do while they rotate. Only lists of signatures in a header, and further
    /// headers, have room for one.
    #[must_use]
    pub fn also_signed_with(mut self, secret: impl AsRef<[u8]>) -> Self {
        if let Kind::Header(signer) = &mut self.0 {
            signer.add(secret.as_ref());
        }
        self
    }

    /// Requests name the key `id`, as those of the settings must (feature `public-keys`): in the
    /// [`key_id_header`](crate::schemes::PublicKeySignatureConfig::key_id_header), or in the head of a token or another JWS
    /// (`kid`). Where requests name no key, the name is left out.
    #[cfg(feature = "public-keys")]
    #[must_use]
    pub fn key_id(self, id: impl Into<String>) -> Self {
        Self(match self.0 {
            Kind::Header(mut signer) => {
                signer.name_key(id.into());
                Kind::Header(signer)
            }
            #[cfg(feature = "jwt")]
            Kind::Request(signer) => Kind::Request(Box::new(signer.key_id(id))),
            #[cfg(feature = "jwt")]
            Kind::Bound(signer) => Kind::Bound(signer.key_id(&id.into())),
            nameless => nameless,
        })
    }

    /// Signs `sent` at `at`, in the place of whatever signature it has. `id` is the message's id, or the text that is used
    /// once, where the scheme has one.
    ///
    /// # Errors
    ///
    /// When its body is not one that can be signed so. A MAC in a header, and a signature, cover any body. When the settings
    /// have a `key_id_header`, and the key has no name: see `key_id`.
    ///
    /// What a [`SignedForm`](crate::schemes::SignedForm) signs is sent to the path of its address.
    pub fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> Result<Sent, SignError> {
        match &self.0 {
            Kind::Header(signer) => signer.sign(sent, id, at),
            Kind::Body(scheme, secret) => {
                let body = scheme.signed(&sent.body, secret)?;
                let member = scheme.config().member.clone();
                Ok(sent.with_body(body).signed_within(member))
            }
            #[cfg(feature = "public-keys")]
            Kind::Sns(scheme, key) => {
                let signed = scheme.signed(&sent.body, key, id, at);
                let signed = signed.ok_or(SignError(
                    "the body is no message of Amazon SNS that the settings take, and no text that could be one",
                ))?;
                let named = |sent: Sent, (name, value): (&str, String)| {
                    sent.without_header(name).with_header(name, value)
                };
                let sent = signed.headers.into_iter().fold(sent, named);
                Ok(sent.with_body(signed.body).signed_within(SNS_SIGNATURE))
            }
            Kind::Form(scheme, secret) => {
                let written = scheme.written(sent.to_sign(), secret).map_err(SignError)?;
                let header = scheme.header();
                let mut sent = sent.without_header(header);
                sent.path = written.target;
                Ok(sent
                    .with_header(header, written.signature)
                    .signed_in_each_of([header].into_iter()))
            }
            Kind::Members(scheme, secret) => {
                let body = scheme.signed(&sent.body, secret);
                let body = body.ok_or(SignError(
                    "the body lacks what is signed, or has no place for the MAC",
                ))?;
                Ok(sent.with_body(body))
            }
            Kind::Token(scheme, token) => match scheme.shown(&sent.body, token) {
                Some(Shown::Header(name, value)) => {
                    let sent = sent.without_header(&name);
                    Ok(sent.with_header(name.clone(), value).signed_in(name))
                }
                Some(Shown::Body(body)) => Ok(sent.with_body(body)),
                None => Err(SignError("the body has no place for the token")),
            },
            Kind::OneTimeToken(scheme, secret) => {
                let body = scheme.signed(&sent.body, secret, id, at);
                let body = body.ok_or(SignError("the body has no place for the signature"))?;
                Ok(sent.with_body(body))
            }
            #[cfg(feature = "jwt")]
            Kind::Request(signer) => Ok(signer.sign(sent, id, at)),
            #[cfg(feature = "jwt")]
            Kind::Bound(signer) => signer.sign(sent, id, at).map_err(SignError),
        }
    }

    /// The request without its signature: the header, or the member of the body, that carries it. A token in the body is
    /// `null` then.
    pub fn unsigned(&self, sent: Sent) -> Sent {
        match &self.0 {
            Kind::Header(signer) => {
                let headers = signer.headers().signature_headers();
                headers.fold(sent, |sent, name| sent.without_header(name))
            }
            Kind::Body(scheme, _) => {
                let body = scheme.unsigned(&sent.body);
                sent.with_body(body)
            }
            #[cfg(feature = "public-keys")]
            Kind::Sns(scheme, _) => {
                let body = scheme.unsigned(&sent.body);
                sent.with_body(body)
            }
            Kind::Form(scheme, _) => sent.without_header(scheme.header()),
            Kind::Members(scheme, _) => {
                let body = scheme.unsigned(&sent.body);
                body.map_or(sent.clone(), |body| sent.with_body(body))
            }
            Kind::Token(scheme, _) => match scheme.header() {
                Some(name) => sent.without_header(name),
                None => {
                    let body = scheme.with_members(&sent.body, "null");
                    body.map_or(sent.clone(), |body| sent.with_body(body))
                }
            },
            Kind::OneTimeToken(scheme, _) => {
                let body = scheme.unsigned(&sent.body);
                body.map_or(sent.clone(), |body| sent.with_body(body))
            }
            #[cfg(feature = "jwt")]
            Kind::Bound(signer) => signer.unsigned(sent),
            #[cfg(feature = "jwt")]
            Kind::Request(signer) => sent.without_header(&signer.signature_header()),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match &self.0 {
            Kind::Header(signer) => signer.scheme(),
            Kind::Body(..) => "hmac-body-field",
            #[cfg(feature = "public-keys")]
            Kind::Sns(..) => "sns",
            Kind::Form(..) => "signed-form",
            Kind::Members(..) => "signed-members",
            Kind::Token(..) => "access-token",
            Kind::OneTimeToken(..) => "one-time-token",
            #[cfg(feature = "jwt")]
            Kind::Request(_) => "signed-request",
            #[cfg(feature = "jwt")]
            Kind::Bound(_) => "jwt-body-hash",
        };
        f.debug_struct("Signer")
            .field("scheme", &scheme)
            .finish_non_exhaustive()
    }
}
