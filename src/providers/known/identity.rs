//! [`Identity`]: what makes two deliveries the same event.

/// What identifies an event. All of it is covered by the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// The id that the scheme signs.
    SignedId,
    /// The digest of what is signed: two deliveries with equal bodies are one event.
    Digest,
    /// The digest of the signed JSON object without these members of its top level, which differ from attempt to
    /// attempt. What is no such object is identified by the digest of all of it.
    DigestWithout(&'static [&'static str]),
    /// The digest of the signed text, where that is made of parts of the body
    /// ([`Signs::text`](crate::schemes::Signs)): several bodies have the same text.
    SignedText,
    /// The text at this [place](super::KnownSender#places) of the signed body; where there is none, the digest of what is
    /// signed.
    Member(&'static str),
    /// What the sender's own pack reads: in words.
    OfPack(&'static str),
}
