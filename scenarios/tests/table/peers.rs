//! The address that a delivery comes from.

use std::net::IpAddr;

use hookgate::{
    ReceiverBuilder, UnixTime,
    access::{Access, Denied, Forwarding, Networks},
    pack::Head,
};
use http::{HeaderName, HeaderValue};

use crate::{
    everywhere::{everywhere, on_unix_sockets, where_peers_are_unknown},
    scene::{Scene, Tools},
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

#[tokio::test(flavor = "multi_thread")]
async fn a_single_address_counts_from_a_trusted_peer_alone() {
    let behind = |proxies: &'static str| {
        move |tools: &Tools| {
            let real_ip = Forwarding::SingleAddress(HeaderName::from_static("x-real-ip"));
            let networks = Networks::new(["203.0.113.0/24"]).unwrap();
            let networks = networks.except(["203.0.113.66"]).unwrap();
            let networks = networks.behind([proxies], real_ip).unwrap();
            tools.receiver().networks(networks)
        }
    };
    let from = |scene: &Scene, address: &str| {
        let event = scene.event("msg_1", "process");
        event.with_header("x-real-ip", address)
    };
    everywhere(behind("127.0.0.0/8"), async |scene| {
        let twice = from(scene, "203.0.113.7").with_header("x-real-ip", "203.0.113.7");
        let mut answers = Vec::new();
        for denied in [
            from(scene, "192.0.2.1"),
            from(scene, "203.0.113.66"),
            from(scene, "203.0.113.7, 203.0.113.7"),
            from(scene, ""),
            twice,
            scene.event("msg_1", "process"),
        ] {
            let answer = scene.send(&denied).await;
            assert_eq!(answer.status, 403, "{answer:?}");
            answers.push(answer);
        }
        let answer = scene.send(&from(scene, "203.0.113.7")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answers
    })
    .await;
    everywhere(behind("10.0.0.0/8"), async |scene| {
        let answer = scene.send(&from(scene, "203.0.113.7")).await;
        assert_eq!(answer.status, 403, "{answer:?}");
        vec![answer]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_on_a_unix_socket_is_what_the_networks_say() {
    type Set = fn(Networks) -> Networks;
    let cases: [(Set, [u16; 3]); 3] = [
        (|networks| networks, [403, 403, 403]),
        (
            |networks| {
                let behind = networks.behind_unix_socket(Forwarding::XForwardedFor);
                behind.unwrap()
            },
            [403, 403, 200],
        ),
        (
            |networks| networks.allow_unix_socket().unwrap(),
            [200, 200, 200],
        ),
    ];
    for (set, expected) in cases {
        let receiver = |tools: &Tools| {
            let networks = Networks::new(["203.0.113.0/24"]).unwrap();
            tools.receiver().networks(set(networks))
        };
        on_unix_sockets(receiver, async |scene| {
            let event = |id: &str| scene.event(id, "process");
            let elsewhere = event("msg_2").with_header("x-forwarded-for", "203.0.113.7, 192.0.2.1");
            let right = event("msg_3").with_header("x-forwarded-for", "192.0.2.1, 203.0.113.7");
            let mut answers = Vec::new();
            for (sent, expected) in [event("msg_1"), elsewhere, right].iter().zip(expected) {
                let answer = scene.send(sent).await;
                assert_eq!(answer.status, expected, "{answer:?}");
                answers.push(answer);
            }
            answers
        })
        .await;
    }
}

/// A rule of the application's own asks for an address.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_needs_an_address_is_500_on_a_unix_socket() {
    on_unix_sockets(
        |tools| tools.receiver().access(FromHere),
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 500, "{answer:?}");
            vec![answer]
        },
    )
    .await;
}
