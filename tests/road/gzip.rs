//! Bodies that were compressed after they had been signed.

use std::sync::Arc;

use axum::{Router, body::to_bytes, routing::post};
use bytes::Bytes;
use hookgate::{
    Reason, Receiver, ReceiverBuilder, Rejection, Secret,
    dedup::MemoryStore,
    pack::Head,
    providers::{logto::Logto, preset::Preset},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
    testing::FakeClock,
    time::Timer,
};
use hookgate_axum::ReceiverExt;
use http::{HeaderMap, StatusCode};
use tower::ServiceExt;

use crate::props::{Call, at_once, hex, hmac_sha256, logto, now};

const KEY: &str = "a key of both ends";

fn packed(body: &[u8]) -> Vec<u8> {
    Call::post("/hook", body.to_vec()).packed().body.into()
}

/// A sender that signs the body, whatever it sends instead.
fn receiver() -> ReceiverBuilder {
    let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    let scheme = HmacHeader::try_from(config).unwrap();
    let pack = Preset::custom("packs", scheme, Secret::utf8(KEY).unwrap());
    Receiver::new("test", pack).clock(FakeClock::at(now()))
}

fn call(signed: &[u8], sent: Vec<u8>) -> Call {
    Call::post("/hook", sent)
        .with("x-signature", hex(&hmac_sha256(KEY.as_bytes(), signed)))
        .with("content-encoding", "gzip")
}

fn judged(builder: ReceiverBuilder, call: &Call) -> Result<(), Reason> {
    refused(builder, call).map_or(Ok(()), |rejection| Err(rejection.reason()))
}

fn refused(builder: ReceiverBuilder, call: &Call) -> Option<Rejection> {
    let judge = builder.judge().unwrap();
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(now()));
    let head = Head::new("POST", "/hook", &call.headers);
    let judged = at_once(judge.admit(head, Some(call.body.clone()), &timer));
    judged.err()
}

#[test]
fn the_signature_is_checked_over_what_is_unpacked_and_only_where_that_is_wanted() {
    let body = br#"{"n":1}"#;
    let right = call(body, packed(body));
    assert_eq!(judged(receiver().accept_gzip(), &right), Ok(()));
    assert_eq!(judged(receiver(), &right), Err(Reason::UnsupportedEncoding));
    for (call, reason) in [
        (call(b"{}", packed(body)), Reason::SignatureMismatch),
        // Signed after it was compressed.
        (call(&packed(body), packed(body)), Reason::SignatureMismatch),
        (
            right.clone().with("content-encoding", "br"),
            Reason::UnsupportedEncoding,
        ),
        (
            right.clone().with("content-encoding", "gzip, gzip"),
            Reason::UnsupportedEncoding,
        ),
        (
            right.clone().and("content-encoding", "gzip"),
            Reason::UnsupportedEncoding,
        ),
        (
            right.clone().without("content-encoding"),
            Reason::SignatureMismatch,
        ),
    ] {
        assert_eq!(judged(receiver().accept_gzip(), &call), Err(reason));
    }
    // One that was not compressed is taken as ever.
    let plain = call(body, body.to_vec()).without("content-encoding");
    assert_eq!(judged(receiver().accept_gzip(), &plain), Ok(()));
}

#[test]
fn what_is_not_one_whole_member_of_gzip_is_refused() {
    let body = br#"{"n":1}"#;
    let whole = packed(body);
    let cut = |length: usize| whole[..whole.len() - length].to_vec();
    let mut other_sum = whole.clone();
    let place = other_sum.len() - 8;
    other_sum[place] ^= 1;
    for sent in [
        body.to_vec(),
        Vec::new(),
        cut(1),
        cut(9),
        other_sum,
        [whole.clone(), b"x".to_vec()].concat(),
        [whole.clone(), packed(b"")].concat(),
    ] {
        let refused = judged(receiver().accept_gzip(), &call(body, sent));
        assert_eq!(refused, Err(Reason::UnsupportedEncoding));
    }
}

#[test]
fn what_becomes_too_large_is_refused_before_it_is_whole() {
    // A body of blanks becomes a thousand times as large.
    let blanks = vec![b' '; 500_000];
    let mut bomb = call(&blanks, packed(&blanks));
    assert!(bomb.body.len() * 250 < 500_000);
    // Whoever unpacked it to its end would find that it is no gzip.
    let mut broken = bomb.body.to_vec();
    *broken.last_mut().unwrap() ^= 1;
    bomb.body = broken.into();
    let ratio = Rejection::UnpackedTooLarge { ratio: 250 };
    assert_eq!(refused(receiver().accept_gzip(), &bomb), Some(ratio));
    assert_eq!(
        judged(receiver().accept_gzip(), &bomb),
        Err(Reason::BodyTooLarge)
    );
    let limit = Rejection::BodyTooLarge { limit: 9_000 };
    let limited = receiver().accept_gzip().body_limit(9_000);
    assert_eq!(refused(limited, &bomb), Some(limit));
    // Noise does not shrink, so its limit is the receiver's.
    let noise: Vec<u8> = (0_u32..400)
        .flat_map(|number| hmac_sha256(b"noise", &number.to_be_bytes()))
        .collect();
    let noise = hex(&noise).into_bytes();
    let call = call(&noise, packed(&noise));
    let limited = |limit: usize| receiver().accept_gzip().body_limit(limit);
    assert!(call.body.len() < noise.len());
    assert_eq!(judged(limited(noise.len()), &call), Ok(()));
    assert_eq!(
        judged(limited(noise.len() - 1), &call),
        Err(Reason::BodyTooLarge)
    );
    // What came and what it becomes count together.
    let both = noise.len() + call.body.len();
    let within = |bytes: usize| limited(noise.len()).bytes_in_flight(bytes);
    assert_eq!(judged(within(both), &call), Ok(()));
    assert_eq!(judged(within(both - 1), &call), Err(Reason::Overloaded));
}

#[tokio::test]
async fn the_handler_gets_what_was_unpacked_without_the_header() {
    let builder = Receiver::new("test", Logto::new(Secret::utf8(logto::KEY).unwrap()))
        .clock(FakeClock::at(now()))
        .accept_gzip()
        .dedup(MemoryStore::new());
    let receiver = builder.build().unwrap();
    let handler = async |headers: HeaderMap, body: Bytes| {
        let says = |name: &str| headers.get(name).map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(says("content-encoding"), None);
        assert_eq!(says("content-length"), Some(body.len().to_string()));
        body
    };
    let app: Router = Router::new().route("/hook", post(handler).layer(receiver.layer()));
    let plain = logto::event(1);
    let packed = plain.packed().with("content-encoding", "GZip");
    let reply = app
        .oneshot(packed.request::<axum::body::Body>())
        .await
        .unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
    let body = to_bytes(reply.into_body(), usize::MAX).await.unwrap();
    assert_eq!(body, plain.body);
}
