//! The sender's credentials, under another name or in another form.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Rejection, UnixTime,
    access::TokenFlaw,
    pack::Head,
    schemes::SchemeConfig,
    simulator::{Sent, Signer},
};
use serde_json::{Value, json};

use super::super::{
    case::Case,
    court::{Ruling, Stage},
    encoded::{percent_decoded, unbase64},
    finding::{Confidence, Finding, Trial},
    signing::token_of,
    words::in_words,
};
use crate::settings::{members::Settings, shared_secret::secret};

const MAX_HEADERS: usize = 64;
const AUTHORIZATION: &str = "authorization";

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if ruling.stage() != Stage::Access {
        return Vec::new();
    }
    let names = credential_headers(case);
    let mut trials = Vec::new();
    for name in &names {
        let values: Vec<&str> = case.values(name).collect();
        if values.len() > 1 {
            for value in &values {
                trials.push(Trial::step(
                    case.with_header(name, *value),
                    "access_repeated",
                    format!(
                        "the header {name} stands {} times; one of them is right",
                        values.len()
                    ),
                    "look for a proxy that adds a copy",
                ));
            }
        }
        if let Some(value) = values.first() {
            for (form, cause) in forms(value, name) {
                trials.push(Trial::step(
                    case.with_header(name, form),
                    "access_form",
                    format!("{name}: {cause}"),
                    "make the sender's configuration and the receiver's access rule the same",
                ));
            }
        }
        for (other, value) in case.headers.iter().take(MAX_HEADERS) {
            if other.eq_ignore_ascii_case(name) {
                continue;
            }
            let forms = forms(value, name).into_iter().map(|(form, _)| form);
            for form in std::iter::once(value.clone()).chain(forms) {
                trials.push(Trial::step(
                    case.with_header(name, form),
                    "access_header",
                    format!("the credentials are in another header than {name}"),
                    "set the access rule to the header that the sender writes",
                ));
            }
        }
    }
    trials
}

/// The remaining case: they are missing, or simply wrong.
pub(super) fn refused(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if ruling.stage() != Stage::Access {
        return Vec::new();
    }
    let names = expected_headers(&case.setting("access").unwrap_or_default());
    let open = case.with_setting("access", json!("none"));
    let is_missing = matches!(ruling, Ruling::Rejected(Rejection::AccessMissing));
    let (mistake, cause) = match is_missing {
        true => ("access_missing", "are missing"),
        false => ("access_denied", "are there, and wrong"),
    };
    let names = if names.is_empty() {
        "of the access rule".to_owned()
    } else {
        format!("({})", names.join(", "))
    };
    let mut trial = Trial::step(
        open,
        mistake,
        format!("the access credentials {names} {cause}"),
        match is_missing {
            true => {
                "set them at the sender as the access rule has them, and look for a proxy that drops the header"
            }
            false => "set them at the sender as the access rule has them",
        },
    );
    let mut flaws = token_flaws(case).into_iter();
    if let Some(first) = flaws.next() {
        trial.finding = first;
        trial.beside = flaws.collect();
    }
    std::iter::once(trial)
        .chain(with_right_token(case, is_missing))
        .collect()
}

/// With the token of the first key in its place, where the sender shows one.
fn with_right_token(case: &Case, is_missing: bool) -> Option<Trial> {
    let token = SchemeConfig::from(token_of(case)?);
    let key = secret(&case.keys.first()?.in_record())?;
    let signer = Signer::new(token.clone(), key.expose()).ok()?;
    let sent = Sent::new(&case.path, case.headers.clone(), case.body.clone());
    // Neither an id nor a time is part of it.
    let sent = signer.sign(sent, "", UnixTime::from_secs(0)).ok()?;
    let right = match token.signature_headers().first() {
        Some(name) => case.with_header(name, sent.header(name)?),
        None => case.with_body(sent.body.clone()),
    };
    let (mistake, cause) = match is_missing {
        true => ("access_missing", "is missing"),
        false => ("access_denied", "is there, and is none of the keys"),
    };
    let place = token.to_string();
    let place = place.trim_start_matches("the token itself, ");
    Some(Trial::step(
        right,
        mistake,
        format!("the sender's token ({place}) {cause}"),
        "set the token at the sender that the receiver has, or the receiver's key to the token that the sender shows",
    ))
}

