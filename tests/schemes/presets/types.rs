//! What a preset says of an event's type and form.

use hookgate::{Rejection, json::Payload};

use crate::props::presets::vectors;

#[tokio::test]
async fn slacks_forms_arrive_as_they_came() {
    let vector = vectors("slack").remove(0);
    let Payload::Unrecognized { raw, .. } = vector.delivery().await.into_event() else {
        panic!("a form is no JSON");
    };
    assert_eq!(raw, vector.body());
    let text = vector.with_header("content-type", "text/plain");
    assert_eq!(
        text.admit().await.err(),
        Some(Rejection::UnsupportedMediaType)
    );
}
