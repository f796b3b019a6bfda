//! An inbox that encrypts what it keeps.

use std::time::Duration;

use bytes::Bytes;
use hookgate::{
    BuildError, EventKey, Key, Keyring, Secret, UnixTime, dedup,
    dedup::{DedupStore, OwnerToken},
    inbox::{
        Ask, Batch, Counts, EncryptedInbox, Entry, FORMAT, Inbox, Leased, MemoryInbox, OrderKey,
        QuarantineCap, contract,
    },
    testing::FakeClock,
};

use crate::props::Log;

const CANARY: &[u8] = b"canary: name and number of a person";

fn clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

fn key(id: &str) -> Key {
    let byte = id.bytes().fold(1, u8::wrapping_add);
    Key::new(id, Secret::bytes([byte; 32]).unwrap())
}

fn ring<const N: usize>(ids: [&str; N]) -> Keyring {
    Keyring::new(ids.map(key)).unwrap()
}

fn encrypted(inbox: &MemoryInbox, keys: Keyring) -> EncryptedInbox<MemoryInbox> {
    EncryptedInbox::new(inbox.clone(), keys).unwrap()
}

fn entry(number: u8) -> Entry {
    Entry {
        key: EventKey::from_bytes([number; 32]),
        token: OwnerToken::from_bytes([number; 16]),
        content: None,
        endpoint: "orders".into(),
        event_type: "known",
        key_id: "key".into(),
        order: Some(OrderKey::from_bytes([number; 32])),
        retain: Duration::from_secs(60),
        format: FORMAT,
        payload: Bytes::from_static(CANARY),
    }
}

/// What a worker is handed that knows all endpoints of these tests.
async fn leased(inbox: &impl Inbox, owner: u8) -> Batch {
    let endpoints = ["orders".into(), "other".into()];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit: 9,
        lasts: Duration::from_secs(30),
        owner: OwnerToken::from_bytes([owner; 16]),
        suspects: false,
    };
    inbox.lease(ask).await.unwrap()
}

async fn one(inbox: &impl Inbox, owner: u8) -> Leased {
    let mut rows = leased(inbox, owner).await.rows;
    assert_eq!(rows.len(), 1);
    rows.pop().unwrap()
}

#[tokio::test]
async fn it_keeps_every_promise_of_an_inbox() {
    let clock = clock();
    let store = async || encrypted(&MemoryInbox::with_clock(100, clock.clone()), ring(["a"]));
    contract::run(store, &clock).await;
    let store = async || encrypted(&MemoryInbox::with_clock(10, clock.clone()), ring(["a"]));
    dedup::contract::run(store, &clock).await;
}

#[tokio::test]
async fn neither_payload_nor_error_is_kept_in_the_clear() {
    let inner = MemoryInbox::with_clock(10, clock());
    let inbox = encrypted(&inner, ring(["a"]));
    inbox.accept(vec![entry(1)]).await.unwrap();
    let cap = QuarantineCap::default();
    inbox.quarantine(entry(2), cap).await.unwrap();
    let row = one(&inbox, 1).await;
    let error = Some(Bytes::from_static(CANARY));
    let given = inbox.give_back(&row.lease, Duration::ZERO, Counts::Failure, error);
    given.await.unwrap();
    for number in [1, 2] {
        let key = entry(number).key;
        let kept = inner.read(&key).await.unwrap().unwrap();
        let texts = [Some(kept.payload), kept.error];
        for text in texts.into_iter().flatten() {
            assert!(text.windows(6).all(|part| part != b"canary"));
            assert!(text.windows(6).all(|part| part != b"person"));
        }
        let read = inbox.read(&key).await.unwrap().unwrap();
        assert_eq!((read.format, &*read.payload), (FORMAT, CANARY));
        if number == 1 {
            assert_eq!(read.error.as_deref(), Some(CANARY));
        }
    }
}

/// Equal payloads differ when they are kept, so that nobody sees who sent the same.
#[tokio::test]
async fn the_same_payload_is_never_kept_the_same() {
    let inner = MemoryInbox::with_clock(10, clock());
    let inbox = encrypted(&inner, ring(["a"]));
    inbox.accept(vec![entry(1), entry(2)]).await.unwrap();
    let kept = async |number| {
        inner
            .read(&entry(number).key)
            .await
            .unwrap()
            .unwrap()
            .payload
    };
    assert_ne!(kept(1).await, kept(2).await);
}

/// A row that holds the payload of another, or whose columns were changed beside it.
#[tokio::test]
async fn a_payload_is_bound_to_all_that_stands_beside_it() {
    let (inner, keys) = (MemoryInbox::with_clock(10, clock()), ring(["a"]));
    let inbox = encrypted(&inner, keys.clone());
    inbox.accept(vec![entry(1)]).await.unwrap();
    let stored = inner.read(&entry(1).key).await.unwrap().unwrap();
    let whole = Entry {
        payload: stored.payload.clone(),
        format: stored.format,
        ..entry(1)
    };
    let with = |set: fn(&mut Entry)| {
        let mut entry = whole.clone();
        set(&mut entry);
        entry
    };
    let flipped = (0..whole.payload.len()).map(|at| {
        let mut payload = whole.payload.to_vec();
        payload[at] ^= 1;
        Entry {
            payload: payload.into(),
            ..whole.clone()
        }
    });
    let cut = (0..whole.payload.len()).map(|end| Entry {
        payload: whole.payload.slice(..end),
        ..whole.clone()
    });
    let moved = [
        with(|it| it.key = EventKey::from_bytes([9; 32])),
        with(|it| it.endpoint = "other".into()),
        with(|it| it.event_type = "other"),
        with(|it| it.key_id = "leaked".into()),
        with(|it| it.order = None),
        with(|it| it.order = Some(OrderKey::from_bytes([9; 32]))),
    ];
    let expect = async |entry: Entry, is_whole: bool| {
        let inner = MemoryInbox::with_clock(10, clock());
        let inbox = encrypted(&inner, keys.clone());
        inner.accept(vec![entry.clone()]).await.unwrap();
        // One whose key is unknown waits.
        let rows = leased(&inbox, 1).await.rows;
        let opened: Vec<&[u8]> = rows.iter().map(|row| &*row.payload).collect();
        assert_eq!(opened.contains(&CANARY), is_whole, "{entry:?}");
        assert!(
            is_whole || opened.iter().all(|it| it.is_empty()),
            "{entry:?}"
        );
    };
    expect(whole.clone(), true).await;
    for altered in moved.into_iter().chain(flipped).chain(cut) {
        expect(altered, false).await;
    }
    // What was kept as undecodable cannot be made an event, nor the reverse.
    let inner = MemoryInbox::with_clock(10, clock());
    let cap = QuarantineCap::default();
    inner.quarantine(whole.clone(), cap).await.unwrap();
    inner.replay(&whole.key, "a stranger's").await.unwrap();
    let row = one(&encrypted(&inner, keys), 1).await;
    assert!(row.is_quarantined && row.payload.is_empty());
}

