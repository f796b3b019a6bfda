//! [`Sender`]: who sends, and [`Asked`]: what the kit wants to be sent.

use crate::{simulator::Sent, time::UnixTime};

/// What is signed with where the key is to be wrong.
pub(super) const ANOTHER_KEY: &str = "the key of somebody else";

/// One request that the kit wants. The same `Asked` twice must give the same event.
///
/// Example: [`Kit`](super::Kit).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// When the event happens and is signed.
    pub at: UnixTime,
    /// What to sign with: another one where the key is to be wrong. Plain ASCII.
    pub secret: &'a str,
    /// What kind of event.
    pub content: Content,
    pub(super) id: String,
    pub(super) personal: String,
}

impl Asked<'_> {
    /// The event's id: put it where your sender has one. Other events have others, also in other runs.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is to be signed with a key that the application does not have. For senders that sign with a private key,
    /// which [`secret`](Self::secret) is not.
    pub fn is_by_another_key(&self) -> bool {
        self.secret == ANOTHER_KEY
    }

    /// Text that stands for personal data: put it into the payload, as a name or a document's number.
    /// The redaction scenario looks for it in answers and logs.
    pub fn personal(&self) -> &str {
        &self.personal
    }
}

/// What kind of event is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// One that the application's handler has an effect for.
    Usual,
    /// One of a type that nobody knows.
    UnknownType,
    /// A known one, whose data has another shape than ever before.
    OtherShape,
}

/// Sends what the kit asks for. Those of the packs are in [`senders`](super::senders); any
/// `Fn(&Asked) -> Option<Sent>` is one too.
pub trait Sender {
    /// The request; `None` where the sender has no such event, and the kit then leaves the scenario out.
    fn send(&self, asked: &Asked<'_>) -> Option<Sent>;
}

impl<F: Fn(&Asked<'_>) -> Option<Sent>> Sender for F {
    fn send(&self, asked: &Asked<'_>) -> Option<Sent> {
        self(asked)
    }
}
