//! Requests signed with a certificate's key, as Unico Check sends them. Tries every candidate for what is signed,
//! where it stands and how it is written. Gives the builder's line to use.

mod candidates;
mod search;
mod signs;
mod words;

use hookgate::{
    Rejection,
    pack::{Head, RawRequest},
    schemes::SignedRequestConfig,
};
use serde_json::{Map, Value, json};

use self::{
    candidates::{Candidate, Parts, candidates, timestamp_form},
    search::{Found, keys_of, search},
    signs::{own_text, tags, unusable_keys},
    words::{builder_line, cause, form_path},
};
use super::{
    super::{
        case::Case,
        court::{Ruling, Stage},
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
};
use crate::settings::members::OF_RECEIVER;

const UNICO_CHECK: &str = "unico-check";
const SIGNED_REQUEST: &str = "signed-request";
/// The setting of `unico-check` that holds those of `signed-request`.
const SIGNED: &str = "signed";

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if ruling.stage() == Stage::Freshness {
        return other_form_of_time(case).into_iter().collect();
    }
    if !is_searched(case, ruling) {
        return Vec::new();
    }
    let found = find(case).filter(|found| is_taken(case, found));
    found.map(|found| trial(case, &found)).into_iter().collect()
}

/// The number of candidates that the search goes through by itself.
pub(super) fn searched(case: &Case, ruling: &Ruling) -> usize {
    if !is_searched(case, ruling) {
        return 0;
    }
    let parts = parts(case);
    let texts = candidates(&parts, configured(case, "template")).len();
    texts
        .saturating_mul(parts.signatures.len())
        .saturating_mul(keys_of(case).len())
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if !is_searched(case, ruling) {
        return Vec::new();
    }
    let mut found: Vec<Finding> = tags(case);
    found.extend(find(case).map(|found| untakable(case, &found)));
    found.extend(own_text(case));
    found.extend(unusable_keys(case));
    let Ruling::Rejected(rejection) = ruling else {
        let has_certificate = case.keys.iter().any(|key| key.reading.is_public());
        if found.is_empty() && has_certificate && parts(case).signatures.is_empty() {
            found.push(unsigned(case, "no header holds a signature"));
        }
        return found;
    };
    match rejection {
        Rejection::MissingSignature if found.is_empty() => {
            let name = configured(case, "signature_header").unwrap_or_default();
            found.push(unsigned(
                case,
                &format!("there is no header {name}, or it is empty"),
            ));
        }
        Rejection::MalformedSignature(why) if found.is_empty() => found.push(Finding::sign(
            Confidence::Certain,
            "signature_malformed",
            format!("the header of the signature: {why}"),
            "compare the header with what the sender sends: encoding, algorithm and length",
        )),
        Rejection::MissingNonce | Rejection::MalformedNonce(_) => found.push(Finding::sign(
            Confidence::Certain,
            "signed_nonce",
            "the nonce that the signature covers is missing, or cannot be one",
            "let the proxy pass the sender's headers on as they arrive",
        )),
        _ => {}
    }
    found
}

fn unsigned(case: &Case, why: &str) -> Finding {
    Finding::sign(
        Confidence::Certain,
        "signature_missing",
        format!("the request is not signed: {why}"),
        match &*case.provider {
            SIGNED_REQUEST => {
                "have the sender sign its requests, and look for a proxy that drops the header"
            }
            _ => {
                "give a header of the sender's form the value {{signature}}, and look for a proxy that drops it"
            }
        },
    )
}

/// The signature of a request whose receiver believes its access rule alone.
pub(in super::super) fn unchecked_signature(case: &Case, ruling: &Ruling) -> Option<Finding> {
    let is_unchecked = case.provider == UNICO_CHECK
        && matches!(ruling, Ruling::Accepted(_))
        && case.setting(SIGNED).is_none()
        && case.keys.iter().any(|key| key.reading.is_public());
    if !is_unchecked {
        return None;
    }
    let found = find(case)?;
    Some(if is_taken(case, &found) {
        trial(case, &found).finding
    } else {
        untakable(case, &found)
    })
}

/// Whether the provider's keys are those of certificates.
pub(super) fn takes_certificates(case: &Case) -> bool {
    matches!(&*case.provider, UNICO_CHECK | SIGNED_REQUEST)
}

/// Whether the search is about the signature, or there is no receiver yet.
fn is_searched(case: &Case, ruling: &Ruling) -> bool {
    let has_none_yet =
        || matches!(ruling, Ruling::Malformed(_)) && configured(case, "signature_header").is_none();
    match &*case.provider {
        UNICO_CHECK if !matches!(ruling, Ruling::Malformed(_)) => {
            case.setting(SIGNED).is_some() && concerns_proof(ruling)
        }
        UNICO_CHECK | SIGNED_REQUEST => concerns_proof(ruling) || has_none_yet(),
        _ => false,
    }
}

fn find(case: &Case) -> Option<Found<'_>> {
    let parts = parts(case);
    let texts = candidates(&parts, configured(case, "template"));
    search(&parts, texts, keys_of(case), &case.body)
}

fn parts(case: &Case) -> Parts<'_> {
    Parts::of(case, |setting| configured(case, setting))
}

