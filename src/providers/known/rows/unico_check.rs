//! Unico Check.

use std::time::Duration;

use super::{
    Fact, JSON, KnownSender, Repeats,
    repeats::{minutes, secs},
};
use crate::provider::Retries;

/// One gap in minutes and a number of attempts. Both are chosen in the form.
const GAPS: &[Duration] = &[minutes(1), minutes(1), minutes(1)];

/// See [`UnicoCheck`](crate::providers::unico_check::UnicoCheck).
pub(super) const UNICO_CHECK: KnownSender = KnownSender {
    name: "unico-check",
    title: "Unico Check",
    secret: None,
    timeout: Fact::assumed(secs(10)),
    retries: Fact::assumed(Retries::Unknown),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    media_types: JSON,
    largest_body: None,
    warning: None,
    marks: &[],
    id_at: Some("/data/id"),
    sample: None,
};
