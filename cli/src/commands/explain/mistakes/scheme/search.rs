//! The search: which text is signed, under which key and digest, in which text form. The library's own scheme says what
//! matches, over the text.

use hookgate::{
    Key, Secret, UnixTime,
    keys::LiveKeys,
    pack::{Head, RawRequest, Scheme},
    schemes::{Digest, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

use super::{
    super::{
        super::{
            case::{Case, NamedKey, Reading},
            finding::Finding,
            signatures::{Signature, signatures},
        },
        secret::key_variants,
    },
    parts::{Candidate, candidates},
};

/// The most bytes that are hashed. A text behind that is not found.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// What a short text counts for.
const LEAST_COST: usize = 1024;
/// The most texts that match: the same value in two headers makes two.
const MAX_FOUND: usize = 3;
const HEADER: &str = "x-signature";

/// A signature of the request, where it stands.
pub(super) struct Presented<'a> {
    pub(super) header: &'a str,
    pub(super) digest: Digest,
    pub(super) encoding: SignatureEncoding,
    /// What stands before it, where the layout is not the configured one.
    pub(super) prefix: Option<String>,
    hex: String,
}

/// What is signed, and how.
pub(super) struct Found<'a> {
    pub(super) signature: Presented<'a>,
    pub(super) candidate: Candidate<'a>,
    pub(super) key: NamedKey,
    /// What is wrong with the key, where it is not one as configured.
    pub(super) key_finding: Option<Finding>,
}

/// How many texts [`search`] goes through.
pub(super) fn texts(case: &Case, scheme: &HmacHeaderConfig) -> usize {
    let candidates = candidates(case, scheme).len();
    candidates.saturating_mul(presented(case, scheme).len())
}

/// The texts that are signed, all of them in one manner.
pub(super) fn search<'a>(case: &'a Case, scheme: &HmacHeaderConfig) -> Vec<Found<'a>> {
    let candidates = candidates(case, scheme);
    let keys = keys_of(case);
    let presented = presented(case, scheme);
    let mut found = Vec::new();
    let mut bytes: usize = 0;
    for (place, signature) in presented.iter().enumerate() {
        let verifier = Verifier::of(signature);
        for candidate in &candidates {
            let text = candidate.signed(&case.body);
            bytes = bytes.saturating_add(text.len().max(LEAST_COST));
            if bytes > MAX_BYTES || found.len() >= MAX_FOUND {
                return found;
            }
            let Some((key, key_finding)) = verifier
                .as_ref()
                .and_then(|verifier| verifier.signer(&text, &keys.live))
                .and_then(|place| keys.named.get(place))
            else {
                continue;
            };
            found.push(Found {
                signature: self::presented(case, scheme).swap_remove(place),
                candidate: candidate.clone(),
                key: key.clone(),
                key_finding: key_finding.clone(),
            });
        }
    }
    found
}

/// The signatures of the configured header; where it is not there, of every other one.
fn presented<'a>(case: &'a Case, scheme: &HmacHeaderConfig) -> Vec<Presented<'a>> {
    let own: Vec<(&str, &str)> = case
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| name.eq_ignore_ascii_case(&scheme.signature_header))
        .collect();
    let is_configured = !own.is_empty();
    let headers = if is_configured {
        own
    } else {
        let all = case.headers.iter();
        all.map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"))
            .collect()
    };
    let mut found = Vec::new();
    for (header, value) in headers {
        for signature in signatures(value) {
            let is_read = signature.fits(scheme.encoding);
            let Signature {
                digest,
                encoding,
                before,
                bytes,
                ..
            } = signature;
            let has_parts = matches!(
                scheme.layout,
                SignatureLayout::Pairs { .. }
                    | SignatureLayout::List
                    | SignatureLayout::TimeAndSignature
                    | SignatureLayout::TimeAndList
            );
            let is_single =
                matches!(&scheme.layout, SignatureLayout::Single { prefix } if *prefix == before);
            found.push(Presented {
                header,
                digest,
                encoding: if is_read { scheme.encoding } else { encoding },
                prefix: (!has_parts && !is_single).then(|| before.to_owned()),
                hex: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            });
        }
    }
    found
}

/// Every key in every reading.
struct Tried {
    live: Vec<Key>,
    named: Vec<(NamedKey, Option<Finding>)>,
}

fn keys_of(case: &Case) -> Tried {
    let mut tried = Tried {
        live: Vec::new(),
        named: Vec::new(),
    };
    let as_it_is = case.keys.iter().map(|key| (key.clone(), None));
    let variants = key_variants(case)
        .into_iter()
        .map(|(key, finding)| (key, Some(finding)));
    for (key, finding) in as_it_is.chain(variants) {
        let secret = match key.reading {
            Reading::Utf8 => Secret::utf8(&key.text),
            Reading::Base64 => Secret::base64(&key.text),
            Reading::Hex => Secret::hex(&key.text),
            Reading::Whsec => Secret::whsec(&key.text),
            Reading::Pem | Reading::Der | Reading::Recorded => continue,
        };
        if let Ok(secret) = secret {
            let place = tried.named.len().to_string();
            tried.live.push(Key::new(place, secret));
            tried.named.push((key, finding));
        }
    }
    tried
}

/// Checks one signature over any text.
struct Verifier {
    scheme: HmacHeader,
    headers: Vec<(&'static str, String)>,
}

impl Verifier {
    fn of(signature: &Presented<'_>) -> Option<Self> {
        let config = HmacHeaderConfig::new(HEADER, SignatureEncoding::Hex).digest(signature.digest);
        Some(Self {
            scheme: HmacHeader::try_from(config).ok()?,
            headers: vec![(HEADER, signature.hex.clone())],
        })
    }

    /// The place of the key that signed `text`.
    fn signer(&self, text: &[u8], keys: &[Key]) -> Option<usize> {
        let request = RawRequest::new(Head::new("POST", "/", &self.headers), text);
        let live = LiveKeys::new(keys, UnixTime::EPOCH);
        let verified = self.scheme.verify(request, live).ok()?;
        verified.key_id().parse().ok()
    }
}
