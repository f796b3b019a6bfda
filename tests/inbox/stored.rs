//! What an inbox keeps of a delivery is read as it was written, and nothing else is read.

use std::time::Duration;

use bytes::Bytes;
use hookgate::{
    UnixTime,
    inbox::{
        FORMAT, ProvedBy, StoredCoverage, StoredDelivery, StoredRequest, StoredVerdict, Unreadable,
    },
    pack::ContentDigest,
};
use proptest::{collection::vec, option, prelude::*};
use sha2::{Digest, Sha256};

fn text() -> impl Strategy<Value = Box<str>> {
    any::<String>().prop_map(String::into_boxed_str)
}

fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..64).prop_map(Bytes::from)
}

fn request() -> impl Strategy<Value = StoredRequest> {
    (
        (text(), text(), option::of(text()), option::of(text())),
        vec((text(), text()), 0..3),
        vec((text(), bytes()), 0..4),
        bytes(),
    )
        .prop_map(
            |((method, path, query, authority), route_params, headers, body)| StoredRequest {
                method,
                path,
                query,
                authority,
                route_params,
                headers,
                body,
            },
        )
}

fn coverage(body: usize) -> impl Strategy<Value = StoredCoverage> {
    let range = (0..=body, 0..=body).prop_map(|(a, b)| a.min(b)..a.max(b));
    prop_oneof![
        Just(StoredCoverage::Body),
        (range.clone(), bytes())
            .prop_map(|(proof, blank)| StoredCoverage::BodyBut { proof, blank }),
        range.prop_map(StoredCoverage::Part),
        bytes().prop_map(StoredCoverage::Bytes),
    ]
}

fn delivery() -> impl Strategy<Value = StoredDelivery> {
    request()
        .prop_flat_map(|request| {
            let proved_by = prop_oneof![
                Just(ProvedBy::Signature),
                Just(ProvedBy::Access),
                Just(ProvedBy::OwnCall),
                Just(ProvedBy::SendersLog)
            ];
            let time = any::<i64>().prop_map(UnixTime::from_millis);
            (
                Just(request.clone()),
                (text(), option::of(text()), proved_by, text()),
                coverage(request.body.len()),
                (
                    option::of(text()),
                    option::of(time.clone()),
                    option::of(any::<[u8; 32]>()),
                ),
                (option::of(text()), time, any::<u32>(), any::<u32>()),
            )
        })
        .prop_map(|(request, proof, coverage, signed, rest)| {
            let (pack, tenant, proved_by, key_id) = proof;
            let (signed_id, sent_at, digest) = signed;
            let (claimed_type, received_at, retain, position) = rest;
            let verdict = StoredVerdict {
                pack,
                tenant,
                proved_by,
                key_id,
                coverage,
                signed_id,
                sent_at,
                digest: digest.map(ContentDigest::from_bytes),
                claimed_type,
                received_at,
                retain: Duration::from_millis(retain.into()),
                position,
            };
            StoredDelivery { request, verdict }
        })
}

/// With the check that such bytes would end with.
fn sealed(content: &[u8]) -> Bytes {
    let check = Sha256::digest(content);
    [content, &check[..16]].concat().into()
}

proptest! {
    #[test]
    fn what_was_written_is_read(delivery in delivery()) {
        prop_assert_eq!(StoredDelivery::from_bytes(delivery.to_bytes()), Ok(delivery));
    }

    #[test]
    fn no_bytes_are_a_panic(content in vec(any::<u8>(), 0..128), has_format: bool) {
        let mut bytes = content.clone();
        if has_format {
            bytes.splice(0..0, FORMAT.to_be_bytes());
        }
        let _ = StoredDelivery::from_bytes(content.into());
        let _ = StoredDelivery::from_bytes(sealed(&bytes));
    }

    #[test]
    fn one_changed_or_missing_byte_is_damage(delivery in delivery(), at: prop::sample::Index, by in 1_u8..) {
        let bytes = delivery.to_bytes();
        let at = at.index(bytes.len());
        let mut changed = bytes.to_vec();
        changed[at] ^= by;
        let expected = if at < 2 { Unreadable::UnknownFormat } else { Unreadable::Damaged };
        prop_assert_eq!(StoredDelivery::from_bytes(changed.into()), Err(expected));
        prop_assert!(StoredDelivery::from_bytes(bytes.slice(..at)).is_err());
    }

    #[test]
    fn nothing_may_follow(delivery in delivery(), more in vec(any::<u8>(), 1..8)) {
        let bytes = delivery.to_bytes();
        let content = [&bytes[..bytes.len() - 16], &more].concat();
        prop_assert_eq!(StoredDelivery::from_bytes(sealed(&content)), Err(Unreadable::Damaged));
    }
}

#[test]
fn formats_that_are_not_known_are_refused() {
    for format in [0, FORMAT + 1, u16::MAX] {
        let bytes = sealed(&format.to_be_bytes());
        let read = StoredDelivery::from_bytes(bytes);
        assert_eq!(read, Err(Unreadable::UnknownFormat), "{format}");
    }
    assert_eq!(
        StoredDelivery::from_bytes(Bytes::new()),
        Err(Unreadable::Damaged)
    );
}

/// Rows of this form lie in databases: no release may read them otherwise.
#[test]
fn the_format_is_frozen() {
    let stored = StoredDelivery {
        request: StoredRequest {
            method: "POST".into(),
            path: "/h".into(),
            query: Some("a=b".into()),
            authority: None,
            route_params: vec![("t".into(), "x".into())],
            headers: vec![("content-type".into(), Bytes::from_static(b"a/b"))],
            body: Bytes::from_static(b"{}"),
        },
        verdict: StoredVerdict {
            pack: "p".into(),
            tenant: None,
            proved_by: ProvedBy::Signature,
            key_id: "k".into(),
            coverage: StoredCoverage::Part(0..1),
            signed_id: None,
            sent_at: Some(UnixTime::from_millis(-1)),
            digest: None,
            claimed_type: None,
            received_at: UnixTime::from_millis(1),
            retain: Duration::from_secs(1),
            position: 2,
        },
    };
    let hex = "0001\
               0000000000000004504f5354\
               00000000000000022f68\
               010000000000000003613d62\
               00\
               0000000000000001000000000000000174000000000000000178\
               0000000000000001000000000000000c636f6e74656e742d747970650000000000000003612f62\
               00000000000000027b7d\
               000000000000000170\
               00\
               00\
               00000000000000016b\
               0200000000000000000000000000000001\
               00\
               01ffffffffffffffff\
               00\
               00\
               0000000000000001\
               00000000000003e8\
               0000000000000002";
    let content = const_hex::decode(hex).unwrap();
    assert_eq!(stored.to_bytes(), sealed(&content));
}
