//! What a row says, in words: for lists and tables.

use std::time::Duration;

use super::{EventTypeAt, Identity, KnownSender, Proof};
use crate::{
    json::places::in_words as member,
    provider::Retries,
    schemes::{Scheme, SchemeConfig},
};

impl KnownSender {
    /// How it signs, in words.
    ///
    /// ```
    /// let github = hookgate::providers::known::find("github").unwrap();
    /// assert_eq!(github.proof_in_words(), "HMAC-SHA256 of {body}, hex after `sha256=`, in x-hub-signature-256");
    /// ```
    pub fn proof_in_words(&self) -> String {
        match self.proof.value() {
            Proof::Scheme(scheme) => scheme().to_string(),
            Proof::Token(scheme) => format!("access only: {}", scheme()),
            Proof::Access => "none: the access rule is the proof".to_owned(),
            Proof::AsConfigured => {
                "none: the access rule is the proof; or by a certificate's key, as its form says"
                    .to_owned()
            }
        }
    }

    /// What identifies an event, in words, and when two events have the same.
    pub fn identity_in_words(&self) -> String {
        let identity = self.identity_alone();
        match self.equal_bodies {
            Some(when) => format!("{identity}, which two events share when {when}"),
            None => identity,
        }
    }

    fn identity_alone(&self) -> String {
        let digest = "digest of the body";
        match self.identity.value() {
            Identity::SignedId => match self.scheme() {
                Some(SchemeConfig::HmacHeader(config)) => {
                    format!("the signed {}", config.id_header.unwrap_or_default())
                }
                _ => "the signed id".to_owned(),
            },
            Identity::Digest => digest.to_owned(),
            Identity::SignedText => "digest of what is signed".to_owned(),
            Identity::DigestWithout(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("{digest} without {}", names.join(" and "))
            }
            Identity::Member(at) => format!("the body's {}, else its digest", member(at)),
            Identity::OfPack(words) => (*words).to_owned(),
        }
    }

    /// Where the type of an event stands, in words.
    pub fn event_type_in_words(&self) -> String {
        match self.event_type.value() {
            EventTypeAt::Nowhere => "none".to_owned(),
            EventTypeAt::Member(at) => format!("the body's {}", member(at)),
            EventTypeAt::Header(name) => format!("{name}, unsigned"),
        }
    }

    /// How long it waits for an answer, and when it sends again, in words. What is only assumed of it is unknown here.
    ///
    /// ```
    /// let github = hookgate::providers::known::find("github").unwrap();
    /// assert_eq!(github.manner_in_words(), "waits 10 s, never sends again");
    /// ```
    pub fn manner_in_words(&self) -> String {
        let waits = match self.timeout.if_known() {
            Some(timeout) => format!("waits {}", duration_in_words(*timeout)),
            None => "waits for an unknown time".to_owned(),
        };
        let gaps = self.repeats.if_known().map_or(&[][..], |it| it.gaps);
        let gaps: Vec<_> = gaps.iter().map(|gap| gap_in_words(*gap)).collect();
        let again = match (self.retries.if_known(), gaps.is_empty()) {
            (Some(Retries::Never), _) => "never sends again".to_owned(),
            (Some(Retries::For(horizon)), true) => {
                format!("sends again for {}", duration_in_words(*horizon))
            }
            (Some(Retries::For(horizon)), false) => {
                format!(
                    "sends again for {}, after {}",
                    duration_in_words(*horizon),
                    gaps.join(", ")
                )
            }
            (Some(Retries::Unknown) | None, true) => "sends again: unknown".to_owned(),
            (Some(Retries::Unknown) | None, false) => {
                format!("sends again after {}", gaps.join(", "))
            }
        };
        let only = self.repeats.if_known().is_some_and(|it| it.only_after_5xx);
        let only = if only { ", after a 5xx alone" } else { "" };
        format!("{waits}, {again}{only}")
    }

    /// What of it is only assumed, in words: what is relied on, then the facts that have no source.
    pub fn assumptions(&self) -> Vec<&'static str> {
        let time = self.body_time.is_some_and(|time| time.is_assumed());
        // One that never sends again has no second attempt.
        let repeats = self.retries.if_known() != Some(&Retries::Never);
        let scheme = self.scheme().map(Box::<dyn Scheme>::try_from);
        let signs_time = scheme.is_some_and(|it| it.is_ok_and(|scheme| scheme.signs().time));
        let anew = signs_time && repeats && self.signed_anew.is_assumed();
        let facts = [
            ("which page documents it", self.page.is_assumed()),
            ("how it signs", self.proof.is_assumed()),
            ("what identifies an event", self.identity.is_assumed()),
            ("where its types stand", self.event_type.is_assumed()),
            ("what its signed time means", time),
            ("that each attempt is signed anew", anew),
            ("how long it waits", self.timeout.is_assumed()),
            ("whether it sends again", self.retries.is_assumed()),
            ("when it sends again", self.repeats.is_assumed()),
        ];
        let facts = facts.into_iter().filter(|(_, is_assumed)| *is_assumed);
        let own = self.assumed.iter().copied();
        own.chain(facts.map(|(words, _)| words)).collect()
    }
}

/// How long it waits before it sends again.
fn gap_in_words(gap: Duration) -> String {
    if gap.is_zero() {
        "at once".to_owned()
    } else {
        duration_in_words(gap)
    }
}

/// A duration in words, as the rows say it: below a minute with a fraction of a second, from there on in whole seconds.
///
/// ```
/// use std::time::Duration;
///
/// use hookgate::providers::known::duration_in_words;
///
/// assert_eq!(duration_in_words(Duration::from_millis(500)), "0.5 s");
/// assert_eq!(duration_in_words(Duration::from_secs(86_400)), "24 h");
/// assert_eq!(duration_in_words(Duration::from_secs(93_660)), "1 d 2 h 1 min");
/// ```
pub fn duration_in_words(of: Duration) -> String {
    let mut rest = of.as_secs();
    if rest < 60 {
        return format!("{} s", of.as_secs_f64());
    }
    let mut words = Vec::new();
    for (unit, name) in [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")] {
        // A single day reads better in hours.
        if rest >= unit && (unit < 86_400 || rest > unit) {
            words.push(format!("{} {name}", rest / unit));
            rest %= unit;
        }
    }
    words.join(" ")
}
