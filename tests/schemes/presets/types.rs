//! What a preset says of an event's type and form.

use hookgate::{Rejection, json::Payload};

use crate::props::presets::vectors;

#[tokio::test]
async fn a_type_is_signed_or_claimed_never_both() {
    let types = [
        ("github", [(None, Some("ping"))].as_slice()),
        ("shopify", &[(None, Some("orders/create"))]),
        ("slack", &[(None, None), (Some("event_callback"), None)]),
        ("stripe", &[(Some("setup_intent.created"), None)]),
        ("linear", &[(Some("Comment"), None)]),
    ];
    for (preset, expected) in types {
        for (vector, (signed, claimed)) in vectors(preset).iter().zip(expected) {
            let delivery = vector.delivery().await;
            assert_eq!(delivery.event_type(), *signed, "{preset}");
            let claim = delivery.claimed_type();
            assert_eq!(claim.map(|claim| *claim.trust_unsigned()), *claimed);
        }
    }
}

#[tokio::test]
async fn slacks_forms_arrive_as_they_came() {
    let vector = vectors("slack").remove(0);
    let Payload::Unrecognized { raw, .. } = vector.delivery().await.into_event() else {
        panic!("a form is no JSON");
    };
    assert_eq!(raw, vector.body);
    let text = vector.with_header("content-type", "text/plain");
    assert_eq!(
        text.admit().await.err(),
        Some(Rejection::UnsupportedMediaType)
    );
}
