//! [`Provider`]: a sender family, and what is known of how it behaves.

use std::borrow::Cow;

use http::HeaderName;

use crate::{
    challenge::Challenge,
    keys::LiveKeys,
    request::{Head, RawRequest},
    schemes::Verified,
    setup::{BuildError, Finding},
    tenants::Keys,
    time::UnixTime,
    verdict::Rejection,
};

mod authenticated;
mod contents;
mod decoded;
mod erased;
mod profile;
pub(crate) use self::erased::DynProvider;
pub use self::{
    authenticated::Authenticated,
    contents::Contents,
    decoded::{Decoded, Undecodable},
    profile::{Retries, SenderProfile, TimeKind},
};

/// A pack: how a sender signs, what it sends, how it retries.
///
/// The road calls [`verify`](Self::verify) on the raw request, and [`decode`](Self::decode) only on
/// bytes that it authenticated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no pack of a sender",
    label = "not a `Provider`",
    note = "`Receiver::new(name, pack)` takes a pack such as `Logto::new(secret)` or \
            `Preset::standard_webhooks(secret)`; for any other sender see `Preset::custom`"
)]
pub trait Provider: Send + Sync + 'static {
    /// What handlers take.
    type Event: Send + 'static;

    /// The pack's name, part of every event key. Stable: another name is another identity.
    fn name(&self) -> &str;

    /// What is known of the sender: the one table of the pack's defaults.
    fn profile(&self) -> SenderProfile;

    /// Whose keys verify.
    fn keys(&self) -> Keys;

    /// Called at start.
    ///
    /// # Errors
    ///
    /// When the pack's settings contradict each other.
    fn validate(&self) -> Result<(), BuildError> {
        Ok(())
    }

    /// Whether the receiver must have an access rule. Where the proof covers nothing, or only a part of what is used,
    /// the rest can be trusted only because of who may call.
    fn needs_access(&self) -> bool {
        false
    }

    /// What the start-up check should say of this pack at `now`, such as a certificate that has ended.
    fn findings(&self, now: UnixTime) -> Vec<Finding> {
        let _ = now;
        Vec::new()
    }

    /// The requests, signed by nobody, by which its sender asks whether the endpoint is ours. Each is answered before access
    /// is judged. Default: none is. What is asked by an event is answered by [`decode`](Self::decode).
    fn challenges(&self) -> Vec<Challenge> {
        Vec::new()
    }

    /// Whether requests name their keys, as [`Scheme::names_keys`]. Without it, a receiver whose
    /// [`keys`](Self::keys) the application finds by their names cannot be built. Default: they do not.
    ///
    /// [`Scheme::names_keys`]: crate::schemes::Scheme::names_keys
    fn names_keys(&self) -> bool {
        false
    }

    /// The name of the key that the request says it is signed with, as [`Scheme::key_name`]. Asked only where
    /// [`keys`](Self::keys) are looked up by their names. Default: none.
    ///
    /// [`Scheme::key_name`]: crate::schemes::Scheme::key_name
    ///
    /// # Errors
    ///
    /// When the place where a name would stand cannot be read.
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        let _ = request;
        Ok(None)
    }

    /// Whether the header `name` holds a secret that callers show, as [`Scheme::reads_secret`]. Default: none does.
    ///
    /// [`Scheme::reads_secret`]: crate::schemes::Scheme::reads_secret
    fn reads_secret(&self, name: &HeaderName) -> bool {
        let _ = name;
        false
    }

    /// How the headers begin that belong to an event, in lower case. An inbox keeps them all. Default: none does.
    fn event_headers(&self) -> Option<&'static str> {
        None
    }

    /// Refuses a request by its media type, where [`media_types`](SenderProfile::media_types) is empty since no list of them
    /// can say it. It comes before access. Default: none is refused.
    ///
    /// # Errors
    ///
    /// Why the media type is not taken.
    fn check_media_type(&self, head: &Head<'_>) -> Result<(), Rejection> {
        let _ = head;
        Ok(())
    }

    /// Refuses a request by its head alone, before its body is read, as [`Scheme::check_head`]. Default: none is refused.
    ///
    /// [`Scheme::check_head`]: crate::schemes::Scheme::check_head
    ///
    /// # Errors
    ///
    /// What [`verify`](Self::verify) would say.
    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        let _ = (head, keys);
        Ok(())
    }

    /// Proves who wrote the bytes. Checks no time: the road does that next.
    ///
    /// # Errors
    ///
    /// Why there is no proof.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection>;

    /// Reads the event and what identifies it, from authenticated content only. One body may hold several events, or a
    /// question of the sender that is answered at once: see [`Contents`].
    ///
    /// # Errors
    ///
    /// Only when the bytes are not the pack's envelope, or lack what the identity needs. What is
    /// merely unknown is an event too.
    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<Self::Event>, Undecodable>;
}
