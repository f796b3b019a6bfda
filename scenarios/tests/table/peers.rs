//! The address that a delivery comes from.

use std::net::IpAddr;

use hookgate::{
    ReceiverBuilder, UnixTime,
    access::{Access, Denied, Networks},
    pack::Head,
};
use http::HeaderValue;

use crate::{
    everywhere::{everywhere, where_peers_are_unknown},
    scene::Tools,
};

/// Lets in only the peer that opened the connection, whatever headers say.
struct FromHere;

impl Access for FromHere {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        match head.peer_addr().map(|peer| peer.ip()) {
            Some(IpAddr::V4(address)) if address.is_loopback() => Ok(()),
            _ => Err(Denied::Wrong),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("ApiKey realm=\"webhook\"")]
    }

    fn needs_peer(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_peer_is_who_opened_the_connection() {
    everywhere(
        |tools| tools.receiver().access(FromHere),
        async |scene| {
            let event = scene
                .event("msg_1", "process")
                .with_header("x-forwarded-for", "203.0.113.7")
                .with_header("forwarded", "for=203.0.113.7")
                .with_header("x-real-ip", "203.0.113.7");
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_outside_of_the_networks_is_403_whatever_it_presents() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .networks(Networks::new(["203.0.113.0/24"]).unwrap())
        },
        async |scene| {
            let event = scene
                .event("msg_1", "process")
                .with_header("x-forwarded-for", "203.0.113.7");
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 403, "{answer:?}");
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_the_networks_is_let_in() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .networks(Networks::new(["127.0.0.0/8"]).unwrap())
        },
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_needed_and_unknown_is_500_and_runs_nothing() {
    let needs_peer: [fn(&Tools) -> ReceiverBuilder; 2] = [
        |tools| {
            let everyone = Networks::new(["0.0.0.0/0", "::/0"]).unwrap();
            tools.receiver().networks(everyone)
        },
        |tools| tools.receiver().access(FromHere),
    ];
    for receiver in needs_peer {
        where_peers_are_unknown(receiver, async |scene| {
            let event = scene
                .event("msg_1", "process")
                .with_header("x-forwarded-for", "127.0.0.1")
                .with_header("forwarded", "for=127.0.0.1");
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 500, "{answer:?}");
            assert!(answer.body.contains("The receiver is set up wrongly."));
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_unknown_and_not_needed_is_no_matter() {
    where_peers_are_unknown(
        |tools| tools.receiver(),
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "created")).await;
            assert_eq!(answer.status, 201, "{answer:?}");
            vec![answer]
        },
    )
    .await;
}
