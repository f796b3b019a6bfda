//! How a sender signs, in words: `Display` of each configuration, for lists and tables.

use std::fmt::{self, Display, Formatter};

use super::{
    AccessTokenConfig, Digest, HmacBodyFieldConfig, HmacHeaderConfig, OneTimeTokenConfig, Recipe,
    SchemeConfig, SignatureEncoding, SignatureLayout, SignedFormConfig, SignedMembersConfig,
    TokenPlace, signature_headers::Settings,
};
#[cfg(feature = "jwt")]
use super::{JwtBinding, JwtBodyHashConfig, SignedRequestConfig};
#[cfg(feature = "public-keys")]
use super::{PublicKeySignatureConfig, SnsConfig, SnsSignature};
use crate::json::places::in_words as member;
#[cfg(feature = "public-keys")]
use crate::keys::{EcdsaForm, JwsAlgorithm};

impl Display for SchemeConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::HmacHeader(config) => config.fmt(f),
            Self::HmacBodyField(config) => config.fmt(f),
            #[cfg(feature = "public-keys")]
            Self::PublicKeySignature(config) => config.fmt(f),
            #[cfg(feature = "public-keys")]
            Self::Sns(config) => config.fmt(f),
            #[cfg(feature = "jwt")]
            Self::JwtBodyHash(config) => config.fmt(f),
            #[cfg(feature = "jwt")]
            Self::SignedRequest(config) => config.fmt(f),
            Self::SignedForm(config) => config.fmt(f),
            Self::SignedMembers(config) => config.fmt(f),
            Self::AccessToken(config) => config.fmt(f),
            Self::OneTimeToken(config) => config.fmt(f),
        }
    }
}

/// ``HMAC-SHA256 of {body}, hex after `sha256=`, in x-hub-signature-256``.
impl Display for HmacHeaderConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of ", mac(self.digest))?;
        in_headers(self.settings(), f)
    }
}

/// `Ed25519 over {timestamp:10}{body}, hex, in x-signature-ed25519`.
#[cfg(feature = "public-keys")]
impl Display for PublicKeySignatureConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} over ", algorithm(self.algorithm))?;
        if self.ecdsa_form == EcdsaForm::Der {
            in_headers_as(self.settings(), "DER in ", f)?;
        } else {
            in_headers(self.settings(), f)?;
        }
        let header = self.key_id_header.as_ref();
        header.map_or(Ok(()), |name| write!(f, ", the key named in {name}"))
    }
}

fn in_headers(settings: Settings<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    in_headers_as(settings, "", f)
}

/// What is signed, and how headers carry the signatures. `form` stands before the encoding.
fn in_headers_as(settings: Settings<'_>, form: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let encoding = encoding(settings.encoding);
    // A line of a list is one line.
    let template = settings.template.replace('\n', "\\n");
    write!(f, "{template}, {form}{encoding}")?;
    match settings.layout {
        SignatureLayout::Single { prefix } if prefix.is_empty() => {}
        SignatureLayout::Single { prefix } => write!(f, " after `{prefix}`")?,
        SignatureLayout::SpaceSeparated { prefix } => write!(f, ", a list of `{prefix}…`")?,
        SignatureLayout::List => f.write_str(", a list")?,
        SignatureLayout::TimeAndSignature => f.write_str(" after the time")?,
        SignatureLayout::TimeAndList => f.write_str(", a list after the time")?,
        SignatureLayout::Pairs {
            signature,
            timestamp,
        } => {
            let separator = settings.separator.unwrap_or(',');
            let time = timestamp.as_ref();
            let time = time.map(|name| format!("{name}=…{separator}"));
            write!(f, ", pairs `{}{signature}=…`", time.unwrap_or_default())?;
        }
    }
    write!(f, ", in {}", settings.signature_header)?;
    // Numbered ones would fill a page.
    let others: &[_] = match settings.more_signature_headers.len() {
        count @ 4.. => {
            write!(f, " or one of {count} more headers")?;
            &[]
        }
        _ => settings.more_signature_headers,
    };
    let family = settings.or_headers.iter().map(|it| &it.signature_header);
    others
        .iter()
        .chain(family)
        .try_for_each(|other| write!(f, " or {other}"))
}

/// ``HMAC-SHA256 of the JSON without its member `mac`, base64, in that member``.
impl Display for HmacBodyFieldConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (mac, member) = (mac(self.digest), &self.member);
        match self.recipe {
            Recipe::WithoutMember => write!(f, "{mac} of the JSON without its member `{member}`"),
            Recipe::EmptyMember => write!(f, "{mac} of the JSON with its member `{member}` empty"),
            Recipe::NullMember => write!(f, "{mac} of the JSON with its member `{member}` null"),
            Recipe::SortedKeys => write!(
                f,
                "{mac} of the JSON without its member `{member}`, its keys sorted"
            ),
            Recipe::DataOnly => write!(f, "{mac} of the member `{}`", self.data_member),
        }?;
        write!(f, ", {}, in ", encoding(self.encoding))?;
        match self.recipe {
            Recipe::DataOnly => write!(f, "`{member}`"),
            _ => f.write_str("that member"),
        }
    }
}

