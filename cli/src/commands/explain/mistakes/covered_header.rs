//! A header that the signature covers: missing, twice, or not as it was.

use hookgate::schemes::{HmacHeaderConfig, SchemeConfig};

use super::{
    super::{
        case::Case,
        finding::{Confidence, Finding},
    },
    signature_header::shown,
};

/// How the library says that the fault is in such a header.
const COVERED: &str = "a header that it covers";

/// The signature is there, and what the template takes of another header is not. `None` where `why` says something else.
pub(super) fn sign(case: &Case, scheme: &HmacHeaderConfig, why: &str) -> Option<Finding> {
    if !why.starts_with(COVERED) {
        return None;
    }
    let is_one = |name: &&str| {
        let mut values = case.values(name);
        values.next().is_some_and(|value| !value.is_empty()) && values.next().is_none()
    };
    let scheme = SchemeConfig::from(scheme.clone());
    let names = scheme.covered_headers().into_iter();
    let wrong: Vec<String> = names.filter(|name| !is_one(name)).map(shown).collect();
    let named = if wrong.is_empty() {
        String::new()
    } else {
        format!(" ({})", wrong.join(", "))
    };
    Some(Finding::sign(
        Confidence::Certain,
        "covered_header",
        format!("the signature is there, and {why}{named}"),
        "let the proxy pass the sender's headers on as they arrive, each once",
    ))
}
