//! What every store promises on its real engine, on any [`Place`]:
//! [`test_any_store!`](crate::test_any_store) makes tests of it.

use std::{future::Future, sync::Arc, time::Duration};

use hookgate::{
    dedup::{
        Claim, DedupStore, End, Lease, Settled, State,
        contract::{self, RealTime, Terms},
    },
    time::TokioTimer,
};

use crate::{LEASE, RETAIN, key, owner};

/// Where stores can be opened, each without any keys.
pub trait Place: Send + Sync + Sized {
    /// The store.
    type Store: DedupStore;

    /// `None` where there is no engine to be had.
    fn find() -> Option<Self>;

    /// A store without any keys, with so much time for its calls that a busy machine does not matter.
    fn store(&self) -> impl Future<Output = Self::Store> + Send;
}

/// A test of each promise, on `$place`.
#[macro_export]
macro_rules! test_any_store {
    ($place:ty) => {
        $crate::test_any_store! { $place:
            the_store_keeps_the_contract,
            it_promises_what_it_is,
            durations_of_any_length_are_taken,
            many_callers_at_once_have_one_winner_for_each_key,
        }
    };
    ($place:ty: $($promise:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $promise() {
            if let Some(place) = <$place as $crate::Place>::find() {
                $crate::any_store::$promise(place).await;
            }
        }
    )+};
}

/// The public suite, in real time.
pub async fn the_store_keeps_the_contract(place: impl Place) {
    let time = RealTime::new(TokioTimer, Terms::short());
    contract::run(|| place.store(), &time).await;
}

/// A store on an engine is shared, survives a restart, and has no bound of its own.
pub async fn it_promises_what_it_is(place: impl Place) {
    let promises = place.store().await.promises();
    assert!(promises.survives_restart && promises.shared);
    assert_eq!(promises.capacity, None);
}

/// None is so long that the engine's arithmetic overflows.
pub async fn durations_of_any_length_are_taken(place: impl Place) {
    let store = place.store().await;
    let Ok(Claim::Won(lease)) = store.claim(&key(1), None, owner(1), Duration::MAX).await else {
        panic!("a claim of a free key is won");
    };
    for settled in [
        store.extend(&lease, Duration::MAX).await,
        store.settle(&lease, End::Processed, Duration::MAX).await,
    ] {
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    let late = Lease::granted(key(1), owner(2), u32::MAX);
    let extended = store.extend(&late, Duration::ZERO).await;
    assert!(matches!(extended, Ok(Settled::LeaseLost)), "{extended:?}");
}

/// Many more than write by themselves. Some of them meet over a key in one statement or transaction.
pub async fn many_callers_at_once_have_one_winner_for_each_key(place: impl Place) {
    let store = Arc::new(place.store().await);
    let keys: Vec<_> = (0..40).map(key).collect();
    let callers = (0..64).map(|number| {
        let (store, mut keys) = (store.clone(), keys.clone());
        // Half of them come from the other end.
        if number % 2 == 1 {
            keys.reverse();
        }
        tokio::spawn(async move { contract::race(&*store, &keys, owner(number), LEASE).await })
    });
    let callers: Vec<_> = callers.collect();
    let mut won = Vec::new();
    for caller in callers {
        won.push(caller.await.expect("no panic"));
    }
    contract::judge(&keys, won.iter().cloned());
    let mut settling = Vec::new();
    for (number, won) in (0..).zip(won) {
        for key in won {
            let store = store.clone();
            settling.push(tokio::spawn(async move {
                let lease = Lease::granted(key, owner(number), 1);
                store.settle(&lease, End::Processed, RETAIN).await
            }));
        }
    }
    for settling in settling {
        let settled = settling.await.expect("no panic");
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    for key in &keys {
        let state = store.look(key).await;
        assert!(matches!(state, Ok(State::Done)), "{state:?}");
    }
}
