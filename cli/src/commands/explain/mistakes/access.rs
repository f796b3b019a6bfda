//! The sender's credentials, under another name or in another form.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::Rejection;
use serde_json::{Value, json};

use super::super::{
    case::Case,
    court::{Ruling, Stage},
    finding::{Confidence, Finding, Trial},
};

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
    // The remaining case: they are missing, or simply wrong.
    let open = case.with_setting("access", json!("none"));
    let (mistake, cause) = match ruling {
        Ruling::Rejected(Rejection::AccessMissing) => ("access_missing", "are missing"),
        _ => ("access_denied", "are there, and wrong"),
    };
    let names = if names.is_empty() {
        "of the access rule".to_owned()
    } else {
        format!("({})", names.join(", "))
    };
    trials.push(Trial::step(
        open,
        mistake,
        format!("the access credentials {names} {cause}"),
        "set them at the sender as the access rule has them, and look for a proxy that drops the header",
    ));
    trials
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
    expected_headers(&case.setting("access").unwrap_or_default())
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
