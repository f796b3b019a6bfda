//! What hookgate does, in one command: `cargo run --example quickstart`.
//!
//! It starts an axum receiver on a free port of this machine. It sends it, through real HTTP, what senders send and
//! what attackers send. These are deliveries that a Logto server really made, copies, failures, forgeries, and the
//! onboarding of a Facephi user. Each line of its table was promised first. The program ends with an error if any
//! answer, or how often the handler ran, is another one.
//!
//! | file | shows |
//! | --- | --- |
//! | `endpoint.rs` | how an application receives: this is what you would write |
//! | `onboarding.rs` | the seven events of one Facephi operation |
//! | `recording.rs` | what a Logto server put on the wire |
//! | `sender.rs` | a plain HTTP client |
//! | `report.rs` | the table, and whether it is as promised |

mod endpoint;
mod onboarding;
mod recording;
mod report;
mod sender;

use std::{error::Error, process::ExitCode, time::Duration};

use hookgate::{
    Key, Keyring, Secret, UnixTime,
    providers::logto::{LogtoSimulator, User},
    testing::FakeClock,
    time::Clock,
};

use crate::{
    endpoint::{Endpoint, Plan},
    onboarding::onboarding,
    recording::Recording,
    report::{Promise, Report},
};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// The key of the simulated hook. Invented, as all keys here.
const SIGNING_KEY: &str = "n0tAr3alK3y0nlyF0rTh3Quickst4rt0";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let recordings = Recording::all()?;
    let clock = FakeClock::at(UnixTime::from_secs(1_795_305_000));
    let mut keys = recording::keys(&recordings)?;
    keys.push(Key::new("simulated", Secret::utf8(SIGNING_KEY)?));
    let endpoint = Endpoint::logto("logto", Keyring::new(keys)?, clock.clone()).await?;
    let mut report = Report::default();

    recorded(&endpoint, &recordings, &mut report).await?;
    // The receiver's clock stands at the last recording, and so does the simulated server's.
    let logto = LogtoSimulator::new(SIGNING_KEY, clock.now()).path(endpoint::PATH);
    copies(&endpoint, &logto, &mut report).await?;
    outcomes(&endpoint, &logto, &mut report).await?;
    forgeries(&endpoint, &logto, &mut report).await?;
    time(&endpoint, &logto, &mut report).await?;
    rotation(&recordings, clock.clone(), &mut report).await?;
    onboarding(clock, &mut report).await?;

    endpoint.close().await;
    Ok(report.finish())
}

/// Deliveries of a real server, each sent twice, with the clock as it was when it arrived.
async fn recorded(
    endpoint: &Endpoint,
    recordings: &[Recording],
    report: &mut Report,
) -> Result<()> {
    report.heading("Recorded from a Logto server; each sent twice");
    for recording in recordings {
        endpoint.clock().set_wall(recording.received_at()?);
        let promise = match recording.number() {
            57 => Promise::refused(405).because("redirected: arrives as a GET"),
            63 => Promise::refused(401).because("its hook has no key"),
            67 => Promise::refused(401).because("forged signature joined with the real one"),
            _ => Promise::handled_once(recording.event()),
        };
        let sent = endpoint.in_a_row(2, recording.request()?).await?;
        report.line(&recording.title(), sent, &promise);
    }
    Ok(())
}

async fn copies(endpoint: &Endpoint, logto: &LogtoSimulator, report: &mut Report) -> Result<()> {
    report.heading("Copies of one event");
    let once = Promise::handled_once("PostSignIn");

    let ana = logto.post_sign_in(user("ana")).into_request()?;
    let sent = endpoint.in_a_row(5, ana).await?;
    report.line("5 copies, one after the other", sent, &once);

    // The copies wait for the first: none is answered before its handler has finished.
    let ben = logto.post_sign_in(user("ben")).into_request()?;
    endpoint.plan([Plan::Take(Duration::from_millis(200))]);
    let sent = endpoint.at_once(50, ben).await?;
    report.line("50 copies at once; the handler takes 200 ms", sent, &once);

    let eve = logto.post_sign_in(user("eve")).into_request()?;
    endpoint.plan([Plan::Take(Duration::from_millis(200))]);
    endpoint.hang_up_on(eve.clone()).await?;
    let sent = endpoint.in_a_row(1, eve).await?;
    report.line("the sender hangs up midway; then a copy", sent, &once);
    Ok(())
}

