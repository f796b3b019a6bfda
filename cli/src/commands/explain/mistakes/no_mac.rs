//! Signatures that are made of body and secret in another way than as an HMAC of the body. Equality proves the way. No
//! receiver takes such a signature.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    UnixTime,
    schemes::{Digest as Named, HmacHeaderConfig, SignatureEncoding},
    simulator::{Sent, Signer},
};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{
    super::{
        case::Case,
        court::{Ruling, Stage},
        finding::{Confidence, Finding},
        signatures::{Signature, signatures},
        signing::scheme_of,
    },
    secret::bytes_of,
};

/// Larger bodies are not hashed in every manner.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// What stands between body and secret.
const SEPARATORS: [&str; 6] = ["", ".", ":", "|", "&", "\n"];
const HEADER: &str = "x-signature";

pub(super) fn searched(case: &Case, ruling: &Ruling) -> usize {
    let keys: usize = keys(case).count();
    let made_of_key = SEPARATORS.len().saturating_mul(3).saturating_add(4);
    let presented = presented(case, ruling).map_or(0, |(_, found)| found.len());
    presented.saturating_mul(keys.saturating_mul(made_of_key).saturating_add(1))
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let Some((value, presented)) = presented(case, ruling) else {
        return Vec::new();
    };
    presented
        .iter()
        .find_map(|signature| way(case, signature))
        .map(|how| finding(value, &how))
        .into_iter()
        .collect()
}

/// The header of the signature, and the MACs in it.
fn presented<'c>(case: &'c Case, ruling: &Ruling) -> Option<(String, Vec<Signature<'c>>)> {
    if ruling.stage() != Stage::Proof || case.body.len() > MAX_BODY_BYTES {
        return None;
    }
    let header = scheme_of(case)?.signature_header;
    let value = case
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&header));
    let (_, value) = value?;
    Some((header, signatures(value)))
}

/// In which way a signature was made.
struct Way {
    how: &'static str,
    /// Whether it holds the secret.
    is_keyed: bool,
}

fn way(case: &Case, signature: &Signature<'_>) -> Option<Way> {
    let digest = signature.digest;
    let body = &case.body[..];
    if hash(digest, &[body])? == signature.bytes {
        return Some(Way {
            how: "a plain hash of the body",
            is_keyed: false,
        });
    }
    keys(case).find_map(|key| {
        of_key(digest, &key, body)
            .find(|(bytes, _)| *bytes == signature.bytes)
            .map(|(_, how)| Way {
                how,
                is_keyed: true,
            })
    })
}

/// Every key in every way of reading it.
fn keys(case: &Case) -> impl Iterator<Item = Vec<u8>> {
    let keys = case.keys.iter().chain(&case.other_keys);
    let secrets = keys.filter(|key| !key.reading.is_public());
    secrets.flat_map(|key| bytes_of(&key.text))
}

/// What is made of a key and a body, in words.
fn of_key<'k>(
    digest: Named,
    key: &'k [u8],
    body: &'k [u8],
) -> impl Iterator<Item = (Vec<u8>, &'static str)> + 'k {
    let hashes = SEPARATORS.into_iter().flat_map(move |between| {
        let between = between.as_bytes();
        [
            (
                hash(digest, &[key, between, body]),
                "a plain hash of the secret and the body",
            ),
            (
                hash(digest, &[body, between, key]),
                "a plain hash of the body and the secret",
            ),
            (
                hash(digest, &[key, between, body, between, key]),
                "a plain hash of the body between two secrets",
            ),
        ]
    });
    let hashed = hash(digest, &[body]).unwrap_or_default();
    let hex: String = hashed.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = BASE64_STANDARD.encode(&hashed);
    let macs = [
        (
            mac(digest, body, key),
            "an HMAC with the body as the key and the secret as the text",
        ),
        (mac(digest, key, &hashed), "an HMAC of the body's hash"),
        (
            mac(digest, key, hex.as_bytes()),
            "an HMAC of the body's hash in hexadecimal",
        ),
        (
            mac(digest, key, base64.as_bytes()),
            "an HMAC of the body's hash in base64",
        ),
    ];
    let all = hashes.chain(macs);
    all.filter_map(|(bytes, how)| Some((bytes?, how)))
}

fn finding(header: String, way: &Way) -> Finding {
    let how = way.how;
    let advice = if way.is_keyed {
        "ask the sender to sign with an HMAC of the body; where it cannot, compute this in a Provider of your own, and \
         compare in constant time"
    } else {
        "ask the sender to sign with a secret: without one, anybody can make this, and it proves nothing"
    };
    Finding::sign(
        Confidence::Certain,
        "scheme_construction",
        format!("{header} is {how}, and no HMAC of the body"),
        advice,
    )
}

fn hash(digest: Named, parts: &[&[u8]]) -> Option<Vec<u8>> {
    fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
        let mut hasher = D::new();
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize().to_vec()
    }
    Some(match digest {
        Named::Sha1 => of::<Sha1>(parts),
        Named::Sha256 => of::<Sha256>(parts),
        Named::Sha512 => of::<Sha512>(parts),
        _ => return None,
    })
}

/// By the library's own signer.
fn mac(digest: Named, key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut config = HmacHeaderConfig::new(HEADER, SignatureEncoding::Hex);
    config.digest = digest;
    let sent = Sent::post("/", "application/octet-stream", text.to_vec());
    let signer = Signer::new(config, key).ok()?;
    let sent = signer.sign(sent, "", UnixTime::EPOCH).ok()?;
    let mut headers = sent.headers.iter();
    let (_, value) = headers.find(|(name, _)| name == HEADER)?;
    let bytes = signatures(value).pop()?.bytes;
    Some(bytes)
}
