//! The search: which candidate is signed, with which key and algorithm, in which text form. The library's own
//! scheme says what matches, over the candidate's text.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    BuildError, Key, Rejection, Secret, UnixTime,
    keys::{Encoding, JwsAlgorithm, LiveKeys, VerifyingKey},
    pack::{Head, RawRequest, Scheme},
    schemes::{SignatureEncoding, SignedRequest, SignedRequestConfig},
};

use super::{
    super::super::{
        case::{Case, NamedKey, Reading},
        encoded::unbase64,
    },
    candidates::{Candidate, Held, Parts},
};

/// The most bytes that are verified. A candidate behind that is not found.
const MAX_BYTES: usize = 384 * 1024 * 1024;
/// The size that a short text counts for: its signature costs more than the text.
const LEAST_COST: usize = 4096;
/// The least bytes that a shared secret may have (RFC 7518, section 3.2).
const LEAST_SECRET_BYTES: usize = 32;

const ALGORITHMS: [JwsAlgorithm; 12] = [
    JwsAlgorithm::Rs256,
    JwsAlgorithm::Es256,
    JwsAlgorithm::EdDsa,
    JwsAlgorithm::Hs256,
    JwsAlgorithm::Ps256,
    JwsAlgorithm::Es384,
    JwsAlgorithm::Rs512,
    JwsAlgorithm::Rs384,
    JwsAlgorithm::Ps512,
    JwsAlgorithm::Ps384,
    JwsAlgorithm::Hs512,
    JwsAlgorithm::Hs384,
];

/// A key in one reading, for one algorithm.
pub(super) struct Tried {
    pub(super) key: NamedKey,
    pub(super) algorithm: JwsAlgorithm,
    /// Whether it is one of the receiver's.
    pub(super) is_configured: bool,
    /// Why no receiver takes it as it is.
    pub(super) flaw: Option<&'static str>,
    verifying: Key,
}

impl Tried {
    /// What the scheme of `config` says of `request` with this key.
    pub(super) fn verify(
        &self,
        config: SignedRequestConfig,
        request: RawRequest<'_>,
    ) -> Result<Result<(), Rejection>, BuildError> {
        let scheme = SignedRequest::try_from(config)?;
        let keys = [self.verifying.clone()];
        let keys = LiveKeys::new(&keys, UnixTime::EPOCH);
        Ok(scheme.verify(request, keys).map(drop))
    }
}

/// A signature in one text form.
pub(super) struct Form {
    pub(super) encoding: SignatureEncoding,
    /// As the scheme expects it.
    pub(super) value: String,
    /// How it stands in the request, where no scheme takes that form.
    pub(super) flaw: Option<&'static str>,
    /// Its head says that it is a token. A scheme takes that only if it is told to.
    pub(super) is_token: bool,
}

/// What is signed, and how.
pub(super) struct Found<'a> {
    pub(super) signature: Held<'a>,
    pub(super) form: Form,
    pub(super) tried: Tried,
    pub(super) candidate: Candidate<'a>,
}

/// Every key of the case with every algorithm that it can be used for.
pub(super) fn keys_of(case: &Case) -> Vec<Tried> {
    let configured = case.keys.iter().map(|key| (key, true));
    let others = case.other_keys.iter().map(|key| (key, false));
    let mut all = Vec::new();
    for (key, is_configured) in configured.chain(others) {
        for (key, flaw, make) in readings(key) {
            for algorithm in ALGORITHMS {
                let verifying = make(algorithm);
                if verifying.validate().is_ok() {
                    all.push(Tried {
                        key: key.clone(),
                        algorithm,
                        is_configured,
                        flaw,
                        verifying: verifying.into(),
                    });
                }
            }
        }
    }
    all
}

type Make = Box<dyn Fn(JwsAlgorithm) -> VerifyingKey>;

/// The key as a public one, or as a shared secret in each way of reading its text.
fn readings(key: &NamedKey) -> Vec<(NamedKey, Option<&'static str>, Make)> {
    let text = key.text.clone();
    let of = |reading| NamedKey {
        reading,
        ..key.clone()
    };
    match key.reading {
        Reading::Pem => {
            let unescaped = text.replace("\\n", "\n");
            let flaw = (unescaped != text)
                .then_some("the configured PEM has `\\n` where its lines should end");
            let key = NamedKey {
                text: unescaped.clone(),
                ..of(Reading::Pem)
            };
            vec![(
                key,
                flaw,
                Box::new(move |it| VerifyingKey::pem(&unescaped, [it])),
            )]
        }
        Reading::Der => {
            let der = BASE64_STANDARD.decode(&text).unwrap_or_default();
            vec![(
                of(Reading::Der),
                None,
                Box::new(move |it| VerifyingKey::der(&der, [it])),
            )]
        }
        Reading::Utf8 | Reading::Base64 | Reading::Hex | Reading::Whsec | Reading::Recorded => {
            let readings = [
                (Reading::Utf8, Encoding::Utf8),
                (Reading::Base64, Encoding::Base64),
                (Reading::Hex, Encoding::Hex),
            ];
            let secrets = readings.into_iter().filter_map(|(reading, encoding)| {
                let secret = Secret::parse(&text, encoding).ok()?;
                let bytes = secret.expose();
                let flaw = (bytes.len() < LEAST_SECRET_BYTES).then_some(
                    "the secret has less than 32 bytes, so no receiver takes it for tokens",
                );
                // HMAC fills a shorter key up with zeros itself (RFC 2104, section 2).
                let mut padded = bytes.to_vec();
                padded.resize(bytes.len().max(LEAST_SECRET_BYTES), 0);
                let secret = Secret::bytes(padded).ok()?;
                let make: Make = Box::new(move |it| VerifyingKey::secret(&secret, [it]));
                Some((of(reading), flaw, make))
            });
            secrets.collect()
        }
    }
}

