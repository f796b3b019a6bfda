//! The inbox on a real server, directly and behind a proxy that pools by transaction.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use hookgate::{
    dedup::contract::{self as claims, RealTime, Terms},
    inbox::contract,
    time::TokioTimer,
};
use place::{Place, fresh_inbox, patient_inbox};

fn time() -> RealTime<TokioTimer> {
    RealTime::new(TokioTimer, Terms::short())
}

#[tokio::test]
async fn it_keeps_the_contract_of_inboxes() {
    let Some(place) = Place::find() else { return };
    contract::run(|| fresh_inbox(patient_inbox(), place.url()), &time()).await;
}

#[tokio::test]
async fn it_keeps_the_contract_of_stores() {
    let Some(place) = Place::find() else { return };
    claims::run(|| fresh_inbox(patient_inbox(), place.url()), &time()).await;
}

#[tokio::test]
async fn zz_timing() {
    use hookgate::dedup::{DedupStore, End, OwnerToken};
    use hookgate::inbox::{Ask, Entry, Inbox};
    let Some(place) = Place::find() else { return };
    let t = std::time::Instant::now();
    let inbox = fresh_inbox(patient_inbox(), place.url()).await;
    println!("fresh {:?}", t.elapsed());
    let entry = |n: u8| Entry {
        key: hookgate::EventKey::from_bytes([n; 32]),
        token: OwnerToken::from_bytes([n; 16]),
        content: None,
        endpoint: "first".into(),
        event_type: "known",
        key_id: "k".into(),
        order: None,
        retain: std::time::Duration::from_secs(60),
        format: 1,
        payload: "x".into(),
    };
    for n in 0..4 {
        let t = std::time::Instant::now();
        inbox.accept(vec![entry(n)]).await.unwrap();
        println!("accept {:?}", t.elapsed());
    }
    for n in 0..4 {
        let t = std::time::Instant::now();
        let names = ["first".into()];
        let b = inbox
            .lease(Ask {
                endpoints: &names,
                format: 1,
                limit: 1,
                lasts: std::time::Duration::from_secs(2),
                owner: OwnerToken::from_bytes([n + 10; 16]),
                suspects: false,
            })
            .await
            .unwrap();
        println!("lease {} {:?}", b.rows.len(), t.elapsed());
        let t = std::time::Instant::now();
        inbox
            .keep(&[&b.rows[0].lease], std::time::Duration::from_secs(2))
            .await
            .unwrap();
        println!("keep {:?}", t.elapsed());
        let t = std::time::Instant::now();
        inbox
            .settle(
                &b.rows[0].lease,
                End::Processed,
                std::time::Duration::from_secs(2),
            )
            .await
            .unwrap();
        println!("settle {:?}", t.elapsed());
    }
}
