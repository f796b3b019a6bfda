//! One operation of a Facephi tenant: seven events, each a CloudEvent that carries its own signature.

use hookgate::{
    Secret,
    providers::facephi::{API_KEY_HEADER, FacephiSimulator, Mistake, Topic},
    testing::FakeClock,
    time::Clock,
};
use serde_json::json;

use crate::{
    Result,
    endpoint::{self, Endpoint},
    report::{Promise, Report},
};

const SECRET: &str = "n0tAr3alK3y0nlyF0rTh3Quickst4rt1";
const API_KEY: &str = "n0tAr3alAp1K3y";

pub(crate) async fn onboarding(clock: FakeClock, report: &mut Report) -> Result<()> {
    let facephi = FacephiSimulator::new(SECRET, clock.now()).path(endpoint::PATH);
    let stranger = facephi.clone();
    let facephi = facephi.header(API_KEY_HEADER, API_KEY);
    let endpoint = Endpoint::facephi(Secret::utf8(SECRET)?, API_KEY, clock).await?;

    report.heading("A Facephi operation, its last event first; each sent twice");
    for topic in Topic::ALL.iter().rev() {
        let sent = endpoint.in_a_row(2, facephi.send(*topic).into_request()?);
        let once = Promise::handled_once(topic.name());
        report.line(topic.name(), sent.await?, &once);
    }

    report.heading("The same, later, forged, or new");
    let refused = Promise::refused(401);
    let id_captured = |facephi: &FacephiSimulator| facephi.send(Topic::IdCaptured).into_request();
    let copy = Promise::answers([200], 0);
    let sent = endpoint.in_a_row(1, id_captured(&facephi.retry())?);
    report.line("a retry with new download links", sent.await?, &copy);
    let sent = endpoint.in_a_row(1, id_captured(&stranger)?);
    report.line("without the API key", sent.await?, &refused);
    for (what, mistake) in [
        ("said to be another topic", Mistake::Relabelled),
        ("said to be of another operation", Mistake::OtherOperation),
        (
            "its signature twice, once escaped",
            Mistake::RepeatedSignature,
        ),
    ] {
        let forged = facephi.mistaken(Topic::OperationFinished, mistake);
        let sent = endpoint.in_a_row(1, forged.into_request()?);
        report.line(what, sent.await?, &refused);
    }
    let once = Promise::handled_once("unrecognized");
    let other_shape = facephi
        .operation("another")
        .event(Topic::IdCaptured.event_type(), &json!(["a list"]));
    let sent = endpoint.in_a_row(2, other_shape.into_request()?);
    report.line("data of another shape; 2 copies", sent.await?, &once);
    endpoint.close().await;
    Ok(())
}
