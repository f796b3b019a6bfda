//! The addresses that may call an endpoint, and the proxies that may name them.

use std::net::SocketAddr;

use hookgate::{
    Key, Keyring, Receiver, ReceiverBuilder, Rejection, Secret, UnixTime,
    access::{Access, AllOf, AnyOf, ApiKey, Denied, Forwarding, Networks},
    pack::Head,
    providers::logto::Logto,
    tenants::{KeySource, KeySourceError, Tenant, TenantName, Tenants},
    testing::FakeClock,
    time::Timer,
};
use proptest::prelude::*;

use crate::props::{Stage, at_once, logto, now};

fn networks(ranges: &[&str]) -> Networks {
    Networks::new(ranges).unwrap()
}

/// The result of a call from `peer` with these forwarding headers. `unix` in front of it: over a Unix socket.
fn judge(networks: &Networks, peer: &str, headers: &[(&str, &str)]) -> Result<(), Rejection> {
    let clock = FakeClock::at(now());
    let receiver = Receiver::new("test", Logto::new(Secret::utf8(logto::KEY).unwrap()))
        .networks(networks.clone())
        .dedup(hookgate::dedup::MemoryStore::with_capacity(1))
        .clock(clock.clone())
        .build()
        .unwrap();
    let headers: Vec<(&str, &str)> = [("content-type", "application/json")]
        .into_iter()
        .chain(headers.iter().copied())
        .collect();
    let over_socket = peer.strip_prefix("unix");
    let peer = over_socket.unwrap_or(peer).trim().parse::<SocketAddr>();
    let head = Head::new("POST", "/", &headers)
        .peer(peer.ok())
        .unix_socket(over_socket.is_some());
    let timer: std::sync::Arc<dyn Timer> = std::sync::Arc::new(clock);
    let admitted = at_once(receiver.judge().admit(head, None::<bytes::Bytes>, &timer));
    match admitted {
        // The gate is open: the next check found that nothing is signed.
        Err(Rejection::MissingSignature) => Ok(()),
        Err(rejection) => Err(rejection),
        Ok(_) => unreachable!("nothing is signed"),
    }
}

#[test]
fn a_peer_is_judged_by_its_own_address() {
    let networks = networks(&["203.0.113.0/24", "2001:db8::/32", "198.51.100.7"]);
    for allowed in [
        "203.0.113.0:1",
        "203.0.113.255:1",
        "198.51.100.7:1",
        "[2001:db8:ffff::1]:1",
        "[::ffff:203.0.113.9]:1",
    ] {
        assert_eq!(judge(&networks, allowed, &[]), Ok(()), "{allowed}");
    }
    for denied in [
        "203.0.114.0:1",
        "198.51.100.8:1",
        "[2001:db9::1]:1",
        "[::ffff:203.0.114.1]:1",
        "[::203.0.113.9]:1",
    ] {
        assert_eq!(
            judge(&networks, denied, &[]),
            Err(Rejection::AddressDenied),
            "{denied}"
        );
    }
    assert_eq!(
        judge(&networks, "unknown", &[]),
        Err(Rejection::PeerNotWired)
    );
}

/// A rule that wants the peer, and would take any.
struct AnyPeer;

impl Access for AnyPeer {
    fn check(&self, _: &Head<'_>, _: UnixTime) -> Result<(), Denied> {
        Ok(())
    }

    fn challenges(&self) -> Vec<http::HeaderValue> {
        Vec::new()
    }

    fn needs_peer(&self) -> bool {
        true
    }
}

/// Tenants whose own networks or rule want the peer.
struct Wary;

impl KeySource for Wary {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        let tenant = Tenant::new(name, Secret::utf8(logto::KEY).unwrap());
        Ok(match name {
            "networks" => Some(tenant.networks(networks(&["0.0.0.0/0", "::/0"]))),
            "rule" => Some(tenant.access(AnyPeer)),
            _ => Some(tenant),
        })
    }
}

