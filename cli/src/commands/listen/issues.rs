//! [`Issues`]: the token endpoint beside the receiver.

use hookgate::{dedup::BoxDedupStore, token::TokenIssuer};

use super::report::note;
use crate::{
    output::screen::Tone,
    settings::{members::Settings, refused::Refused},
};

/// A token endpoint, and its route.
#[derive(Clone)]
pub(super) struct Issues {
    pub(super) issuer: TokenIssuer,
    pub(super) path: String,
}

impl Issues {
    /// That of the settings, where they have one. `store` keeps which assertions were used.
    pub(super) fn of(settings: &Settings, store: BoxDedupStore) -> Result<Option<Self>, Refused> {
        let rule = settings.token_endpoint()?;
        rule.map(|rule| {
            Ok(Self {
                issuer: rule.issuer(store)?,
                path: rule.path().to_owned(),
            })
        })
        .transpose()
    }
}

/// Shows how a request for a token ended. The endpoint tells nobody more.
pub(super) fn answered(status: u16) {
    if status == 200 {
        note(Tone::Good, "issued", format_args!("   a token"));
    } else {
        note(
            Tone::Bad,
            "refused",
            format_args!("  a token, with {status}"),
        );
    }
}
