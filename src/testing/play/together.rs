//! [`Together`]: several requests under way at once, in one task.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use crate::testing::{Effect, Reply};

/// Requests under way. Dropped, their senders hang up.
pub(super) struct Together<'s> {
    calls: Vec<Pin<Box<dyn Future<Output = Reply> + 's>>>,
    replies: Vec<Option<Reply>>,
    effect: Effect,
}

impl<'s> Together<'s> {
    pub(super) fn new(effect: Effect) -> Self {
        Self {
            calls: Vec::new(),
            replies: Vec::new(),
            effect,
        }
    }

    pub(super) fn start(&mut self, call: impl Future<Output = Reply> + 's) {
        self.calls.push(Box::pin(call));
        self.replies.push(None);
    }

    pub(super) fn reply(&self, place: usize) -> Option<&Reply> {
        self.replies.get(place)?.as_ref()
    }

    pub(super) fn replies(&self) -> impl Iterator<Item = &Reply> {
        self.replies.iter().flatten()
    }

    /// Goes on with all of them until `there` holds.
    pub(super) async fn until(&mut self, there: impl Fn(&Self) -> bool) {
        let mut change = self.effect.change();
        poll_fn(|context| {
            self.poll(context);
            while !there(self) {
                if Pin::new(&mut change).poll(context).is_pending() {
                    return Poll::Pending;
                }
                change = self.effect.change();
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Goes on until all are answered.
    pub(super) async fn finish(&mut self) {
        self.until(|calls| calls.replies.iter().all(Option::is_some))
            .await;
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        for (call, reply) in self.calls.iter_mut().zip(&mut self.replies) {
            if reply.is_none()
                && let Poll::Ready(answered) = call.as_mut().poll(context)
            {
                *reply = Some(answered);
            }
        }
    }
}
