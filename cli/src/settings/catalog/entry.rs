//! [`Entry`]: a pack or scheme that has settings of its own.

use hookgate::ReceiverBuilder;

use crate::settings::{refused::Refused, terms::Terms};

/// What has settings of its own.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) builder: fn(Terms<'_>) -> Result<ReceiverBuilder, Refused>,
    /// The least settings with which a receiver can be built.
    pub(super) least_settings: Option<&'static str>,
    /// A key with which one can be built. It never verifies anything.
    pub(super) sample_key: &'static str,
    /// What lets `application/json` in too.
    pub(super) plain_json: Option<Relaxed>,
}

/// A setting that relaxes a pack, and the builder's line that does the same.
#[derive(Clone, Copy)]
pub(crate) struct Relaxed {
    pub(crate) setting: &'static str,
    pub(crate) builder_line: &'static str,
}

/// What a row says of a sender, said of a scheme.
pub(super) struct Words {
    pub(super) proof: &'static str,
    pub(super) identity: &'static str,
}
