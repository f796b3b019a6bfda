//! [`Watch`]: what is looked at beside the work: how much waits, and what is wrong with that.

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use super::shared::{CALL_TIMEOUT, Endpoint, Shared};
use crate::{
    dedup::DedupStore,
    inbox::{Inbox, Totals},
    setup::Finding,
    telemetry::{
        log,
        meter::{self, Waiting},
        words,
    },
    time::{Timer, within},
    verdict::StoreError,
};

/// How often is looked. A look counts no rows.
const EVERY: Duration = Duration::from_secs(5);

/// Whose finding it is, where it is one endpoint's, and its code.
type Place = (Option<Arc<str>>, &'static str);

/// What was said, so that each finding is said once, and again when it changes.
#[derive(Default)]
struct Watch {
    said: HashMap<Place, Box<str>>,
    is_blind: bool,
}

/// Looks for as long as it is polled.
pub(super) async fn watch(shared: &Shared, timer: &Arc<dyn Timer>) {
    meter::described();
    let mut watch = Watch::default();
    loop {
        // First, so that the worker itself has asked for work.
        timer.sleep(EVERY).await;
        let totals = within(timer, CALL_TIMEOUT, pin!(shared.inbox.totals())).await;
        match totals.unwrap_or(Err(StoreError::Timeout)) {
            Ok(totals) => {
                totals.iter().for_each(record);
                watch.say(found(shared, &totals));
                watch.is_blind = false;
            }
            Err(error) => watch.cannot_look(&error),
        }
    }
}

fn record(totals: &Totals) {
    let waiting = |count, oldest| Waiting { count, oldest };
    let queued = waiting(totals.queued, totals.oldest_queued);
    let dead = waiting(totals.dead, totals.oldest_dead);
    meter::kept(&totals.endpoint, queued, dead);
}

fn found(shared: &Shared, totals: &[Totals]) -> Vec<(Option<Arc<str>>, Finding)> {
    let of_store = shared.inbox.findings().into_iter().map(|it| {
        // Of the store, which has no application of its own.
        let mut receivers = shared.served.values().map(acknowledged);
        let known = receivers.find(|codes| codes.contains(&it.code()));
        (None, it.acknowledged_in(known.unwrap_or_default()))
    });
    let of_endpoints = totals.iter().flat_map(|totals| {
        // It is there for its own, also while it has no free slot and so asks for nothing.
        let own = shared.served.get(&totals.endpoint);
        let known = own.map(acknowledged);
        let found = totals.findings().into_iter();
        let found = found.filter(move |it| own.is_none() || it.code() != "inbox_no_worker");
        found.map(move |it| {
            let it = it.acknowledged_in(known.unwrap_or_default());
            (Some(totals.endpoint.clone()), it)
        })
    });
    of_store.chain(of_endpoints).collect()
}

/// The findings that the application of an endpoint knows of.
fn acknowledged(endpoint: &Endpoint) -> &[&'static str] {
    &endpoint.served.receiver.0.judge.acknowledged
}

impl Watch {
    fn say(&mut self, found: Vec<(Option<Arc<str>>, Finding)>) {
        let mut said = HashMap::new();
        for (endpoint, finding) in found {
            let place = (endpoint, finding.code());
            let what: Box<str> = finding.what().into();
            if self.said.remove(&place).as_deref() != Some(&*what) {
                log::found_of(place.0.as_deref(), &finding);
            }
            said.insert(place, what);
        }
        for (endpoint, code) in std::mem::replace(&mut self.said, said).into_keys() {
            log::found_no_more(endpoint.as_deref(), code);
        }
    }

    /// What was found stands until it can be looked again.
    fn cannot_look(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.is_blind, true) {
            log::inbox(words::NOT_LOOKED, error);
        }
    }
}
