//! What a request, or a key, shows by itself.

use hookgate::{
    keys::{JwsAlgorithm, VerifyingKey},
    schemes::SignatureEncoding,
};

use super::{
    super::super::{
        case::{Case, Reading},
        encoded::unbase64,
        finding::{Confidence, Finding},
    },
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
                "choose JWT Bearer with the method RFC 7523 in Unico's form: only then are tags replaced",
            )
        })
        .into_iter()
        .collect()
}

/// A JWS whose payload is neither the body nor made of it.
pub(super) fn own_text(case: &Case) -> Option<Finding> {
    let keys = keys_of(case);
    let is_of = |held: &&Held<'_>| {
        let payload = payload(held.value).unwrap_or_default();
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
    Some(Finding::sign(
        Confidence::Certain,
        "signed_request_claims",
        format!(
            "the header {} is a JWS over claims of its own, not over the body",
            shown(held.name)
        ),
        "no receiver takes that as a signature of the body: ask Unico which claim binds the body, and read it in a \
         Provider of your own; until then, believe an access rule alone",
    ))
}

fn payload(jws: &str) -> Option<Vec<u8>> {
    let mut parts = jws.split('.');
    let payload = parts.nth(1)?;
    parts.next()?;
    unbase64(payload.as_bytes())
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
