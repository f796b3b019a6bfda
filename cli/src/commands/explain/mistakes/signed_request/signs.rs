//! What a request, or a key, shows by itself.

use hookgate::{
    keys::{JwsAlgorithm, VerifyingKey},
    schemes::SignatureEncoding,
};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{
    super::super::{
        case::{Case, Reading},
        encoded::{jws_parts, unbase64},
        finding::{Confidence, Finding},
        signing::title_of,
    },
    SIGNED_REQUEST,
    candidates::Held,
    parts,
    search::{forms, keys_of, signs},
    words::shown,
};

/// Tags of the form that nothing replaced.
pub(super) fn tags(case: &Case) -> Vec<Finding> {
    let is_tag = |value: &str| value.trim().starts_with("{{") && value.trim().ends_with("}}");
    let mut held = case.headers.iter();
    held.find(|(_, value)| is_tag(value))
        .map(|(name, _)| {
            Finding::sign(
                Confidence::Certain,
                "signed_request_tag",
                format!("the header {} holds a tag that nothing replaced", shown(name)),
                match &*case.provider {
                    SIGNED_REQUEST => "choose what signs requests at the sender: only then are tags replaced",
                    _ => "choose JWT Bearer with the method RFC 7523 in the sender's form: only then are tags replaced",
                },
            )
        })
        .into_iter()
        .collect()
}

/// A JWS whose payload is neither the body nor made of it.
pub(super) fn own_text(case: &Case) -> Option<Finding> {
    let keys = keys_of(case);
    let is_of = |held: &&Held<'_>| {
        let payload = jws_parts(held.value)
            .map(|(_, payload)| payload)
            .unwrap_or_default();
        let forms = forms(held.value);
        !payload.is_empty()
            && payload != case.body
            && keys.iter().any(|tried| {
                forms.iter().any(|form| {
                    form.encoding == SignatureEncoding::Jws && signs(tried, form, &payload)
                })
            })
    };
    let parts = parts(case);
    let held = parts.signatures.iter().find(is_of)?;
    let payload = jws_parts(held.value)
        .map(|(_, payload)| payload)
        .unwrap_or_default();
    let bound = binding_claim(&payload, &case.body);
    let (binds, advice) = match bound {
        Some(claim) => (
            format!("; its claim {claim} is the body's digest"),
            "no scheme here takes that as a signature of the body: verify the token and compare that claim with the \
             body's digest in a Provider of your own"
                .to_owned(),
        ),
        None => {
            let sender = title_of(&case.provider);
            (
                String::new(),
                format!(
                    "no receiver takes that as a signature of the body: ask {sender} which claim binds the body, and \
                     read it in a Provider of your own; until then, believe an access rule alone"
                ),
            )
        }
    };
    Some(Finding::sign(
        Confidence::Certain,
        "signed_request_claims",
        format!(
            "the header {} is a JWS over claims of its own, not over the body{binds}",
            shown(held.name)
        ),
        advice,
    ))
}

/// The claim that holds a digest of the body, in any of its text forms.
fn binding_claim(payload: &[u8], body: &[u8]) -> Option<String> {
    let claims: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(payload).ok()?;
    let digests = [
        Sha256::digest(body).to_vec(),
        Sha384::digest(body).to_vec(),
        Sha512::digest(body).to_vec(),
    ];
    let is_plain = |name: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        name.len() <= 40 && name.chars().all(plain)
    };
    let holds = |value: &str| {
        let hex = |digest: &Vec<u8>| -> String {
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        digests.iter().any(|digest| {
            value.eq_ignore_ascii_case(&hex(digest))
                || unbase64(value.as_bytes()).is_some_and(|bytes| bytes == *digest)
        })
    };
    let mut claims = claims.into_iter();
    claims
        .find(|(name, value)| is_plain(name) && value.as_str().is_some_and(holds))
        .map(|(name, _)| name)
}

/// Why keys cannot be used, in the library's words.
pub(super) fn unusable_keys(case: &Case) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in case.keys.iter().filter(|key| key.reading == Reading::Pem) {
        // Any algorithm will do: a key that can be read is usable for one.
        let usable = keys_of(&case.with_keys(vec![key.clone()]));
        if usable.is_empty()
            && let Err(error) = VerifyingKey::pem(&key.text, [JwsAlgorithm::Rs256]).validate()
        {
            found.push(Finding::sign(
                Confidence::Certain,
                "certificate_unusable",
                format!("{}: {error}", key.name),
                "give the certificate whose private key the sender has: PEM, or DER",
            ));
        }
    }
    found
}