#[tokio::test]
async fn a_request_without_a_peer_is_500_wherever_its_address_is_needed() {
    type Set = fn(ReceiverBuilder) -> ReceiverBuilder;
    let own = || Logto::new(Secret::utf8(logto::KEY).unwrap());
    let header = TenantName::Header(http::HeaderName::from_static("x-tenant"));
    let many = || Logto::new(Tenants::new(header.clone(), Wary));
    let wanting: [(Logto, &str, Set); 6] = [
        (own(), "", |it| {
            it.networks(networks(&["0.0.0.0/0", "::/0"]))
        }),
        (own(), "", |it| it.access(AnyPeer)),
        (own(), "", |it| it.access(AllOf::of(AnyPeer).and(AnyPeer))),
        (own(), "", |it| {
            it.access(AnyOf::of(ApiKey::header("x-key", "0f3c")).or(AnyPeer))
        }),
        (many(), "networks", |it| it),
        (many(), "rule", |it| it),
    ];
    for (number, (pack, tenant, set)) in wanting.into_iter().enumerate() {
        let clock = FakeClock::at(now());
        let builder = Receiver::new("test", pack).clock(clock.clone());
        let builder = builder.dedup(hookgate::dedup::MemoryStore::with_capacity(1));
        let receiver = set(builder).build().unwrap();
        let timer: std::sync::Arc<dyn Timer> = std::sync::Arc::new(clock);
        let call = logto::event(1)
            .with("x-tenant", tenant)
            .with("x-key", "0f3c");
        let judge = |peer: Option<&str>| {
            let peer = peer.map(|peer| peer.parse().unwrap());
            let head = Head::new("POST", "/", &call.headers).peer(peer);
            let body = Some(call.body.clone());
            at_once(receiver.judge().admit(head, body, &timer)).map(drop)
        };
        let unspecified = ["0.0.0.0:80", "[::]:80", "[::ffff:0.0.0.0]:80"].map(Some);
        for peer in [None].into_iter().chain(unspecified) {
            let rejection = judge(peer).unwrap_err();
            assert_eq!(rejection, Rejection::PeerNotWired, "{number}: {peer:?}");
            let answer = receiver.judge().refusal(&rejection);
            assert_eq!(answer.status(), 500, "{number}: {peer:?}");
            let advice = "into_make_service_with_connect_info";
            assert!(rejection.to_string().contains(advice), "what to wire");
        }
        assert_eq!(judge(Some("203.0.113.7:80")), Ok(()), "{number}");
    }
}

#[test]
fn without_trusted_proxies_no_header_means_anything() {
    let networks = networks(&["203.0.113.0/24"]);
    for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let claims = [(name, "203.0.113.9"), ("forwarded", "for=203.0.113.9")];
        assert_eq!(
            judge(&networks, "192.0.2.1:1", &claims),
            Err(Rejection::AddressDenied)
        );
        let others = [(name, "192.0.2.1")];
        assert_eq!(judge(&networks, "203.0.113.9:1", &others), Ok(()));
    }
}

