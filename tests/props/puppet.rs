//! [`Puppet`]: a pack that believes or refuses what the test says.

use std::{
    collections::VecDeque,
    sync::{Arc, LazyLock, Mutex},
};

use hookgate::{
    Rejection, UnixTime,
    keys::KeyId,
    pack::{
        Authenticated, ContentDigest, Contents, Decoded, EventTime, EventType, Handshake, KeyParts,
        LiveKeys, Provider, RawRequest, SenderProfile, Undecodable,
    },
    schemes::{Coverage, Verified},
    tenants::Keys,
};

/// The first word of a body identifies its event, and says what it is. `unwanted…` was not asked for. `unknown…` has a
/// type that the pack does not know, `untyped…` has none, and `odd…` fits no type. A word `nonce=…` is the request's
/// nonce. A word `at=…` is the event's time in seconds, or one that cannot be read. With the word `unsigned`, the sender is
/// known and signs nothing.
#[derive(Clone, Default)]
pub(crate) struct Puppet(Arc<Mutex<VecDeque<Rejection>>>);

impl Puppet {
    /// The next request is refused for this.
    pub(crate) fn refuse(&self, rejection: Rejection) {
        self.0.lock().unwrap().push_back(rejection);
    }
}

impl Provider for Puppet {
    type Event = String;

    fn name(&self) -> &str {
        "puppet"
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        Keys::NotNeeded
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        _keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        static KEY_ID: LazyLock<KeyId> = LazyLock::new(|| "key-1".into());
        if let Some(rejection) = self.0.lock().unwrap().pop_front() {
            return Err(rejection);
        }
        let text = std::str::from_utf8(request.body).unwrap_or_default();
        let mut words = text.split([' ', '\n']);
        let nonce = words.find_map(|word| word.strip_prefix("nonce="));
        let is_unsigned = text.split([' ', '\n']).any(|word| word == "unsigned");
        let verified = if is_unsigned {
            Verified::by_caller(&KEY_ID)
        } else {
            Verified::assertion(Coverage::Body, &KEY_ID)
        };
        Ok(verified.with_nonce(nonce))
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<String>, Undecodable> {
        let text = std::str::from_utf8(authenticated.bytes).map_err(|_| Undecodable("no text"))?;
        if let Some(challenge) = text.strip_prefix("handshake ") {
            return Ok(Handshake::new(challenge.to_owned()).into());
        }
        let Some(lines) = text.strip_prefix("batch\n") else {
            return Ok(event(text).into());
        };
        let of_line = |line: &str| {
            let bytes = authenticated.bytes.slice_ref(line.as_bytes());
            event(line).bytes(bytes)
        };
        Ok(Contents::Events(lines.lines().map(of_line).collect()))
    }
}

/// Its first word identifies it, and says what becomes of it.
fn event(text: &str) -> Decoded<String> {
    let word = text.split(' ').next().unwrap_or_default();
    let at = text.split(' ').find_map(|word| word.strip_prefix("at="));
    let decoded = Decoded::new(KeyParts::of(word), text.to_owned())
        .occurred_at(at.map_or(EventTime::Missing, |at| match at.parse() {
            Ok(secs) => EventTime::At(UnixTime::from_secs(secs)),
            Err(_) => EventTime::Unreadable,
        }))
        .content(ContentDigest::of(text.as_bytes()))
        .wanted(!word.starts_with("unwanted"))
        .recognized(!word.starts_with("odd"));
    if word.starts_with("untyped") {
        decoded
    } else if word.starts_with("unknown") {
        decoded.event_type(EventType::unknown("CANARY.type"))
    } else {
        decoded.event_type(EventType::known("thing.happened"))
    }
}