/// ``RSA-SHA256 over members of the JSON, in its member `Signature`, by the certificate that it names``.
#[cfg(feature = "public-keys")]
impl Display for SnsConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let algorithm = match self.signature {
            SnsSignature::Sha256 => "RSA-SHA256",
            SnsSignature::Sha1 => "RSA-SHA1",
            SnsSignature::Sha1OrSha256 => "RSA-SHA1 or RSA-SHA256",
        };
        write!(
            f,
            "{algorithm} over members of the JSON, in its member `Signature`, by the certificate that it names"
        )
    }
}

/// `signature over {timestamp}.{body}, base64, in x-signature`.
#[cfg(feature = "jwt")]
impl Display for SignedRequestConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let encoding = encoding(self.encoding);
        write!(
            f,
            "signature over {}, {encoding}, in {}",
            self.template, self.signature_header
        )
    }
}

/// `token (HS256) in x-signature, whose claim `sha256` is the body's sha256:hex`.
#[cfg(feature = "jwt")]
impl Display for JwtBodyHashConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.algorithms.iter().map(|it| it.name()).collect();
        let signed = names.join(", ");
        match &self.binding {
            JwtBinding::Digest {
                header,
                claim,
                digest,
                ..
            } => {
                let claim = member(claim);
                write!(
                    f,
                    "token ({signed}) in {header}, whose claim {claim} is the body's {digest}"
                )
            }
            JwtBinding::Detached { header, .. } => {
                write!(f, "detached JWS ({signed}) over the body, in {header}")
            }
            JwtBinding::Body => write!(f, "the body is a token ({signed})"),
            JwtBinding::Member(place) => {
                write!(f, "the body's {} is a token ({signed})", member(place))
            }
        }
    }
}

/// `the token itself, in x-gitlab-token`.
impl Display for AccessTokenConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.at {
            TokenPlace::Header(name) => write!(f, "the token itself, in {name}"),
            TokenPlace::Basic => f.write_str("user and password, by Basic in authorization"),
            TokenPlace::Member(at) => write!(f, "the token itself, in the body's {}", member(at)),
            TokenPlace::EachOf { list, member: at } => {
                let (list, at) = (member(list), member(at));
                write!(
                    f,
                    "the token itself, in {at} of each item of the body's {list}"
                )
            }
        }
    }
}

/// `HMAC-SHA1 of {url} and the sorted fields of a form, base64, in x-twilio-signature`.
impl Display for SignedFormConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mac = mac(self.digest);
        write!(f, "{mac} of {{url}} and the sorted fields of a form")?;
        if let Some(name) = &self.body_digest {
            write!(f, ", or of {{url}} with `{name}` of another body")?;
        }
        let encoding = encoding(self.encoding);
        write!(f, ", {encoding}, in {}", self.signature_header)
    }
}

/// ``HMAC-SHA256 of `id`:`amount.value`, base64, in the body's `mac` ``.
impl Display for SignedMembersConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut separator = [0; 4];
        let members: Vec<_> = self.members.iter().map(|at| member(at)).collect();
        let members = members.join(self.separator.encode_utf8(&mut separator));
        let (mac, encoding, at) = (
            mac(self.digest),
            encoding(self.encoding),
            member(&self.signature),
        );
        write!(f, "{mac} of {members} alone, {encoding}, in {at}")?;
        let within = self.list.iter().chain(&self.within);
        within
            .rev()
            .try_for_each(|outer| write!(f, " of {}", member(outer)))
    }
}

/// ``HMAC-SHA256 of time and token, hex, in the body's `signature.signature` ``.
impl Display for OneTimeTokenConfig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (mac, at) = (mac(self.digest), member(&self.signature));
        let encoding = encoding(self.encoding);
        write!(f, "{mac} of time and token, {encoding}, in the body's {at}")
    }
}

const fn mac(digest: Digest) -> &'static str {
    match digest {
        Digest::Sha1 => "HMAC-SHA1",
        Digest::Sha256 => "HMAC-SHA256",
        Digest::Sha384 => "HMAC-SHA384",
        Digest::Sha512 => "HMAC-SHA512",
    }
}

/// As the field calls it.
#[cfg(feature = "public-keys")]
fn algorithm(algorithm: JwsAlgorithm) -> &'static str {
    match algorithm {
        JwsAlgorithm::Rs256 => "RSA-SHA256",
        JwsAlgorithm::Rs384 => "RSA-SHA384",
        JwsAlgorithm::Rs512 => "RSA-SHA512",
        JwsAlgorithm::Ps256 => "RSA-PSS-SHA256",
        JwsAlgorithm::Ps384 => "RSA-PSS-SHA384",
        JwsAlgorithm::Ps512 => "RSA-PSS-SHA512",
        JwsAlgorithm::Es256 => "ECDSA on P-256",
        JwsAlgorithm::Es384 => "ECDSA on P-384",
        JwsAlgorithm::EdDsa => "Ed25519",
        other => other.name(),
    }
}

const fn encoding(encoding: SignatureEncoding) -> &'static str {
    match encoding {
        SignatureEncoding::Base64 => "base64",
        SignatureEncoding::Base64Unpadded => "base64 without padding",
        SignatureEncoding::Base64Url => "base64url",
        SignatureEncoding::Base64UrlPadded => "base64url with padding",
        SignatureEncoding::Hex => "hex",
        SignatureEncoding::Jws => "a JWS",
    }
}
