//! Events that the application did not ask for are answered, and nothing of them is kept.

use hookgate::{
    Secret,
    providers::logto::{EventName, Logto},
    testing::FakeClock,
};

use crate::props::{Fault, On, ScriptedStore, Stage, logto, now};

fn interested_in(events: &[EventName]) -> Logto {
    Logto::new(Secret::utf8(logto::KEY).unwrap()).interested_in(events.iter().copied())
}

#[tokio::test]
async fn what_is_not_wanted_is_200_while_the_store_is_down_and_runs_once_it_is_wanted() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    store.always(On::Claim, Fault::Down);
    let others = interested_in(&[EventName::PostSignIn]);
    let before = Stage::on(others, clock.clone(), store.clone(), |builder| builder).await;
    let unwanted = before.send(&logto::event(1)).await;
    assert_eq!((unwanted.status, unwanted.text()), (200, ""));
    assert_eq!(before.script.runs(), 0);
    for on in [On::Claim, On::Look, On::Mark, On::Release, On::Extend] {
        assert_eq!(store.count(on), 0, "{on:?}");
    }

    store.heal();
    let wanted = interested_in(&[EventName::OrganizationDeleted]);
    let after = Stage::on(wanted, clock, store, |builder| builder).await;
    assert_eq!(after.send(&logto::event(1)).await.status, 200);
    assert_eq!(after.script.runs(), 1);
}

#[tokio::test]
async fn an_unwanted_event_must_be_verified_all_the_same() {
    let stage = Stage::of(interested_in(&[EventName::PostSignIn]), |builder| builder).await;
    let forged = logto::signed(logto::body(1), "another key");
    assert_eq!(stage.send(&forged).await.status, 401);
    let stale = logto::signed(logto::body_at(1, "2026-11-19T00:00:00.000Z"), logto::KEY);
    assert_eq!(stage.send(&stale).await.status, 401);
}

#[tokio::test]
async fn an_event_of_a_name_that_nobody_knows_is_wanted_by_those_who_want_all() {
    let body = logto::body(1).replace("Organization.Deleted", "Moon.Landed");
    let call = logto::signed(body, logto::KEY);
    let all = Stage::logto().await;
    assert_eq!(all.send(&call).await.status, 200);
    assert_eq!(all.script.last().event_type.as_deref(), Some("Moon.Landed"));
    let some = Stage::of(interested_in(EventName::ALL), |builder| builder).await;
    assert_eq!(some.send(&call).await.status, 200);
    assert_eq!(some.script.runs(), 0);
}
