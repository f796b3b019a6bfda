//! Which time must be inside the window, where a pack of an application's own gives one, both or none.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod support;

use std::time::Duration;

use hookgate::{
    KeyParts, Keys, Provider, Rejection, UnixTime, Verified,
    keys::LiveKeys,
    provider::{Authenticated, Decoded, SenderProfile, TimeKind, Undecodable},
    request::RawRequest,
};
use support::{Call, Puppet, Stage, now};

const PAST: Duration = Duration::from_secs(600);
const FUTURE: Duration = Duration::from_secs(300);
const SECOND: Duration = Duration::from_secs(1);

/// An event that says when it occurred.
fn dated(word: &str, at: UnixTime) -> Call {
    Call::post("/hook", format!("{word} at={}", at.as_secs()))
}

/// Both limits are inside; beyond them the answer is 401, and nothing runs.
async fn keeps_its_window(stage: &Stage) {
    for (word, at, status) in [
        ("older", now().saturating_sub(PAST + SECOND), 401),
        ("newer", now().saturating_add(FUTURE + SECOND), 401),
        ("oldest", now().saturating_sub(PAST), 200),
        ("newest", now().saturating_add(FUTURE), 200),
        ("fresh", now(), 200),
    ] {
        let reply = stage.send(&dated(word, at)).await;
        assert_eq!(reply.status, status, "{word}");
    }
    assert_eq!(stage.script.runs(), 3);
}

#[tokio::test]
async fn an_events_own_time_is_checked_by_a_window_that_was_set_though_the_profile_names_no_time() {
    assert_eq!(Puppet::default().profile().time, TimeKind::None);
    let stage = Stage::of(Puppet::default(), |builder| builder.past(PAST)).await;
    keeps_its_window(&stage).await;
    let stage = Stage::of(Puppet::default(), |builder| {
        let retention = PAST + FUTURE + Duration::from_secs(60);
        builder.future(FUTURE).retention(retention)
    })
    .await;
    keeps_its_window(&stage).await;
}

#[tokio::test]
async fn without_a_window_no_time_of_such_a_pack_is_checked() {
    let stage = Stage::of(Puppet::default(), |builder| builder).await;
    assert_eq!(stage.receiver.window(), None);
    let reply = stage.send(&dated("old", UnixTime::from_secs(1))).await;
    assert_eq!(reply.status, 200);
}

/// Its requests are signed at a time only where they say so.
struct SometimesSigned;

impl Provider for SometimesSigned {
    type Event = String;

    fn name(&self) -> &str {
        "sometimes-signed"
    }

    fn profile(&self) -> SenderProfile {
        let mut profile = Puppet::default().profile();
        profile.time = TimeKind::SentAt;
        profile.past = Some(PAST);
        profile
    }

    fn keys(&self) -> Keys {
        Keys::None
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let verified = Puppet::default().verify(request, keys)?;
        let is_signed_now = request.body.starts_with(b"signed-now");
        Ok(verified.with_sent_at(is_signed_now.then(now)))
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<String>, Undecodable> {
        Puppet::default().decode(authenticated, key)
    }
}

#[tokio::test]
async fn an_events_own_time_is_checked_where_the_attempt_has_none() {
    let stage = Stage::of(SometimesSigned, |builder| builder).await;
    keeps_its_window(&stage).await;
    // Where it has one, that says how fresh the delivery is, however old its event.
    let old = now().saturating_sub(PAST * 100);
    let reply = stage.send(&dated("signed-now", old)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(stage.script.runs(), 4);
}
