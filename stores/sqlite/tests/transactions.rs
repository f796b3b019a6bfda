//! Settling inside the application's transaction.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    Ack,
    dedup::{Claim, DedupStore, State},
};
use hookgate_test_support::{App, Effects, LEASE, TestDelivery, owner, send};

/// So long a lease of a second may take to lapse.
const PATIENCE: Duration = Duration::from_secs(60);

hookgate_test_support::test_transactions!(place::effects);

/// Inline handlers settle through an inbox as through a store.
mod through_an_inbox {
    hookgate_test_support::test_transactions!(super::place::inbox_effects);
}

#[tokio::test]
async fn a_lease_that_lapsed_while_its_transaction_waited_is_not_lost() {
    not_lost(place::effects().await.expect("a file")).await;
    not_lost(place::inbox_effects().await.expect("a file")).await;
}

/// A file has one writer: whoever took the event over would have had to write before this transaction could.
async fn not_lost<E: Effects>(effects: E) {
    let handler = {
        let effects = effects.clone();
        move |delivery: TestDelivery| {
            let effects = effects.clone();
            async move {
                delivery.lease().stop_heartbeat();
                let (store, key) = (effects.store(), delivery.event_key());
                let mut tx = effects.write(key).await?;
                let lapsed = async { while !matches!(store.look(key).await, Ok(State::Free)) {} };
                tokio::time::timeout(PATIENCE, lapsed).await?;
                effects.settle_in(&mut tx, delivery.lease()).await?;
                let claim = store.claim(key, None, owner(1), LEASE).await;
                assert!(matches!(claim, Ok(Claim::InProgress { .. })), "{claim:?}");
                E::commit(tx).await?;
                Ok(Ack::processed())
            }
        }
    };
    let lease = Duration::from_secs(1);
    let app = App::start_with(effects.store().clone(), move |it| it.lease(lease), handler).await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    assert_eq!(effects.written().await, (1, 1));
    assert_eq!(effects.unprocessed().await, 0);
}