async fn outcomes(endpoint: &Endpoint, logto: &LogtoSimulator, report: &mut Report) -> Result<()> {
    report.heading("What the handler says");
    let once = Promise::handled_once("User.Created");

    let kim = logto.user_created(user("kim")).into_request()?;
    endpoint.plan([Plan::Fail, Plan::Fail]);
    let sent = endpoint.in_a_row(4, kim).await?;
    let thrice = Promise::answers([503, 503, 200, 200], 3).saw("User.Created");
    report.line("it fails twice, then works; 4 copies", sent, &thrice);

    let lee = logto.user_created(user("lee")).into_request()?;
    endpoint.plan([Plan::Reject]);
    let sent = endpoint.in_a_row(2, lee).await?;
    report.line("it rejects the event for good; 2 copies", sent, &once);

    let max = logto.user_created(user("max")).into_request()?;
    endpoint.plan([Plan::Ignore]);
    let sent = endpoint.in_a_row(2, max).await?;
    report.line("it ignores the event; 2 copies", sent, &once);

    let new = logto.unknown("User.Teleported").into_request()?;
    let sent = endpoint.in_a_row(2, new).await?;
    let once = Promise::handled_once("User.Teleported (unrecognized)");
    report.line("an event that no version knows; 2 copies", sent, &once);
    Ok(())
}

/// None of these may leave a trace that keeps the true one from running.
async fn forgeries(endpoint: &Endpoint, logto: &LogtoSimulator, report: &mut Report) -> Result<()> {
    report.heading("Forged, broken, too large; then the true one");

    let stranger = LogtoSimulator::new("an0therK3yThatN0R3ceiv3rH4sEver0", endpoint.clock().now());
    let stranger = stranger.path(endpoint::PATH);
    let mia = || logto.post_sign_in(user("mia"));
    let too_large = vec![b' '; 1024 * 1024 + 1];

    for (status, what, wrong) in [
        (401, "the body changed", mia().with_tampered_body()),
        (401, "signature changed", mia().with_tampered_signature()),
        (401, "signature missing", mia().unsigned()),
        (401, "signature twice", mia().with_repeated_signature()),
        (401, "two signatures", mia().with_joined_signature("bad")),
        (401, "another key", stranger.post_sign_in(user("mia"))),
        (400, "signed, but no event", logto.body("[]")),
        (413, "signed, but over 1 MiB", logto.body(too_large)),
        (415, "no media type", mia().without_header("content-type")),
    ] {
        let sent = endpoint.in_a_row(1, wrong.into_request()?).await?;
        report.line(what, sent, &Promise::refused(status));
    }
    let sent = endpoint.in_a_row(2, mia().into_request()?).await?;
    let once = Promise::handled_once("PostSignIn");
    report.line("the true one, and a copy", sent, &once);
    Ok(())
}

/// `createdAt` is the event's own time. An event that could no longer be told from a copy is too old.
async fn time(endpoint: &Endpoint, logto: &LogtoSimulator, report: &mut Report) -> Result<()> {
    let window = endpoint.window()?;
    let [past, future] = [window.past, window.future].map(|limit| limit.as_secs() / 60);
    report.heading(&format!(
        "Events from {past} min ago to {future} min ahead are taken"
    ));

    let one = Duration::from_millis(1);
    let oldest = endpoint.clock().now().saturating_sub(window.past);
    let latest = endpoint.clock().now().saturating_add(window.future);
    let taken = Promise::handled_once("PostSignIn");
    let refused = Promise::refused(401);
    for (what, at, promise) in [
        ("the oldest", oldest, &taken),
        ("1 ms older", oldest.saturating_sub(one), &refused),
        ("the latest", latest, &taken),
        ("1 ms later", latest.saturating_add(one), &refused),
    ] {
        let sign_in = logto.at(at).post_sign_in(user("noa")).into_request()?;
        let sent = endpoint.in_a_row(1, sign_in).await?;
        report.line(what, sent, promise);
    }
    Ok(())
}

/// One hook, recorded before and after its key was rotated, against a ring that changes meanwhile.
async fn rotation(recordings: &[Recording], clock: FakeClock, report: &mut Report) -> Result<()> {
    report.heading("A hook's key is rotated (recordings 065 and 073)");
    let before = recording::find(recordings, 65)?;
    let after = recording::find(recordings, 73)?;
    let ring = Keyring::new([before.key()?])?;
    let endpoint = Endpoint::logto("rotating", ring.clone(), clock).await?;
    let taken = Promise::handled_once(before.event());
    let refused = Promise::refused(401);

    let sent = endpoint.in_a_row(1, before.request()?).await?;
    report.line("old key; signed with the old", sent, &taken);
    let sent = endpoint.in_a_row(1, after.request()?).await?;
    report.line("old key; signed with the new", sent, &refused);

    ring.replace([after.key()?, before.key()?])?;
    let sent = endpoint.in_a_row(1, after.request()?).await?;
    report.line("both keys; signed with the new", sent, &taken);
    let sent = endpoint.in_a_row(1, before.request()?).await?;
    let copy = Promise::answers([200], 0);
    report.line("both keys; a copy, signed with the old", sent, &copy);

    ring.replace([after.key()?])?;
    let sent = endpoint.in_a_row(1, before.request()?).await?;
    report.line("new key; a copy, signed with the old", sent, &refused);
    endpoint.close().await;
    Ok(())
}

/// Another user is another event: the body identifies it.
fn user(id: &str) -> User {
    User::new(id, UnixTime::from_secs(1_795_300_000))
}