#[test]
fn the_list_is_read_from_the_right_and_what_a_sender_wrote_is_not() {
    let behind = networks(&["203.0.113.0/24"])
        .behind(["10.0.0.0/8", "192.168.0.1"], Forwarding::XForwardedFor)
        .unwrap();
    let through = |list: &str| judge(&behind, "10.1.1.1:1", &[("x-forwarded-for", list)]);
    for allowed in [
        "203.0.113.9",
        "192.0.2.1, 203.0.113.9",
        "garbage, , 203.0.113.9",
        "203.0.113.9, 10.2.2.2",
        "203.0.113.9:443,192.168.0.1 , 10.2.2.2",
        "::ffff:203.0.113.9",
        // Empty elements say nothing (RFC 9110, section 5.6.1.2).
        "203.0.113.9, ",
        "203.0.113.9,,10.2.2.2",
        ",, \t,203.0.113.9,\t, ,",
    ] {
        assert_eq!(through(allowed), Ok(()), "{allowed}");
    }
    for spoofed in [
        "203.0.113.9, 192.0.2.1",
        "203.0.113.9, 10.2.2.2, 192.0.2.1",
        "203.0.113.9, 192.0.2.1, 10.2.2.2",
        "203.0.113.9, garbage, 10.2.2.2",
        "203.0.113.9, 192.0.2.1,, ",
        "203.0.113.9, unknown",
        "203.0.113.9, 0.0.0.0",
        "203.0.113.9, ::, 10.2.2.2",
        " , ,",
        "10.2.2.2",
        "",
    ] {
        assert_eq!(through(spoofed), Err(Rejection::AddressDenied), "{spoofed}");
    }
    // A proxy that adds a line of its own: the last line is the nearest.
    let lines = [
        ("x-forwarded-for", "203.0.113.9"),
        ("X-Forwarded-For", "192.0.2.1"),
    ];
    assert_eq!(
        judge(&behind, "10.1.1.1:1", &lines),
        Err(Rejection::AddressDenied)
    );
    let lines = [
        ("x-forwarded-for", "192.0.2.1"),
        ("X-Forwarded-For", "203.0.113.9"),
    ];
    assert_eq!(judge(&behind, "10.1.1.1:1", &lines), Ok(()));
    // From elsewhere the header means nothing. The other header never means anything.
    let list = [("x-forwarded-for", "203.0.113.9")];
    assert_eq!(
        judge(&behind, "192.0.2.1:1", &list),
        Err(Rejection::AddressDenied)
    );
    assert_eq!(judge(&behind, "203.0.113.9:1", &list), Ok(()));
    let other = [("forwarded", "for=203.0.113.9")];
    assert_eq!(
        judge(&behind, "10.1.1.1:1", &other),
        Err(Rejection::AddressDenied)
    );
    // Fifteen proxies with the peer, and one more.
    let through_proxies = |count| through(&format!("203.0.113.9{}", ", 10.2.2.2".repeat(count)));
    assert_eq!(through_proxies(14), Ok(()));
    assert_eq!(through_proxies(15), Err(Rejection::AddressDenied));
    // A list that nobody needs is not read to its end.
    let long = format!("203.0.113.9{}", ", 10.2.2.2".repeat(100));
    assert_eq!(through(&long), Err(Rejection::AddressDenied));
}

#[test]
fn forwarded_is_read_in_the_same_manner() {
    let behind = networks(&["2001:db8::/32"])
        .behind(["10.0.0.0/8"], Forwarding::Forwarded)
        .unwrap();
    let through = |list: &str| judge(&behind, "[::ffff:10.1.1.1]:1", &[("forwarded", list)]);
    assert_eq!(
        through("for=192.0.2.1, for=\"[2001:db8::1]:80\";proto=https"),
        Ok(())
    );
    assert_eq!(
        through("for=\"192.0.2.1, for=\"[2001:db8::1]\", for=10.2.2.2"),
        Ok(())
    );
    for list in [
        ",for=\"[2001:db8::1]\", ,",
        "for=\"[2001:db8::1]\",,for=10.2.2.2",
    ] {
        assert_eq!(through(list), Ok(()), "{list}");
    }
    for spoofed in [
        "for=\"[2001:db8::1]\", for=192.0.2.1",
        "for=\"[2001:db8::1]\", for=192.0.2.1,,",
        "for=\"[2001:db8::1]\", ;",
        "for=\"[2001:db8::1]\", for=\"[::]\"",
        "for=\"[2001:db8::1]\", proto=https",
        "for=\"[2001:db8::1]\";for=\"[2001:db8::1]\"",
        "for=\"[2001:db8::1]\", for=_hidden, for=10.2.2.2",
        "2001:db8::1",
    ] {
        assert_eq!(through(spoofed), Err(Rejection::AddressDenied), "{spoofed}");
    }
}