/// What the library says of a token that is there, claim by claim.
fn token_flaws(case: &Case) -> Vec<Finding> {
    let is_bearer = |value: &str| {
        let scheme = value.split(' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case("bearer")
    };
    let mut values = case.values(AUTHORIZATION);
    let rules = Settings::read(case.settings.as_deref()).and_then(|settings| settings.bearers());
    let (true, Ok(rules)) = (values.next().is_some_and(is_bearer), rules) else {
        return Vec::new();
    };
    let now = case.now.unwrap_or(UnixTime::EPOCH);
    let head = Head::new(&case.method, &case.path, &case.headers);
    // Where there are several rules, the token is meant for the one that has the least against it.
    let flaws = rules.into_iter().map(|bearer| bearer.diagnose(&head, now));
    let flaws = flaws.min_by_key(Vec::len).unwrap_or_default();
    flaws.into_iter().map(|flaw| of_flaw(flaw, case)).collect()
}

fn of_flaw(flaw: TokenFlaw, case: &Case) -> Finding {
    let unknown_time = case.now.is_none();
    let (cause, advice) = match flaw {
        TokenFlaw::Expired(_) | TokenFlaw::NotYetValid(_) if unknown_time => (
            format!("{flaw}, judged at 1970"),
            "say when the request arrived: --now",
        ),
        TokenFlaw::Expired(by) => (
            format!(
                "{flaw} by {}, which is more than the rule's leeway",
                in_words(by)
            ),
            "let the sender fetch a new token before the old one ends, and compare the clocks (NTP)",
        ),
        TokenFlaw::NotYetValid(by) => (
            format!(
                "{flaw} by {}, which is more than the rule's leeway: a clock is wrong",
                in_words(by)
            ),
            "synchronise the clocks of the issuer and the receiver (NTP), or allow more with `leeway`",
        ),
        TokenFlaw::Issuer | TokenFlaw::Audience | TokenFlaw::UnexpectedAudience => (
            flaw.to_string(),
            "have the issuer make tokens for this endpoint, or set the rule's issuer and audience to those of the tokens",
        ),
        TokenFlaw::Client | TokenFlaw::Scope => (
            flaw.to_string(),
            "give the sender's client what the rule asks for, where tokens are issued",
        ),
        TokenFlaw::Misshapen(..) | TokenFlaw::Missing(_) | TokenFlaw::NoClaims => (
            flaw.to_string(),
            "have the issuer write its claims as RFC 7519 says: times are numbers of seconds, and `exp` is needed here",
        ),
        TokenFlaw::Signature | TokenFlaw::OtherKeyId | TokenFlaw::OtherAlgorithm => (
            flaw.to_string(),
            "give the rule the issuer's present key with its algorithm; issuers replace their keys",
        ),
        _ => (
            flaw.to_string(),
            "have the sender present the access token as its issuer gave it",
        ),
    };
    Finding::sign(
        Confidence::Certain,
        "access_token",
        format!("{AUTHORIZATION}: {cause}"),
        advice,
    )
}

pub(super) fn signs(_: &Case, ruling: &Ruling) -> Vec<Finding> {
    match ruling {
        Ruling::Rejected(Rejection::UnknownTenant) => vec![Finding::sign(
            Confidence::Certain,
            "unknown_tenant",
            "the tenant's name is empty or longer than 256 bytes",
            "look at the route's parameter and at the URL that the sender has",
        )],
        _ => Vec::new(),
    }
}

/// The headers that the receiver's access rule looks at.
pub(in crate::commands::explain) fn credential_headers(case: &Case) -> Vec<String> {
    let mut names = expected_headers(&case.setting("access").unwrap_or_default());
    if let Some(token) = token_of(case) {
        let token = SchemeConfig::from(token);
        names.extend(
            token
                .signature_headers()
                .iter()
                .map(|it| it.to_ascii_lowercase()),
        );
    }
    names.dedup();
    names
}

/// The headers that the rule looks at.
fn expected_headers(rule: &Value) -> Vec<String> {
    let Value::Object(kinds) = rule else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for (kind, value) in kinds {
        match (kind.as_str(), value) {
            ("api_key", value) => names.extend(value.get("header").and_then(text)),
            ("headers", Value::Array(pairs)) => {
                names.extend(pairs.iter().filter_map(|pair| pair.get(0).and_then(text)));
            }
            ("basic" | "bearer", _) => names.push(AUTHORIZATION.to_owned()),
            ("all" | "any", Value::Array(rules)) => {
                names.extend(rules.iter().flat_map(expected_headers));
            }
            _ => {}
        }
    }
    names.dedup();
    names
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_ascii_lowercase)
}

/// Other forms of a credential, and what was wrong with it.
fn forms(value: &str, header: &str) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let trimmed = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if trimmed != value {
        found.push((trimmed.to_owned(), "it has quotes or white space around it"));
    }
    let bare = trimmed
        .split_once(' ')
        .map_or(trimmed, |(_, credentials)| credentials);
    if bare != trimmed {
        found.push((bare.to_owned(), "a word such as Bearer stands before it"));
    }
    if header == AUTHORIZATION {
        found.extend(basic_forms(bare));
        let encoded = BASE64_STANDARD.encode(bare);
        found.push((
            format!("Basic {encoded}"),
            "user and password are not in base64, or lack the word Basic",
        ));
        found.push((format!("Basic {bare}"), "the word Basic is missing"));
        found.push((format!("Bearer {bare}"), "the word Bearer is missing"));
    }
    found
}

/// User and password as other clients write them into the base64 of `Basic`.
fn basic_forms(bare: &str) -> Vec<(String, &'static str)> {
    let Some(pair) = unbase64(bare.as_bytes()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |pair: Vec<u8>, cause| {
        found.push((format!("Basic {}", BASE64_STANDARD.encode(pair)), cause));
    };
    add(
        pair.clone(),
        "user and password are in base64 of another form",
    );
    match std::str::from_utf8(&pair) {
        Err(_) => {
            let text: String = pair.iter().copied().map(char::from).collect();
            add(
                text.into_bytes(),
                "user and password are in ISO-8859-1, and the rule takes UTF-8 (RFC 7617): a client ignores the charset",
            );
        }
        Ok(text) => {
            let latin: Option<Vec<u8>> = text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect();
            if let Some(latin) = latin {
                add(
                    latin,
                    "user and password were encoded twice: UTF-8 was read as ISO-8859-1",
                );
            }
            add(
                text.trim().as_bytes().to_vec(),
                "white space or a line end stands beside user and password inside of the base64 (echo without -n)",
            );
            if let Some(decoded) = percent_decoded(text, false) {
                add(
                    decoded,
                    "user and password are percent-encoded, as in an address",
                );
            }
            if let Some(inner) = unbase64(text.as_bytes()) {
                add(inner, "user and password are in base64 twice");
            }
            if let Some((user, password)) = text.split_once(':') {
                add(
                    format!("{password}:{user}").into_bytes(),
                    "user and password stand in each other's place",
                );
                let trimmed = format!("{}:{}", user.trim(), password.trim());
                add(
                    trimmed.into_bytes(),
                    "white space stands beside the user or the password",
                );
            }
        }
    }
    found
}
