//! Signatures over an address and the fields of a form, or over some members of a body: what is missing, or cannot be read.

use hookgate::{Rejection, schemes::SchemeConfig};

use crate::commands::explain::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding},
    signing::parts_of,
};

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let (Some(scheme), Ruling::Rejected(rejection)) = (parts_of(case), ruling) else {
        return Vec::new();
    };
    let (place, compare) = match &scheme {
        SchemeConfig::SignedForm(config) => (
            format!("header {}", config.signature_header),
            "compare address and fields with the settings: both must be as the sender has them",
        ),
        SchemeConfig::SignedMembers(config) => (
            format!("value in `{}`", config.signature),
            "compare the body with the settings: the list, the object in it and its members",
        ),
        _ => return Vec::new(),
    };
    match rejection {
        Rejection::MissingSignature => vec![Finding::sign(
            Confidence::Certain,
            "signature_missing",
            format!("the request is not signed: there is no {place}"),
            "switch the signature on at the sender, and look for a proxy that drops it",
        )],
        Rejection::MalformedSignature(why) => vec![Finding::sign(
            Confidence::Certain,
            "signature_malformed",
            format!("{place}: {why}"),
            compare,
        )],
        _ => Vec::new(),
    }
}