#[test]
fn counted_proxies_may_have_any_address_but_the_peer_is_a_trusted_one() {
    for (forwarding, name) in [
        (Forwarding::XForwardedFor, "x-forwarded-for"),
        (Forwarding::Forwarded, "forwarded"),
    ] {
        let through = |hops: usize, peer: &str, list: &str| {
            let behind = networks(&["203.0.113.0/24"]).behind(["10.0.0.0/8"], forwarding.clone());
            let behind = behind.unwrap().hops(hops).unwrap();
            let element = |node: &str| match name {
                "forwarded" => format!("for={node}"),
                _ => node.to_owned(),
            };
            let list: Vec<_> = list.split(',').map(|node| element(node.trim())).collect();
            judge(&behind, peer, &[(name, &list.join(", "))])
        };
        let denied = Err(Rejection::AddressDenied);
        let proxy = "10.1.1.1:1";
        assert_eq!(through(1, proxy, "203.0.113.9"), Ok(()));
        assert_eq!(through(2, proxy, "203.0.113.9, 198.51.100.1"), Ok(()));
        assert_eq!(
            through(3, proxy, "192.0.2.1, 203.0.113.9, 198.51.100.1, 10.2.2.2"),
            Ok(())
        );
        // What stands further left or right is not the sender.
        assert_eq!(through(1, proxy, "203.0.113.9, 198.51.100.1"), denied);
        assert_eq!(through(1, proxy, "203.0.113.9, 10.2.2.2"), denied);
        assert_eq!(
            through(2, proxy, "203.0.113.9, 192.0.2.1, 198.51.100.1"),
            denied
        );
        // A shorter way, and what is no address.
        assert_eq!(through(2, proxy, "203.0.113.9"), denied);
        assert_eq!(through(2, proxy, "203.0.113.9, unknown"), denied);
        // From elsewhere the header means nothing.
        assert_eq!(through(1, "192.0.2.1:1", "203.0.113.9"), denied);
        assert_eq!(through(1, "203.0.113.9:1", "192.0.2.1"), Ok(()));
    }
    let behind = || {
        networks(&["203.0.113.9"])
            .behind(["10.0.0.0/8"], Forwarding::Forwarded)
            .unwrap()
    };
    assert!(behind().hops(0).is_err());
    assert!(behind().hops(17).is_err());
    assert!(behind().hops(16).is_ok());
    assert!(networks(&["203.0.113.9"]).hops(1).is_err());
    let name = http::HeaderName::from_static("x-real-ip");
    let single = networks(&["203.0.113.9"])
        .behind(["10.0.0.0/8"], Forwarding::SingleAddress(name))
        .unwrap();
    assert!(single.hops(1).is_err(), "there is no list to count in");
}

#[test]
fn a_refused_range_counts_for_the_sender_behind_the_proxies() {
    let except = networks(&["203.0.113.0/24", "2001:db8::/32"])
        .except(["203.0.113.64/26"])
        .unwrap()
        .except(["2001:db8:1::/48", "10.9.9.9"])
        .unwrap();
    let denied = Err(Rejection::AddressDenied);
    assert_eq!(judge(&except, "203.0.113.63:1", &[]), Ok(()));
    assert_eq!(judge(&except, "203.0.113.64:1", &[]), denied);
    assert_eq!(judge(&except, "[::ffff:203.0.113.64]:1", &[]), denied);
    assert_eq!(judge(&except, "[2001:db8:1::9]:1", &[]), denied);
    assert_eq!(judge(&except, "[2001:db8:2::9]:1", &[]), Ok(()));
    let behind = except
        .behind(["10.0.0.0/8"], Forwarding::XForwardedFor)
        .unwrap();
    let through = |peer: &str, list: &str| judge(&behind, peer, &[("x-forwarded-for", list)]);
    assert_eq!(through("10.1.1.1:1", "203.0.113.70"), denied);
    // A proxy is no sender.
    assert_eq!(through("10.9.9.9:1", "203.0.113.7"), Ok(()));
    for range in ["0.0.0.0/0", "::/0", "10.0.0.1/8"] {
        assert!(
            networks(&["203.0.113.9"]).except([range]).is_err(),
            "{range}"
        );
    }
    assert!(networks(&["203.0.113.9"]).except::<&str>([]).is_err());
}