/// The settings of signed requests, the scheme's own among them.
fn rule(case: &Case) -> Option<Map<String, Value>> {
    let mut rule = match &*case.provider {
        UNICO_CHECK => case.setting(SIGNED)?.as_object()?.clone(),
        _ => case.settings()?,
    };
    if let Some(Value::Object(scheme)) = rule.remove("scheme") {
        rule.extend(scheme);
    }
    Some(rule)
}

/// With these in their place.
fn with_rule(case: &Case, mut rule: Map<String, Value>) -> Case {
    if case.provider == UNICO_CHECK {
        return case.with_setting(SIGNED, rule.into());
    }
    for name in OF_RECEIVER {
        if let Some(value) = case.setting(name) {
            rule.insert(name.to_owned(), value);
        }
    }
    let mut case = case.clone();
    case.settings = Some(Value::Object(rule).to_string());
    case
}

/// One of the scheme's settings.
fn configured(case: &Case, setting: &str) -> Option<String> {
    let text = rule(case)?.get(setting)?.as_str()?.to_owned();
    Some(text)
}

/// The scheme's settings for what was found.
fn scheme_of(found: &Found<'_>) -> Map<String, Value> {
    let Candidate {
        template,
        nonce,
        timestamp,
        algorithm,
    } = &found.candidate;
    let mut scheme = Map::new();
    let mut set = |name: &str, value: Value| scheme.insert(name.to_owned(), value);
    set("signature_header", found.signature.name.into());
    set("template", template.as_str().into());
    set("encoding", json!(found.form.encoding));
    if found.form.is_token {
        set("accept_tokens_as_requests", json!(true));
    }
    for (setting, held) in [
        ("nonce_header", nonce),
        ("timestamp_header", timestamp),
        ("algorithm_header", algorithm),
    ] {
        if let Some(held) = held {
            set(setting, held.name.into());
        }
    }
    if let Some(form) = timestamp.and_then(|held| timestamp_form(held.value)) {
        set("timestamp_form", form.into());
    }
    scheme
}

/// Whether some receiver takes it. A template can leave two readings, and a key or a header's form can be
/// unusable.
fn is_taken(case: &Case, found: &Found<'_>) -> bool {
    found
        .tried
        .flaw
        .is_none_or(|_| found.tried.key.reading.is_public())
        && refusal(case, found).is_none()
}

/// Why no scheme takes it, in the library's words.
fn refusal(case: &Case, found: &Found<'_>) -> Option<String> {
    let name = found.signature.name;
    let headers = case.with_header(name, &*found.form.value).headers;
    let config: SignedRequestConfig = serde_json::from_value(scheme_of(found).into()).ok()?;
    let request = RawRequest::new(Head::new("POST", "/", &headers), &case.body);
    match found.tried.verify(config, request) {
        Ok(judged) => judged.err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn trial(case: &Case, found: &Found<'_>) -> Trial {
    let Found {
        signature,
        form,
        tried,
        ..
    } = found;
    let mut rule = scheme_of(found);
    rule.insert("algorithms".to_owned(), json!([tried.algorithm.name()]));
    let mut changed = case.with_keys(vec![tried.key.clone()]);
    if form.flaw.is_some() {
        changed = changed.with_header(signature.name, &*form.value);
    }
    changed = with_rule(&changed, rule);
    let line = builder_line(case, found);
    let (mistake, advice) = match (form.flaw, tried.flaw) {
        (Some(_), _) => (
            "signed_request_form",
            format!(
                "ask the sender for standard base64 of the signature's bytes (of ECDSA: RFC 7518, section 3.4), and build the pack with {line}"
            ),
        ),
        (None, Some(_)) => (
            "signed_request",
            format!("give the key with real line ends, and build the pack with {line}"),
        ),
        (None, None) => ("signed_request", format!("build the pack with {line}")),
    };
    Trial::proof(changed, mistake, cause(found), advice)
}

/// It matches, and no receiver takes it.
fn untakable(case: &Case, found: &Found<'_>) -> Finding {
    let why = match (found.tried.flaw, found.tried.key.reading.is_public()) {
        (Some(_), false) => String::new(),
        _ => refusal(case, found).map_or_else(String::new, |why| {
            format!("; no receiver takes that: {why}")
        }),
    };
    Finding::sign(
        Confidence::Certain,
        "signed_request_unsafe",
        format!("{}{why}", cause(found)),
        "ask the sender to sign with a certificate's key, with a character between the parts that stands in none of \
         them: until then, believe an access rule alone",
    )
}

/// The signed time is read in another form than it is in.
fn other_form_of_time(case: &Case) -> Option<Trial> {
    let header = configured(case, "timestamp_header")?;
    let form = timestamp_form(case.value(&header)?)?;
    let configured_form =
        configured(case, "timestamp_form").unwrap_or_else(|| "seconds".to_owned());
    if form == configured_form {
        return None;
    }
    let mut rule = rule(case)?;
    rule.insert("timestamp_form".to_owned(), form.into());
    let changed = with_rule(case, rule);
    Some(Trial::step(
        changed,
        "timestamp_unit",
        format!("the signed time is in the form `{form}`, and is read as `{configured_form}`"),
        format!("set the scheme's form of time to {}", form_path(form)),
    ))
}