/// The text forms that a signature may be in.
pub(super) fn forms(value: &str) -> Vec<Form> {
    let form = |encoding, value: &str| Form {
        encoding,
        value: value.to_owned(),
        flaw: None,
        is_token: false,
    };
    if value.split('.').count() == 3 {
        let token = Form {
            is_token: true,
            ..form(SignatureEncoding::Jws, value)
        };
        return vec![form(SignatureEncoding::Jws, value), token];
    }
    let mut forms = vec![
        form(SignatureEncoding::Base64, value),
        form(SignatureEncoding::Base64Url, value),
        form(SignatureEncoding::Hex, value),
    ];
    let Some(bytes) = unbase64(value.as_bytes()) else {
        return forms;
    };
    forms.push(Form {
        encoding: SignatureEncoding::Base64,
        value: BASE64_STANDARD.encode(&bytes),
        flaw: Some(
            "it is base64 of the URL alphabet with padding, or of the other without, which no scheme takes",
        ),
        is_token: false,
    });
    for length in [32, 48] {
        if let Some(bytes) = of_ecdsa_der(&bytes, length) {
            forms.push(Form {
                encoding: SignatureEncoding::Base64,
                value: BASE64_STANDARD.encode(bytes),
                flaw: Some("it is ECDSA in DER, as Java writes it, which no scheme takes"),
                is_token: false,
            });
        }
    }
    forms
}

/// The two numbers of an ECDSA signature (RFC 3279, section 2.2.3), each `length` bytes long.
fn of_ecdsa_der(der: &[u8], length: usize) -> Option<Vec<u8>> {
    let [0x30, size, rest @ ..] = der else {
        return None;
    };
    if usize::from(*size) != rest.len() {
        return None;
    }
    let (first, rest) = number(rest)?;
    let (second, rest) = number(rest)?;
    if !rest.is_empty() {
        return None;
    }
    let mut raw = Vec::new();
    for number in [first, second] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..)?;
        raw.resize(raw.len().checked_add(length.checked_sub(number.len())?)?, 0);
        raw.extend_from_slice(number);
    }
    Some(raw)
}

fn number(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let [0x02, size, rest @ ..] = der else {
        return None;
    };
    rest.split_at_checked(usize::from(*size))
}

/// Whether `tried` made this signature over `text`.
pub(super) fn signs(tried: &Tried, form: &Form, text: &[u8]) -> bool {
    let mut config = SignedRequestConfig::new(HEADER).encoding(form.encoding);
    if form.is_token {
        config = config.accept_tokens_as_requests();
    }
    let headers = vec![(HEADER, form.value.as_str())];
    let request = RawRequest::new(Head::new("POST", "/", &headers), text);
    tried
        .verify(config, request)
        .is_ok_and(|proof| proof.is_ok())
}

const HEADER: &str = "x-signature";

/// The first candidate that is signed.
pub(super) fn search<'a>(
    parts: &Parts<'a>,
    candidates: Vec<Candidate<'a>>,
    mut keys: Vec<Tried>,
    body: &[u8],
) -> Option<Found<'a>> {
    let signatures: Vec<(Held<'a>, Vec<Form>)> = parts
        .signatures
        .iter()
        .map(|held| (*held, forms(held.value)))
        .collect();
    let mut bytes: usize = 0;
    for candidate in candidates {
        let text = candidate.text(body);
        for (signature, forms) in &signatures {
            for place in 0..keys.len() {
                let Some(form) = forms.iter().find(|form| {
                    keys.get(place)
                        .is_some_and(|tried| signs(tried, form, &text))
                }) else {
                    bytes = bytes.saturating_add(text.len().max(LEAST_COST));
                    if bytes > MAX_BYTES {
                        return None;
                    }
                    continue;
                };
                return Some(Found {
                    signature: *signature,
                    form: Form {
                        value: form.value.clone(),
                        ..*form
                    },
                    tried: keys.swap_remove(place),
                    candidate,
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::of_ecdsa_der;

    #[test]
    fn ecdsa_numbers_are_padded_and_their_sign_byte_is_dropped() {
        let der = [0x30, 8, 0x02, 2, 0, 0x81, 0x02, 2, 0x01, 0x02];
        let raw = of_ecdsa_der(&der, 3);
        assert_eq!(raw.as_deref(), Some(&[0, 0, 0x81, 0, 1, 2][..]));
        for broken in [&der[..9], &[0x30, 0][..], &[], &[0x30, 2, 2, 9]] {
            assert_eq!(of_ecdsa_der(broken, 32), None);
        }
    }
}