/// Whoever reaches a socket of which nothing was said could name any address.
#[test]
fn a_unix_socket_is_a_proxy_or_allowed_only_where_that_was_said() {
    let own = || networks(&["203.0.113.0/24"]);
    let names = [("x-forwarded-for", "203.0.113.9")];
    let denied = Err(Rejection::AddressDenied);
    let elsewhere = own().behind(["10.0.0.0/8"], Forwarding::XForwardedFor);
    let elsewhere = elsewhere.unwrap();
    assert_eq!(judge(&elsewhere, "10.0.0.1:1", &names), Ok(()));
    assert_eq!(judge(&elsewhere, "unix", &names), denied);
    assert_eq!(judge(&own(), "unix", &names), denied);

    let behind = own().behind_unix_socket(Forwarding::XForwardedFor).unwrap();
    assert_eq!(judge(&behind, "unix", &names), Ok(()));
    assert_eq!(judge(&behind, "unix", &[]), denied);
    let unknown = judge(&behind, "unknown", &names);
    assert_eq!(unknown, Err(Rejection::PeerNotWired));
    assert_eq!(judge(&behind, "10.0.0.1:1", &names), denied);

    let allowed = own().allow_unix_socket().unwrap();
    assert_eq!(judge(&allowed, "unix", &[]), Ok(()));
    // It has an address, so it is at no socket.
    assert_eq!(judge(&allowed, "unix 192.0.2.1:1", &[]), denied);
}

#[test]
fn one_header_and_one_meaning_of_a_socket_are_named() {
    let own = || networks(&["203.0.113.9"]);
    let listed = Forwarding::XForwardedFor;
    let socket = || own().behind_unix_socket(Forwarding::XForwardedFor).unwrap();
    assert!(socket().behind(["10.0.0.0/8"], listed).is_ok());
    assert!(
        socket()
            .behind(["10.0.0.0/8"], Forwarding::Forwarded)
            .is_err()
    );
    assert!(socket().hops(2).is_ok());
    assert!(socket().allow_unix_socket().is_err());
    let allowed = own().allow_unix_socket().unwrap();
    assert!(allowed.behind_unix_socket(Forwarding::Forwarded).is_err());
}

#[test]
fn ranges_that_cannot_be_meant_are_refused() {
    for range in [
        "",
        "203.0.113.0/33",
        "203.0.113.9/24",
        "::ffff:203.0.113.9",
        "::ffff:203.0.113.0/120",
        "host",
    ] {
        assert!(Networks::new([range]).is_err(), "{range}");
    }
    assert!(Networks::new::<&str>([]).is_err());
    let behind = |range| networks(&["203.0.113.9"]).behind([range], Forwarding::XForwardedFor);
    for range in ["0.0.0.0/0", "::/0", "10.0.0.1/8"] {
        assert!(behind(range).is_err(), "{range}");
    }
    assert!(
        networks(&["203.0.113.9"])
            .behind::<&str>([], Forwarding::Forwarded)
            .is_err()
    );
}

