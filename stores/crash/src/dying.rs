//! [`Dies`]: where a process ends itself, without any chance to tidy up. [`Death`]: how often. [`Mortal`]: an inbox that does.

use std::{str::FromStr, time::Duration};

use hookgate::{
    dedup::{DedupStore, End, Lease, Settled, StoreError},
    inbox::{Accept, Ask, Batch, Entry, Inbox},
};

use crate::Result;

/// Where a process ends itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dies {
    Never,
    /// A receiver, before its delivery is handed to the database.
    BeforeCommit,
    /// A receiver, between the commit and the answer.
    BeforeAnswer,
    /// A worker that was handed events, before their handlers.
    BeforeHandler,
    /// Within a handler, before its effect.
    InHandler,
    /// Between an effect that was committed alone and the end of its event.
    BeforeSettle,
    /// In the transaction of effect and end, before its commit.
    InTransaction,
    /// After that commit.
    AfterTransaction,
}

impl Dies {
    const ALL: [(&str, Self); 8] = [
        ("never", Self::Never),
        ("before-commit", Self::BeforeCommit),
        ("before-answer", Self::BeforeAnswer),
        ("before-handler", Self::BeforeHandler),
        ("in-handler", Self::InHandler),
        ("before-settle", Self::BeforeSettle),
        ("in-transaction", Self::InTransaction),
        ("after-transaction", Self::AfterTransaction),
    ];

    /// Its name among the arguments of a process.
    pub(crate) fn name(self) -> &'static str {
        let of_it = Self::ALL.iter().find(|(_, it)| *it == self);
        of_it.map_or("never", |(name, _)| name)
    }
}

impl FromStr for Dies {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let of_it = Self::ALL.iter().find(|(name, _)| *name == text);
        of_it
            .map(|(_, it)| *it)
            .ok_or_else(|| format!("no place is named {text}"))
    }
}

/// How the process ends itself: at a place, at random once in so many times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Death {
    pub(crate) at: Dies,
    pub(crate) once_in: u64,
}

impl Death {
    /// None.
    pub(crate) const NONE: Self = Self {
        at: Dies::Never,
        once_in: 1,
    };

    /// Ends the process here, where this is where it dies and its time has come.
    pub(crate) fn here(self, place: Dies) {
        if self.at == place && below(self.once_in).is_ok_and(|chance| chance == 0) {
            std::process::abort();
        }
    }
}

/// An inbox whose process dies around its calls.
#[derive(Debug, Clone)]
pub(crate) struct Mortal<S> {
    pub(crate) inner: S,
    pub(crate) death: Death,
}

impl<S: Inbox> DedupStore for Mortal<S> {
    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> std::result::Result<Settled, StoreError> {
        self.death.here(Dies::BeforeSettle);
        self.inner.settle(lease, end, retain).await
    }

    hookgate::forward_calls!(inner: claim, extend, look, settled, promises, held, findings);
}

impl<S: Inbox> Inbox for Mortal<S> {
    async fn accept(&self, entries: Vec<Entry>) -> std::result::Result<Vec<Accept>, StoreError> {
        self.death.here(Dies::BeforeCommit);
        let accepted = self.inner.accept(entries).await;
        self.death.here(Dies::BeforeAnswer);
        accepted
    }

    async fn lease(&self, ask: Ask<'_>) -> std::result::Result<Batch, StoreError> {
        let batch = self.inner.lease(ask).await?;
        if !batch.rows.is_empty() {
            self.death.here(Dies::BeforeHandler);
        }
        Ok(batch)
    }

    hookgate::forward_calls!(inner: quarantine, keep, give_back, bury, pause, resume, promote, work_may_wait, hold, totals, list, read, replay, discard, erase);
}

/// A number below `bound`, at random.
pub(crate) fn below(bound: u64) -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(u64::from_ne_bytes(bytes) % bound.max(1))
}
