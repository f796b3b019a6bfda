//! [`Either`]: one of two futures with the same output.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

pin_project! {
    /// What nearly every request awaits, or what few do. The second is boxed, so that the others do not carry it along.
    ///
    /// Awaited as one, neither is kept twice: an arm of a `match` that awaits keeps all that was matched.
    #[project = EitherProjection]
    pub(crate) enum Either<A, B> {
        Mostly { #[pin] work: A },
        Seldom { work: Pin<Box<B>> },
    }
}

impl<A, B> Either<A, B> {
    pub(crate) fn mostly(work: A) -> Self {
        Self::Mostly { work }
    }

    pub(crate) fn seldom(work: B) -> Self {
        let work = Box::pin(work);
        Self::Seldom { work }
    }
}

impl<T, A: Future<Output = T>, B: Future<Output = T>> Future for Either<A, B> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.project() {
            EitherProjection::Mostly { work } => work.poll(context),
            EitherProjection::Seldom { work } => work.as_mut().poll(context),
        }
    }
}
