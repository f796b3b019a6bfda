//! [`forward_calls`](crate::forward_calls): a store around another one.

/// Hands calls of a [`DedupStore`](crate::dedup::DedupStore) or an [`Inbox`](crate::inbox::Inbox) on to a field, in an
/// `impl` for a store around another one. What the store does otherwise stands beside it.
///
/// Name each call, those with a default too: a store that leaves out `settled`, `held` or `findings` says less than the one
/// inside. The crate that uses it needs `bytes` for calls of an inbox.
///
/// ```
/// use std::{sync::atomic::{AtomicUsize, Ordering}, time::Duration};
/// use hookgate::{dedup::{DedupStore, End, Lease, MemoryStore, Settled, StoreError}, forward_calls};
///
/// /// Counts what ends.
/// struct Counted {
///     inner: MemoryStore,
///     ended: AtomicUsize,
/// }
///
/// impl DedupStore for Counted {
///     async fn settle(&self, lease: &Lease, end: End, retain: Duration) -> Result<Settled, StoreError> {
///         self.ended.fetch_add(1, Ordering::Relaxed);
///         self.inner.settle(lease, end, retain).await
///     }
///
///     forward_calls!(inner: claim, extend, look, settled, promises, held, findings);
/// }
/// ```
#[macro_export]
macro_rules! forward_calls {
    (@claim $field:tt) => {
        async fn claim(
            &self,
            key: &$crate::EventKey,
            content: ::core::option::Option<&$crate::pack::ContentDigest>,
            owner: $crate::dedup::OwnerToken,
            lease: ::core::time::Duration,
        ) -> ::core::result::Result<$crate::dedup::Claim, $crate::dedup::StoreError> {
            $crate::dedup::DedupStore::claim(&self.$field, key, content, owner, lease).await
        }
    };
    (@settle $field:tt) => {
        async fn settle(
            &self,
            lease: &$crate::dedup::Lease,
            end: $crate::dedup::End,
            retain: ::core::time::Duration,
        ) -> ::core::result::Result<$crate::dedup::Settled, $crate::dedup::StoreError> {
            $crate::dedup::DedupStore::settle(&self.$field, lease, end, retain).await
        }
    };
    (@extend $field:tt) => {
        async fn extend(
            &self,
            lease: &$crate::dedup::Lease,
            by: ::core::time::Duration,
        ) -> ::core::result::Result<$crate::dedup::Settled, $crate::dedup::StoreError> {
            $crate::dedup::DedupStore::extend(&self.$field, lease, by).await
        }
    };
    (@look $field:tt) => {
        async fn look(
            &self,
            key: &$crate::EventKey,
        ) -> ::core::result::Result<$crate::dedup::State, $crate::dedup::StoreError> {
            $crate::dedup::DedupStore::look(&self.$field, key).await
        }
    };
    (@settled $field:tt) => {
        async fn settled(&self, key: &$crate::EventKey) {
            $crate::dedup::DedupStore::settled(&self.$field, key).await
        }
    };
    (@promises $field:tt) => {
        fn promises(&self) -> $crate::dedup::Promises {
            $crate::dedup::DedupStore::promises(&self.$field)
        }
    };
    (@held $field:tt) => {
        fn held(&self) -> ::core::option::Option<u64> {
            $crate::dedup::DedupStore::held(&self.$field)
        }
    };
    (@findings $field:tt) => {
        fn findings(&self) -> ::std::vec::Vec<$crate::Finding> {
            $crate::dedup::DedupStore::findings(&self.$field)
        }
    };
    (@accept $field:tt) => {
        async fn accept(
            &self,
            entries: ::std::vec::Vec<$crate::inbox::Entry>,
        ) -> ::core::result::Result<
            ::std::vec::Vec<$crate::inbox::Accept>,
            $crate::dedup::StoreError,
        > {
            $crate::inbox::Inbox::accept(&self.$field, entries).await
        }
    };
    (@quarantine $field:tt) => {
        async fn quarantine(
            &self,
            entry: $crate::inbox::Entry,
            cap: $crate::inbox::QuarantineCap,
        ) -> ::core::result::Result<$crate::inbox::Quarantine, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::quarantine(&self.$field, entry, cap).await
        }
    };
    (@lease $field:tt) => {
        async fn lease(
            &self,
            ask: $crate::inbox::Ask<'_>,
        ) -> ::core::result::Result<$crate::inbox::Batch, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::lease(&self.$field, ask).await
        }
    };
    (@keep $field:tt) => {
        async fn keep(
            &self,
            leases: &[&$crate::dedup::Lease],
            by: ::core::time::Duration,
        ) -> ::core::result::Result<
            ::std::vec::Vec<$crate::dedup::Settled>,
            $crate::dedup::StoreError,
        > {
            $crate::inbox::Inbox::keep(&self.$field, leases, by).await
        }
    };
    (@give_back $field:tt) => {
        async fn give_back(
            &self,
            lease: &$crate::dedup::Lease,
            delay: ::core::time::Duration,
            counts: $crate::inbox::Counts,
            error: ::core::option::Option<::bytes::Bytes>,
        ) -> ::core::result::Result<$crate::dedup::Settled, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::give_back(&self.$field, lease, delay, counts, error).await
        }
    };
    (@bury $field:tt) => {
        async fn bury(
            &self,
            lease: &$crate::dedup::Lease,
            reason: $crate::inbox::DeadReason,
            error: ::core::option::Option<::bytes::Bytes>,
        ) -> ::core::result::Result<$crate::dedup::Settled, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::bury(&self.$field, lease, reason, error).await
        }
    };
    (@pause $field:tt) => {
        async fn pause(
            &self,
            endpoint: &str,
            pause: $crate::inbox::Pause,
        ) -> ::core::result::Result<(), $crate::dedup::StoreError> {
            $crate::inbox::Inbox::pause(&self.$field, endpoint, pause).await
        }
    };
    (@resume $field:tt) => {
        async fn resume(
            &self,
            endpoint: &str,
        ) -> ::core::result::Result<(), $crate::dedup::StoreError> {
            $crate::inbox::Inbox::resume(&self.$field, endpoint).await
        }
    };
    (@promote $field:tt) => {
        async fn promote(
            &self,
            order: &$crate::inbox::OrderKey,
        ) -> ::core::result::Result<(), $crate::dedup::StoreError> {
            $crate::inbox::Inbox::promote(&self.$field, order).await
        }
    };
    (@work_may_wait $field:tt) => {
        async fn work_may_wait(&self) {
            $crate::inbox::Inbox::work_may_wait(&self.$field).await
        }
    };
    (@hold $field:tt) => {
        async fn hold(
            &self,
            endpoint: &str,
            is_held: bool,
        ) -> ::core::result::Result<(), $crate::dedup::StoreError> {
            $crate::inbox::Inbox::hold(&self.$field, endpoint, is_held).await
        }
    };
    (@totals $field:tt) => {
        async fn totals(
            &self,
        ) -> ::core::result::Result<
            ::std::vec::Vec<$crate::inbox::Totals>,
            $crate::dedup::StoreError,
        > {
            $crate::inbox::Inbox::totals(&self.$field).await
        }
    };
    (@list $field:tt) => {
        async fn list(
            &self,
            filter: &$crate::inbox::Filter,
            after: ::core::option::Option<&$crate::inbox::Position>,
            limit: usize,
        ) -> ::core::result::Result<$crate::inbox::Page, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::list(&self.$field, filter, after, limit).await
        }
    };
    (@read $field:tt) => {
        async fn read(
            &self,
            key: &$crate::EventKey,
        ) -> ::core::result::Result<
            ::core::option::Option<$crate::inbox::Kept>,
            $crate::dedup::StoreError,
        > {
            $crate::inbox::Inbox::read(&self.$field, key).await
        }
    };
    (@replay $field:tt) => {
        async fn replay(
            &self,
            key: &$crate::EventKey,
            why: &str,
        ) -> ::core::result::Result<bool, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::replay(&self.$field, key, why).await
        }
    };
    (@discard $field:tt) => {
        async fn discard(
            &self,
            key: &$crate::EventKey,
        ) -> ::core::result::Result<bool, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::discard(&self.$field, key).await
        }
    };
    (@erase $field:tt) => {
        async fn erase(
            &self,
            age: ::core::time::Duration,
            limit: usize,
        ) -> ::core::result::Result<u64, $crate::dedup::StoreError> {
            $crate::inbox::Inbox::erase(&self.$field, age, limit).await
        }
    };
    ($field:tt: $($call:ident),+ $(,)?) => {
        $($crate::forward_calls!(@$call $field);)+
    };
}
