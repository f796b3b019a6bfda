//! [`Learner`]: a pack that panics over some texts until it has learned to read them. Behind `many ` each word of a body is
//! an event.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hookgate::{
    Keyring, Rejection, Secret,
    keys::Key,
    pack::{
        Authenticated, Contents, Decoded, KeyParts, Keys, LiveKeys, Provider, RawRequest,
        SenderProfile, Undecodable, Verified,
    },
};

pub(crate) struct Learner(pub(crate) Arc<AtomicBool>);

impl Provider for Learner {
    type Event = String;

    fn name(&self) -> &str {
        "learner"
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        let key = Key::new("key", Secret::utf8("a secret of some length").unwrap());
        Keys::from(Keyring::new([key]).unwrap())
    }

    fn needs_access(&self) -> bool {
        true
    }

    fn verify<'a>(&self, _: RawRequest<'a>, _: LiveKeys<'a>) -> Result<Verified<'a>, Rejection> {
        Ok(Verified::by_access())
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<String>, Undecodable> {
        let text = String::from_utf8_lossy(authenticated.bytes).into_owned();
        let many = text.strip_prefix("many ");
        let is_hard = many.is_some() || text.starts_with("panic");
        assert!(!is_hard || self.0.load(Ordering::SeqCst), "not learned yet");
        if let Some(many) = many {
            let words = many.split(' ').map(str::to_owned);
            let events = words.map(|word| Decoded::new(KeyParts::of(&word), word));
            return Ok(Contents::Events(events.collect()));
        }
        Ok(Decoded::new(KeyParts::of(&text), text).into())
    }
}