#[tokio::test]
async fn keys_are_rotated_while_rows_of_the_old_one_wait() {
    let log = Log::begin();
    let clock = clock();
    let (inner, keys) = (MemoryInbox::with_clock(10, clock.clone()), ring(["old"]));
    let inbox = encrypted(&inner, keys.clone());
    inbox.accept(vec![entry(1)]).await.unwrap();
    keys.replace([key("new"), key("old")]).unwrap();
    inbox.accept(vec![entry(2)]).await.unwrap();
    let rows = leased(&inbox, 1).await.rows;
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row.payload, CANARY);
        let given = inbox.give_back(&row.lease, Duration::ZERO, Counts::Nothing, None);
        given.await.unwrap();
    }
    // Too early: a row of the old one waits.
    keys.replace([key("new")]).unwrap();
    assert_eq!(one(&inbox, 2).await.lease.key(), &entry(2).key);
    assert_eq!(log.with("missing from the ring").len(), 1);
    let found = || -> Vec<_> { inbox.findings().iter().map(|it| it.code()).collect() };
    assert_eq!(found(), ["inbox_key_missing"]);
    keys.replace([key("new"), key("old")]).unwrap();
    assert!(leased(&inbox, 3).await.rows.is_empty());
    clock.advance(Duration::from_secs(20));
    assert!(leased(&inbox, 4).await.rows.is_empty());
    clock.advance(Duration::from_secs(60));
    let rows = leased(&inbox, 5).await.rows;
    let first = rows.iter().find(|row| row.lease.key() == &entry(1).key);
    let first = first.unwrap();
    assert!(found().is_empty());
    assert_eq!((first.failures, first.vanished), (0, 0), "it spent nothing");
    assert_eq!(first.payload, CANARY);
}

#[tokio::test]
async fn rows_in_the_clear_are_read_until_it_is_told_not_to() {
    for (only_encrypted, expected) in [(false, CANARY), (true, b"")] {
        let inner = MemoryInbox::with_clock(10, clock());
        inner.accept(vec![entry(1)]).await.unwrap();
        let inbox = encrypted(&inner, ring(["a"]));
        let inbox = if only_encrypted {
            inbox.only_encrypted()
        } else {
            inbox
        };
        assert_eq!(one(&inbox, 1).await.payload, expected);
    }
}

/// A worker without the ring is handed nothing that it cannot read.
#[tokio::test]
async fn a_program_without_encryption_leaves_encrypted_rows_alone() {
    let inner = MemoryInbox::with_clock(10, clock());
    let inbox = encrypted(&inner, ring(["a"]));
    inbox.accept(vec![entry(1)]).await.unwrap();
    assert!(leased(&inner, 1).await.rows.is_empty());
    assert_eq!(one(&inbox, 2).await.payload, CANARY);
}

#[test]
fn a_key_that_cannot_be_right_is_refused_at_start() {
    let inbox = || MemoryInbox::with_clock(10, clock());
    let short = Keyring::new([Key::new("a", Secret::bytes([1; 31]).unwrap())]).unwrap();
    assert!(EncryptedInbox::new(inbox(), ring(["a"])).is_ok());
    let id = "i".repeat(256);
    let long_id = Keyring::new([Key::new(id, Secret::bytes([1; 32]).unwrap())]).unwrap();
    // The next one would have the same id.
    let no_id = Keyring::from(Secret::bytes([1; 32]).unwrap());
    for keys in [short, long_id, no_id] {
        let refused = EncryptedInbox::new(inbox(), keys).map(|_| ());
        assert!(
            matches!(refused, Err(BuildError::UnfitKey(_))),
            "{refused:?}"
        );
    }
}

/// A ring is replaced while running, and nothing checks it then.
#[tokio::test]
async fn nothing_is_sealed_with_a_key_that_could_be_guessed() {
    let keys = ring(["a"]);
    let inner = MemoryInbox::with_clock(10, clock());
    let inbox = encrypted(&inner, keys.clone());
    let short = || Key::new("b", Secret::bytes([1; 8]).unwrap());
    for first in [short(), Key::new("0", Secret::bytes([1; 32]).unwrap())] {
        keys.replace([first, key("a")]).unwrap();
        assert!(inbox.accept(vec![entry(1)]).await.is_err());
        assert!(inner.is_empty());
    }
    keys.replace([key("a"), short()]).unwrap();
    assert!(inbox.accept(vec![entry(1)]).await.is_ok());
}
