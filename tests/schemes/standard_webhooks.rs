//! Standard Webhooks: the window's edges, several signatures, and what an id may be.

use hookgate::{
    Key, Keyring, Secret,
    providers::preset::{Preset, StandardWebhooksSimulator},
    time::Clock,
};

use crate::props::{Call, Stage, standard_webhooks as standard};

async fn status(stage: &Stage, call: &Call) -> u16 {
    stage.send(call).await.status
}

#[tokio::test]
async fn both_edges_of_the_window_are_inside() {
    let stage = Stage::standard_webhooks().await;
    let now = stage.clock.now().as_secs();
    for (offset, expected) in [(-301, 401), (-300, 200), (0, 200), (300, 200), (301, 401)] {
        let call = standard::signed(&format!("msg_{offset}"), now + offset, "{}");
        assert_eq!(status(&stage, &call).await, expected, "{offset}");
    }
    // To the millisecond: our clock has them, and the sender's has not.
    stage.clock.advance(std::time::Duration::from_millis(1));
    let edge = standard::signed("msg_edge", now - 300, "{}");
    assert_eq!(status(&stage, &edge).await, 401);
}

#[tokio::test]
async fn times_that_no_clock_shows_are_refused() {
    let stage = Stage::standard_webhooks().await;
    let now = stage.clock.now().as_secs();
    for text in [
        "",
        "0",
        "-1",
        "-",
        "+1",
        "1e9",
        "1.0",
        " 1",
        "soon",
        "９",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "99999999999999999999999",
        &format!("{now}.0"),
        &format!("0x{now:x}"),
        &(now * 1000).to_string(),
    ] {
        let signature = standard::signature("msg_1", text, b"{}");
        let call = Call::post("/hook", "{}")
            .with("webhook-id", "msg_1")
            .with("webhook-timestamp", text)
            .with("webhook-signature", signature);
        assert_eq!(status(&stage, &call).await, 401, "{text}");
    }
    assert_eq!(stage.script.runs(), 0);
}

#[tokio::test]
async fn one_right_signature_among_wrong_ones_is_enough() {
    let stage = Stage::standard_webhooks().await;
    let now = stage.clock.now().as_secs();
    let call = |n: usize, signatures: String| {
        let id = format!("msg_{n}");
        let right = standard::signature(&id, &now.to_string(), b"{}");
        standard::signed(&id, now, "{}")
            .with("webhook-signature", signatures.replace("RIGHT", &right))
    };
    let wrong = standard::signature("other", "1", b"{}");
    let many = |count: usize| format!("{wrong} ").repeat(count);
    for (n, (signatures, expected)) in [
        ("RIGHT".to_owned(), 200),
        (format!("{wrong} RIGHT"), 200),
        (format!("RIGHT {wrong}"), 200),
        ("v1a,ed25519 RIGHT".to_owned(), 200),
        ("v1,short RIGHT".to_owned(), 200),
        (format!("{}RIGHT", many(15)), 200),
        (format!("{}RIGHT", many(16)), 401),
        (many(3), 401),
        ("RIGHT,".to_owned(), 401),
        ("v2,RIGHT".to_owned(), 401),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(
            status(&stage, &call(n, signatures.clone())).await,
            expected,
            "{signatures}"
        );
    }
}

#[tokio::test]
async fn an_id_is_one_header_without_the_byte_that_ends_it() {
    let stage = Stage::standard_webhooks().await;
    let now = stage.clock.now().as_secs();
    for id in ["a.b", ".", "", &"i".repeat(257)] {
        assert_eq!(
            status(&stage, &standard::signed(id, now, "{}")).await,
            401,
            "{id}"
        );
    }
    // One signed text, two readings: `a` `.b…` is not `a.b` `…`.
    let first = standard::signed("a", now, "b.{}");
    let signature = first.headers["webhook-signature"].to_str().unwrap();
    let second =
        standard::signed(&format!("a.{now}"), now, "{}").with("webhook-signature", signature);
    assert_eq!(status(&stage, &second).await, 401);

    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let call = standard::signed("msg_1", now, "{}");
        let value = call.headers[name].clone();
        assert_eq!(
            status(&stage, &call.clone().without(name)).await,
            401,
            "{name}"
        );
        assert_eq!(
            status(&stage, &call.and(name, value.as_bytes())).await,
            401,
            "{name}"
        );
    }
    assert_eq!(
        status(&stage, &standard::signed(&"i".repeat(256), now, "{}")).await,
        200
    );
}

#[tokio::test]
async fn id_and_time_are_signed() {
    let stage = Stage::standard_webhooks().await;
    let now = stage.clock.now().as_secs();
    let call = standard::signed("msg_1", now, "{}");
    let other_id = call.clone().with("webhook-id", "msg_2");
    let other_time = call
        .clone()
        .with("webhook-timestamp", (now + 1).to_string());
    assert_eq!(status(&stage, &other_id).await, 401);
    assert_eq!(status(&stage, &other_time).await, 401);
    assert_eq!(status(&stage, &call).await, 200);
    assert_eq!(stage.script.last().signed_id.as_deref(), Some("msg_1"));
}

#[tokio::test]
async fn whsec_secrets_with_and_without_their_prefix_are_one_key() {
    let bare = standard::KEY.strip_prefix("whsec_").unwrap();
    for text in [standard::KEY, bare] {
        let pack = Preset::standard_webhooks(Secret::whsec(text).unwrap());
        let stage = Stage::of(pack, |builder| builder).await;
        let call = standard::signed("msg_1", stage.clock.now().as_secs(), "{}");
        assert_eq!(status(&stage, &call).await, 200);
    }
}

#[tokio::test]
async fn svix_has_headers_of_its_own() {
    let secret = || Secret::whsec(standard::KEY).unwrap();
    let stage = Stage::of(Preset::svix(secret()), |builder| builder).await;
    let call = standard::signed("msg_1", stage.clock.now().as_secs(), "{}");
    assert_eq!(status(&stage, &call).await, 401);
    let mut svix = call.clone();
    for name in ["id", "timestamp", "signature"] {
        let value = call.headers[&format!("webhook-{name}")].clone();
        svix = svix.with(&format!("svix-{name}"), value.as_bytes());
    }
    assert_eq!(status(&stage, &svix).await, 200);
}

#[tokio::test]
async fn while_rotating_the_simulator_signs_twice_and_either_ring_takes_it() {
    let (old, new) = ("whsec_b2xkIGtleSBvbGQga2V5", "whsec_bmV3IGtleSBuZXcga2V5");
    let key = |id: &str, text| Key::new(id, Secret::whsec(text).unwrap());
    for (id, text) in [("old", old), ("new", new)] {
        let ring = Keyring::new([key(id, text)]).unwrap();
        let stage = Stage::of(Preset::standard_webhooks(ring), |builder| builder).await;
        let bytes = |text| Secret::whsec(text).unwrap().expose().to_vec();
        let simulator = StandardWebhooksSimulator::new(bytes(old)).also_signed_with(bytes(new));
        let sent = simulator.send("msg_1", stage.clock.now(), "{}");
        let request = sent.into_request().unwrap();
        let mut call = Call::post("/hook", request.body().clone());
        call.headers = request.headers().clone();
        call.headers.remove("content-length");
        assert_eq!(status(&stage, &call).await, 200);
        assert_eq!(stage.script.last().key_id, id);
    }
}
