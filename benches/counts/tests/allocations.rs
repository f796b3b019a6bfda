//! How often a delivery allocates on its way from the server to the answer, beside a handler written by hand.
//!
//! `cargo test -p hookgate-counts --all-features -- --nocapture` shows the numbers.

#[cfg(feature = "actix")]
#[path = "../../benches/http/on_actix.rs"]
mod on_actix;
#[path = "../../benches/http/on_axum.rs"]
mod on_axum;

#[path = "../../benches/http/by_hand.rs"]
mod by_hand;
#[path = "../../benches/http/deliveries.rs"]
#[allow(dead_code, reason = "the benches for times have more senders")]
mod deliveries;
#[path = "../../benches/http/receivers.rs"]
mod receivers;
#[path = "../src/roads/mod.rs"]
mod roads;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[cfg(feature = "actix")]
use crate::roads::Actix;
use crate::{
    deliveries::Sender,
    roads::{Axum, Road},
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Requests before the counted ones: what is made once is made then.
const WARM_UP: usize = 50;
const COUNTED: usize = 50;

/// What one request allocates: how often, and how many bytes.
#[derive(Debug, Clone, Copy)]
struct Allocated {
    times: usize,
    bytes: usize,
}

fn allocated<R: Road>(mut road: R, sender: Sender) -> Allocated {
    let requests = roads::requests(sender, WARM_UP + COUNTED);
    let mut requests: Vec<_> = requests
        .into_iter()
        .map(|(head, body)| road.request(head, body))
        .collect();
    let counted = requests.split_off(WARM_UP);
    for request in requests {
        assert_eq!(road.answer(request), 200);
    }
    let region = Region::new(ALLOCATOR);
    for request in counted {
        assert_eq!(road.answer(request), 200);
    }
    let change = region.change();
    Allocated {
        times: (change.allocations + change.reallocations) / COUNTED,
        bytes: change.bytes_allocated / COUNTED,
    }
}

/// What hookgate's side allocates beyond the other is within `most`.
fn check<R: Road>(framework: &str, most: Allocated, serving: impl Fn(&str) -> R) {
    let senders = [
        ("logto", Sender::Logto),
        ("standard-webhooks", Sender::StandardWebhooks),
    ];
    for (name, sender) in senders {
        let base = allocated(serving(&format!("{name}-by-hand")), sender);
        let ours = allocated(serving(name), sender);
        println!("{framework}, {name}: {ours:?}, by hand {base:?}");
        let times = ours.times.saturating_sub(base.times);
        assert!(
            times <= most.times,
            "{framework}, {name}: {times} times beyond"
        );
        let bytes = ours.bytes.saturating_sub(base.bytes);
        assert!(
            bytes <= most.bytes,
            "{framework}, {name}: {bytes} bytes beyond"
        );
    }
}

/// One test, since there is one allocator, and another test beside it would count too.
#[test]
fn a_delivery_allocates_within_its_bounds() {
    let most = Allocated {
        times: 8,
        bytes: 4096,
    };
    check("axum", most, |subject| Axum::serving(on_axum::app(subject)));
    // The handler by hand allocates more bytes: the framework's extractor copies the body into a buffer of 8 KiB.
    #[cfg(feature = "actix")]
    let most = Allocated {
        times: 15,
        bytes: 0,
    };
    #[cfg(feature = "actix")]
    check("actix-web", most, |subject| {
        Actix::serving(&on_actix::configured(subject))
    });
}
