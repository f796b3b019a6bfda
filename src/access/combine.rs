//! [`AllOf`] and [`AnyOf`]: rules made of rules.

use std::{fmt, future::poll_fn, sync::Arc, task::Poll};

use http::{HeaderName, HeaderValue};

use super::{Access, Denied, Preparing};
use crate::{
    request::Head,
    setup::BuildError,
    time::{Timer, UnixTime},
};

type Rule = Box<dyn Access>;
type Judged = Result<(), Denied>;

/// Every rule must hold.
///
/// All are judged, whichever fails, so that time does not tell which one did.
///
/// ```
/// use hookgate::access::{AllOf, ApiKey, HeaderSecrets};
///
/// let access = AllOf::of(ApiKey::authorization("0f3c…"))
///     .and(HeaderSecrets::new([("x-client", "acme")]));
/// # let _ = access;
/// ```
pub struct AllOf(Vec<Rule>);

impl AllOf {
    /// Begins with this rule.
    pub fn of(rule: impl Access) -> Self {
        Self(vec![Box::new(rule)])
    }

    /// This rule must hold too.
    #[must_use]
    pub fn and(mut self, rule: impl Access) -> Self {
        self.0.push(Box::new(rule));
        self
    }
}

impl Access for AllOf {
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied> {
        let judged = self.0.iter().map(|rule| rule.check(head, now));
        judged.fold(Ok(()), both)
    }

    fn prepare(&self, head: &Head<'_>, now: UnixTime, timer: &Arc<dyn Timer>) -> Option<Preparing> {
        prepare_each(self.0.iter().map(|rule| &**rule), head, now, timer)
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        challenges(&self.0)
    }

    fn reads(&self, name: &HeaderName) -> bool {
        self.0.iter().any(|rule| rule.reads(name))
    }

    fn admits_anyone(&self) -> bool {
        self.0.iter().all(|rule| rule.admits_anyone())
    }

    fn needs_peer(&self) -> bool {
        self.0.iter().any(|rule| rule.needs_peer())
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.0.iter().try_for_each(|rule| rule.validate())
    }
}

/// One rule must hold.
///
/// All are judged, whichever holds, so that time does not tell which one did.
///
/// ```
/// use hookgate::access::{AnyOf, ApiKey, Basic};
///
/// let access = AnyOf::of(Basic::new("unico", "0f3c…")).or(ApiKey::header("x-api-key", "77ab…"));
/// # let _ = access;
/// ```
pub struct AnyOf(Vec<Rule>);

impl AnyOf {
    /// Begins with this rule.
    pub fn of(rule: impl Access) -> Self {
        Self(vec![Box::new(rule)])
    }

    /// This rule will do too. [`AnyoneMayCall`](super::AnyoneMayCall) among others would make them
    /// pointless: that is refused when the receiver is built.
    #[must_use]
    pub fn or(mut self, rule: impl Access) -> Self {
        self.0.push(Box::new(rule));
        self
    }
}

impl Access for AnyOf {
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied> {
        let judged = self.0.iter().map(|rule| rule.check(head, now));
        judged.fold(Err(Denied::Missing), either)
    }

    fn prepare(&self, head: &Head<'_>, now: UnixTime, timer: &Arc<dyn Timer>) -> Option<Preparing> {
        prepare_each(self.0.iter().map(|rule| &**rule), head, now, timer)
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        challenges(&self.0)
    }

    fn reads(&self, name: &HeaderName) -> bool {
        self.0.iter().any(|rule| rule.reads(name))
    }

    fn admits_anyone(&self) -> bool {
        self.0.iter().any(|rule| rule.admits_anyone())
    }

    fn needs_peer(&self) -> bool {
        self.0.iter().any(|rule| rule.needs_peer())
    }

    fn validate(&self) -> Result<(), BuildError> {
        if self.0.len() > 1 && self.admits_anyone() {
            return Err(BuildError::Access(
                "any-of with a rule that admits anyone checks nothing: remove that rule or the others",
            ));
        }
        self.0.iter().try_for_each(|rule| rule.validate())
    }
}

/// What two rules that must both hold come to.
fn both(one: Judged, other: Judged) -> Judged {
    match (one, other) {
        (Err(Denied::Wrong), _) | (_, Err(Denied::Wrong)) => Err(Denied::Wrong),
        (Err(Denied::Missing), _) | (_, Err(Denied::Missing)) => Err(Denied::Missing),
        // What cannot be judged matters only where nothing else is wrong.
        (Err(Denied::Unavailable), _) | (_, Err(Denied::Unavailable)) => Err(Denied::Unavailable),
        (Ok(()), Ok(())) => Ok(()),
    }
}

/// What two rules of which one must hold come to.
fn either(one: Judged, other: Judged) -> Judged {
    match (one, other) {
        (Ok(()), _) | (_, Ok(())) => Ok(()),
        // Had it been there, it might have held: the sender is to come again.
        (Err(Denied::Unavailable), _) | (_, Err(Denied::Unavailable)) => Err(Denied::Unavailable),
        (Err(Denied::Wrong), _) | (_, Err(Denied::Wrong)) => Err(Denied::Wrong),
        (Err(Denied::Missing), Err(Denied::Missing)) => Err(Denied::Missing),
    }
}

/// What rules must wait for before they can judge, all at once.
fn prepare_each<'a>(
    rules: impl Iterator<Item = &'a dyn Access>,
    head: &Head<'_>,
    now: UnixTime,
    timer: &Arc<dyn Timer>,
) -> Option<Preparing> {
    let waiting = rules.filter_map(|rule| rule.prepare(head, now, timer));
    let mut waiting: Vec<_> = waiting.collect();
    if waiting.len() < 2 {
        return waiting.pop();
    }
    Some(Box::pin(poll_fn(move |context| {
        waiting.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if waiting.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })))
}

/// What every rule asks for, each once, in the order of the rules.
fn challenges(rules: &[Rule]) -> Vec<HeaderValue> {
    let mut list = Vec::new();
    for challenge in rules.iter().flat_map(|rule| rule.challenges()) {
        if !list.contains(&challenge) {
            list.push(challenge);
        }
    }
    list
}

impl fmt::Debug for AllOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AllOf").field(&self.0).finish()
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyOf").field(&self.0).finish()
    }
}
