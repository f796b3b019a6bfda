//! What a row says, in words: for lists and tables.

use super::{EventTypeAt, Identity, KnownSender, Proof};
use crate::schemes::SchemeConfig;

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

    /// What of it is only assumed, in words: what is relied on, then the facts that have no source.
    pub fn assumptions(&self) -> Vec<&'static str> {
        let time = self.body_time.is_some_and(|time| time.is_assumed());
        let facts = [
            ("which page documents it", self.page.is_assumed()),
            ("how it signs", self.proof.is_assumed()),
            ("what identifies an event", self.identity.is_assumed()),
            ("where its types stand", self.event_type.is_assumed()),
            ("what its signed time means", time),
            ("how long it waits", self.timeout.is_assumed()),
            ("whether it sends again", self.retries.is_assumed()),
            ("when it sends again", self.repeats.is_assumed()),
        ];
        let facts = facts.into_iter().filter(|(_, is_assumed)| *is_assumed);
        let own = self.assumed.iter().copied();
        own.chain(facts.map(|(words, _)| words)).collect()
    }
}

/// A place in words: `/data/id` is `data.id`.
fn member(at: &str) -> String {
    format!("`{}`", at.trim_start_matches('/').replace('/', "."))
}
