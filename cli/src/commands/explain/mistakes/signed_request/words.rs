//! The findings, in words and as the line of a program.

use hookgate::schemes::SignatureEncoding;

use super::{
    super::super::case::{Case, Reading},
    UNICO_CHECK,
    candidates::timestamp_form,
    search::Found,
};

/// What is signed, with what, and where that stands.
pub(super) fn cause(found: &Found<'_>) -> String {
    let Found {
        signature,
        form,
        tried,
        candidate,
    } = found;
    let key = if tried.is_configured {
        tried.key.name.clone()
    } else {
        format!("{}, which is not a key of this receiver,", tried.key.name)
    };
    let mut cause = format!(
        "{key} signs {} with {}, in {} in the header {}",
        literal(&candidate.template),
        tried.algorithm.name(),
        in_words(form.encoding),
        shown(signature.name)
    );
    if !tried.key.reading.is_public() {
        cause.push_str(&format!(
            "; it is a shared secret, read as {}",
            tried.key.reading.in_words()
        ));
    }
    if form.is_token {
        cause.push_str(
            "; its head says that it is a token, and where no time is signed, anyone who has seen a token of this key \
             can send it as a request",
        );
    }
    for flaw in [form.flaw, tried.flaw].into_iter().flatten() {
        cause.push_str(&format!("; {flaw}"));
    }
    cause
}

/// The code that builds the pack that takes it.
pub(super) fn builder_line(case: &Case, found: &Found<'_>) -> String {
    let Found {
        signature,
        form,
        tried,
        candidate,
    } = found;
    let mut config = format!("SignedRequestConfig::new({:?})", shown(signature.name));
    let mut set = |setting: String| config.push_str(&setting);
    if let Some(held) = candidate.nonce {
        set(format!(".nonce({:?})", shown(held.name)));
    }
    if let Some(held) = candidate.timestamp {
        let form = form_path(timestamp_form(held.value).unwrap_or_default());
        set(format!(".timestamp({:?}, {form})", shown(held.name)));
    }
    if let Some(held) = candidate.algorithm {
        set(format!(".algorithm({:?})", shown(held.name)));
    }
    if candidate.template != "{body}" {
        set(format!(".template({})", literal(&candidate.template)));
    }
    if let Some(name) = match form.encoding {
        SignatureEncoding::Base64Url => Some("Base64Url"),
        SignatureEncoding::Hex => Some("Hex"),
        SignatureEncoding::Jws => Some("Jws"),
        _ => None,
    } {
        set(format!(".encoding(SignatureEncoding::{name})"));
    }
    if form.is_token {
        set(".accept_tokens_as_requests()".to_owned());
    }
    let key = match tried.key.reading {
        Reading::Pem => "VerifyingKey::pem(certificate".to_owned(),
        Reading::Der => "VerifyingKey::der(certificate".to_owned(),
        secret => format!("VerifyingKey::secret(&{}(text)?", secret.constructor()),
    };
    let algorithm = format!("{:?}", tried.algorithm);
    let scheme = format!("SignedRequest::try_from({config})?");
    let key = format!("{key}, [JwsAlgorithm::{algorithm}])");
    match &*case.provider {
        UNICO_CHECK => format!("UnicoCheck::signed({scheme}, {key})"),
        _ => format!("Preset::custom(name, {scheme}, {key})"),
    }
}

/// The form of a time, as a program writes it.
pub(super) fn form_path(form: &str) -> &'static str {
    match form {
        "milliseconds" => "TimestampForm::Milliseconds",
        "rfc3339" => "TimestampForm::Rfc3339",
        "utc_date_time" => "TimestampForm::UtcDateTime",
        _ => "TimestampForm::Seconds",
    }
}

fn in_words(encoding: SignatureEncoding) -> &'static str {
    match encoding {
        SignatureEncoding::Base64 => "base64",
        SignatureEncoding::Base64Url => "base64url",
        SignatureEncoding::Hex => "hexadecimal",
        SignatureEncoding::Jws => "a JWS",
        _ => "another form",
    }
}

/// As a program writes it. Templates hold placeholders and separators, nothing of the request.
fn literal(template: &str) -> String {
    format!("{template:?}")
}

pub(super) fn shown(name: &str) -> String {
    name.to_ascii_lowercase()
}