#[tokio::test]
async fn over_http_the_socket_counts_and_credentials_open_nothing() {
    let elsewhere = Stage::logto_with(|builder| {
        builder
            .networks(networks(&["203.0.113.0/24"]))
            .access(ApiKey::header("x-api-key", "0f3c"))
    })
    .await;
    let call = logto::event(1).with("x-api-key", "0f3c");
    let reply = elsewhere
        .send(&call.clone().with("x-forwarded-for", "203.0.113.9"))
        .await;
    assert_eq!(reply.status, 403);
    assert!(!reply.headers.contains_key("www-authenticate"));
    assert_eq!(elsewhere.script.runs(), 0);

    let here = Stage::logto_with(|builder| {
        builder
            .networks(networks(&["127.0.0.0/8"]))
            .access(ApiKey::header("x-api-key", "0f3c"))
    })
    .await;
    assert_eq!(
        here.send(&call.clone().without("x-api-key")).await.status,
        401
    );
    assert_eq!(here.send(&call).await.status, 200);

    let behind = networks(&["203.0.113.0/24"])
        .behind(["127.0.0.1"], Forwarding::XForwardedFor)
        .unwrap();
    let proxied = Stage::logto_with(|builder| builder.networks(behind)).await;
    let spoofed = call
        .clone()
        .with("x-forwarded-for", "203.0.113.9, 192.0.2.1");
    assert_eq!(proxied.send(&spoofed).await.status, 403);
    let two_lines = call
        .clone()
        .with("x-forwarded-for", "203.0.113.9")
        .and("x-forwarded-for", "192.0.2.1");
    assert_eq!(proxied.send(&two_lines).await.status, 403);
    let real = call.with("x-forwarded-for", "192.0.2.1, 203.0.113.9");
    assert_eq!(proxied.send(&real).await.status, 200);
    assert_eq!(proxied.script.runs(), 1);
}

/// `far` may call from elsewhere only. `broken` has a rule that cannot be right.
struct Two;

impl KeySource for Two {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        let ring = Keyring::new([Key::new("0", Secret::utf8(logto::KEY).unwrap())]).unwrap();
        let tenant = Tenant::new(name, ring);
        Ok(match name {
            "far" => Some(tenant.networks(networks(&["203.0.113.0/24"]))),
            "near" => Some(tenant.networks(networks(&["127.0.0.1"]))),
            "broken" => Some(tenant.access(ApiKey::header("x-api-key", ""))),
            _ => None,
        })
    }
}

#[tokio::test]
async fn a_tenants_networks_are_its_own() {
    let header = hookgate::tenants::TenantName::Header(http::HeaderName::from_static("x-tenant"));
    let stage = Stage::of(Logto::new(Tenants::new(header, Two)), |builder| builder).await;
    let call = |tenant: &str| logto::event(1).with("x-tenant", tenant);
    assert_eq!(stage.send(&call("near")).await.status, 200);
    assert_eq!(stage.send(&call("far")).await.status, 403);
    assert_eq!(stage.send(&call("nobody")).await.status, 401);
    let broken = call("broken").with("x-api-key", "");
    assert_eq!(stage.send(&broken).await.status, 503);
    assert_eq!(stage.script.runs(), 1);
}

proptest! {
    #[test]
    fn what_stands_left_of_the_senders_address_changes_nothing(
        left in "[ -~]{0,60}", allowed in any::<bool>(), lines in any::<bool>(),
    ) {
        let (sender, node) = if allowed { ("203.0.113.9", Ok(())) } else { ("192.0.2.1", Err(Rejection::AddressDenied)) };
        for (forwarding, name, own) in [
            (Forwarding::XForwardedFor, "x-forwarded-for", sender.to_owned()),
            (Forwarding::Forwarded, "forwarded", format!("for=\"{sender}:80\";by=10.1.1.1")),
        ] {
            let behind = networks(&["203.0.113.0/24"]).behind(["10.0.0.0/8"], forwarding).unwrap();
            let joined = format!("{left},{own}, {}", own.replace(sender, "10.2.2.2"));
            let headers = if lines {
                vec![(name, left.as_str()), (name, own.as_str())]
            } else {
                vec![(name, joined.as_str())]
            };
            prop_assert_eq!(judge(&behind, "10.1.1.1:1", &headers), node.clone());
        }
    }
}
