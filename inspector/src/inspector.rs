//! [`Inspector`]: what is shown. [`Behind`], [`OnLoopback`]: to whom.

use std::{fmt, future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use bytes::Bytes;
use hookgate::{
    Receiver,
    inbox::{Inbox, Operations},
    time::{Clock, SystemClock},
};
use http::{HeaderValue, Response, request::Parts};

use crate::{
    answer::Refused,
    command::InboxArguments,
    guard::{self, Links},
    pages::{self, Shown},
    recent::Recent,
};

/// What is shown: receivers, what they have seen of late, and an inbox. It has no routes: put it
/// [on loopback](Self::on_loopback) or [behind](Self::behind) a login. Clones are one.
///
/// Example: [the crate](crate).
#[derive(Clone)]
pub struct Inspector(Arc<Shown>);

/// Settings of an [`Inspector`].
#[must_use = "an inspector is only had from `build`"]
pub struct InspectorBuilder {
    receivers: Vec<Receiver>,
    recent: Option<Recent>,
    inbox: Option<Operations>,
    arguments: InboxArguments,
    shows_contents: bool,
    clock: Arc<dyn Clock>,
}

/// An inspector has neither a receiver, nor recent deliveries, nor an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NothingToShow;

impl fmt::Display for NothingToShow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an inspector has nothing to show: give it a receiver, recent deliveries or an inbox",
        )
    }
}

impl std::error::Error for NothingToShow {}

impl Inspector {
    /// Begins an inspector of nothing.
    pub fn builder() -> InspectorBuilder {
        InspectorBuilder {
            receivers: Vec::new(),
            recent: None,
            inbox: None,
            arguments: InboxArguments::default(),
            shows_contents: false,
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// For a listener of its own, which this machine alone can reach. Whoever has an account on this machine sees it.
    pub fn on_loopback(self) -> OnLoopback {
        OnLoopback(self)
    }

    /// Behind the application's own authentication: `admits` is asked at each request, its assets included.
    ///
    /// It gets the request's head. On axum the extensions are there too, so that a layer in front may have put a user
    /// there.
    pub fn behind<F, A>(self, admits: A) -> Behind
    where
        A: Fn(Parts) -> F + Send + Sync + 'static,
        F: Future<Output = Admission> + Send + 'static,
    {
        Behind {
            inspector: self,
            admits: Arc::new(move |head| Box::pin(admits(head))),
        }
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector").finish_non_exhaustive()
    }
}

impl InspectorBuilder {
    /// Shows the state of `receiver`. Call it again for each.
    pub fn receiver(mut self, receiver: &Receiver) -> Self {
        self.receivers.push(receiver.clone());
        self
    }

    /// Shows what this process has seen of late. The receivers were built with the same value as their observer.
    pub fn recent(mut self, recent: &Recent) -> Self {
        self.recent = Some(recent.clone());
        self
    }

    /// Shows what `inbox` keeps. It is read when a page is asked for, and never else.
    pub fn inbox(mut self, inbox: impl Inbox) -> Self {
        self.inbox = Some(Operations::new(inbox));
        self
    }

    /// How `hookgate inbox` is told of the inbox, for the commands on the pages: `["sqlite:webhooks.db"]`. An address that may
    /// hold a password is left out, as one is that is not given: the command then reads `HOOKGATE_INBOX`.
    pub fn inbox_arguments<A: Into<String>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        self.arguments = InboxArguments::of(arguments.into_iter().map(Into::into));
        self
    }

    /// Lets readers see the contents of what an inbox keeps, **personal data included**, each time that they ask for it.
    pub fn show_contents(mut self) -> Self {
        self.shows_contents = true;
        self
    }

    /// Another clock than the system's, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the inspector. Does no IO.
    ///
    /// # Errors
    ///
    /// When there is nothing to show.
    pub fn build(self) -> Result<Inspector, NothingToShow> {
        if self.receivers.is_empty() && self.recent.is_none() && self.inbox.is_none() {
            return Err(NothingToShow);
        }
        Ok(Inspector(Arc::new(Shown {
            receivers: self.receivers,
            recent: self.recent,
            inbox: self.inbox,
            arguments: self.arguments,
            shows_contents: self.shows_contents,
            clock: self.clock,
        })))
    }
}

impl fmt::Debug for InspectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InspectorBuilder").finish_non_exhaustive()
    }
}

/// Whether a request may see the pages. Exhaustive on purpose: an application says one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Granted,
    /// It may not: 403.
    Forbidden,
    /// It shall log in first: 401 with this value of `WWW-Authenticate`, such as `Basic realm="operators"`.
    Challenge(HeaderValue),
}

type Admits = Arc<dyn Fn(Parts) -> Pin<Box<dyn Future<Output = Admission> + Send>> + Send + Sync>;

/// An inspector behind the application's own authentication: [`Inspector::behind`].
#[derive(Clone)]
pub struct Behind {
    inspector: Inspector,
    admits: Admits,
}

impl Behind {
    /// The answer to a request, for any framework. `mounted_at` is the part of its path in front of the pages' own, without
    /// a slash at the end.
    pub async fn answer(&self, request: Parts, mounted_at: &str) -> Response<Bytes> {
        if let Err(refused) = guard::of_any(&request, Links::OfAnySite) {
            return refused.into();
        }
        match (self.admits)(request.clone()).await {
            Admission::Granted => pages::answer(&self.inspector.0, &request, mounted_at).await,
            Admission::Forbidden => Refused::NOT_ADMITTED.into(),
            Admission::Challenge(challenge) => Refused::challenge(challenge),
        }
    }
}

impl fmt::Debug for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Behind").finish_non_exhaustive()
    }
}

/// An inspector for a listener of its own: [`Inspector::on_loopback`].
#[derive(Debug, Clone)]
pub struct OnLoopback(Inspector);

impl OnLoopback {
    /// The answer to a request from `peer`, for any server. Where the peer is none of this machine, or the request was
    /// forwarded or names another host, it is 403.
    pub async fn answer(&self, request: &Parts, peer: SocketAddr) -> Response<Bytes> {
        let judged = guard::on_loopback(request, peer)
            .and_then(|()| guard::of_any(request, Links::OfThisHost));
        match judged {
            Ok(()) => pages::answer(&self.0.0, request, "").await,
            Err(refused) => refused.into(),
        }
    }
}
