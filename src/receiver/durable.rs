//! The settings of a receiver whose deliveries are made durable.

use std::{any::Any, sync::Arc};

use http::HeaderName;

use super::ReceiverBuilder;
use crate::{
    inbox::{BoxInbox, Inbox},
    judge::OrderBy,
};

/// How deliveries are made durable.
pub(super) struct InboxSettings {
    pub(super) inbox: BoxInbox,
    /// It may lose what it has accepted.
    pub(super) may_forget: bool,
    pub(super) headers: Vec<HeaderName>,
    pub(super) order_by: Option<OrderBy>,
}

impl ReceiverBuilder {
    /// In place of [`dedup`](Self::dedup), which it includes: makes each delivery durable in `store`, answers its sender,
    /// and runs no handler. A [`Worker`](crate::worker::Worker) handles what is there, in this process or in another.
    ///
    /// ```
    /// use http::HeaderName;
    /// use hookgate::{BuildError, Receiver, Secret, inbox::Inbox, providers::logto::{self, Logto}};
    ///
    /// /// `store` is one that survives a restart: that of `hookgate-postgres`, say.
    /// fn receiver(store: impl Inbox, secret: Secret) -> Result<Receiver, BuildError> {
    ///     Receiver::new("logto", Logto::new(secret))
    ///         .inbox(store)
    ///         .inbox_headers([HeaderName::from_static("x-request-id")])
    ///         .inbox_order(|event: &logto::Event| event.user_id().map(str::to_owned))
    ///         .build()
    /// }
    /// # let _ = |store: hookgate::inbox::MemoryInbox, secret| receiver(store, secret);
    /// ```
    pub fn inbox(self, store: impl Inbox) -> Self {
        self.with_inbox(BoxInbox::new(store), false)
    }

    /// The same with an inbox that forgets what it has accepted when the process ends. For tests.
    ///
    /// Example: [`Worker`](crate::worker).
    pub fn inbox_for_tests(self, store: impl Inbox) -> Self {
        self.with_inbox(BoxInbox::new(store), true)
    }

    fn with_inbox(mut self, inbox: BoxInbox, may_forget: bool) -> Self {
        self.store = Some(inbox.dedup());
        let before = self.inbox.take();
        let (headers, order_by) = before
            .map(|it| (it.headers, it.order_by))
            .unwrap_or_default();
        self.inbox = Some(InboxSettings {
            inbox,
            may_forget,
            headers,
            order_by,
        });
        self
    }

    /// More headers that the [inbox](Self::inbox), which is set before, keeps with a delivery. Default: `content-type`,
    /// `date`, `user-agent`, `traceparent` and `tracestate`.
    ///
    /// # Security
    ///
    /// They lie in the database as they came. Name none that holds a credential or a signature. One that the receiver's
    /// access rule reads, or that holds the sender's token, is refused by `build`. One that a
    /// [tenant](crate::tenants::Tenant)'s rule reads is left out.
    ///
    /// Example: [`inbox`](Self::inbox).
    pub fn inbox_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        if let Some(inbox) = &mut self.inbox {
            inbox.headers.extend(names);
        }
        self
    }

    /// Handles events for which `order` names the same text one at a time, in the order in which they were accepted: those
    /// of one operation, say. Events for which it names nothing wait for nobody. Set the [inbox](Self::inbox) before.
    ///
    /// An event that waits for another try holds up those behind it. A dead letter lets them go on.
    ///
    /// Example: [`inbox`](Self::inbox).
    pub fn inbox_order<E: 'static>(
        mut self,
        order: impl Fn(&E) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        if let Some(inbox) = &mut self.inbox {
            inbox.order_by = Some(Arc::new(move |event: &dyn Any| {
                event.downcast_ref::<E>().and_then(&order)
            }));
        }
        self
    }
}
