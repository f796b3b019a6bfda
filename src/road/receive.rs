//! [`Receiver::handle`]: the whole road in one call. [`follow`]: what stands behind the judgement, on tokio.

use std::{convert::Infallible, future::Future, pin::pin, sync::Arc};

use bytes::Bytes;

use super::{
    Concluded, Either, Ran, RunsToEnd, TimeLeft, conclude, handle,
    handler::{ran, taken},
    set_aside,
};
use crate::{
    delivery::{Delivery, DeliverySlot},
    judge::{Admitted, Judged, Undecoded},
    receiver::Receiver,
    request::Head,
    time::{self, Timer, TokioTimer},
    verdict::{Ack, Answer, Nack},
};

impl Receiver {
    /// The road of one whole request, for programs without a middleware: verified, decoded, claimed, handled once,
    /// marked. Gives what its sender gets. It is what the layer of the feature `tower` does,
    /// with a function in place of a service.
    ///
    /// `body` is what arrived, byte for byte. `head` is what was sent: the target as the sender wrote it, the address of
    /// the peer and not what a header claims.
    ///
    /// `handler` takes the event of the receiver's pack. Where a body holds several, a copy of it runs for each. Behind
    /// an [inbox](crate::inbox) it does not run: a worker handles what the inbox has accepted.
    ///
    /// It runs on tokio's timer unless the receiver has one of its own. A handler goes on in a task when this future is
    /// dropped or the [deadline](crate::ReceiverBuilder::handler_deadline) passes.
    ///
    /// Where the process is frozen between requests, as on AWS Lambda, such a task stands still. Raise the deadline above
    /// the time that a request may take there, and await [`drained`](Self::drained) before you give the answer back.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::Bytes;
    /// use hookgate::{Ack, Delivery, Receiver, pack::Head, providers::logto};
    ///
    /// async fn on_request(receiver: &Receiver, request: http::Request<Bytes>) -> http::Response<Bytes> {
    ///     let (parts, body) = request.into_parts();
    ///     let head = Head::of(&parts.method, &parts.uri, &parts.headers);
    ///     let answer = receiver.handle(head, body, |delivery: Delivery<logto::Event>| async move {
    ///         println!("{:?}", delivery.event());
    ///         Ok(Ack::processed())
    ///     });
    ///     answer.await.into()
    /// }
    /// # let _ = on_request;
    /// ```
    pub async fn handle<E, H, F>(
        &self,
        head: Head<'_>,
        body: impl Into<Bytes>,
        handler: H,
    ) -> Answer
    where
        E: Send + 'static,
        H: FnOnce(Delivery<E>) -> F + Clone + Send + 'static,
        F: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        let timer = self.timer().unwrap_or_else(|| Arc::new(TokioTimer));
        let body = Some(body.into());
        let run = move |slot: DeliverySlot, _| ran::<Infallible>(taken(&slot).map(handler));
        let next = match self.judge().admit(head, body, &timer).await {
            Ok(Judged::Admitted(admitted)) => Either::mostly(follow(self, admitted, &timer, run)),
            Ok(Judged::Undecoded(undecoded)) => Either::seldom(aside(self, undecoded, &timer)),
            Ok(Judged::Answered(answer)) => return answer,
            Err(rejection) => return self.judge().refusal(&rejection),
        };
        match next.await {
            Concluded::Answer(answer) => answer,
            Concluded::Reply(never) => match never {},
        }
    }
}

/// From the judgement to what the sender gets. A handler that goes on without its sender is a task of tokio's.
pub(crate) fn follow<'a, R, F, H>(
    receiver: &'a Receiver,
    admitted: Admitted,
    timer: &'a Arc<dyn Timer>,
    run: H,
) -> impl Future<Output = Concluded<R>> + Send + 'a
where
    R: Send + 'static,
    F: Future<Output = Ran<R>> + Send + 'static,
    H: FnOnce(DeliverySlot, Bytes) -> F + Clone + Send + 'static,
{
    let left = TimeLeft::of(&admitted);
    let work = handle(receiver.clone(), admitted, timer.clone(), run);
    let work = RunsToEnd::new(receiver, timer, left, work, time::spawn);
    async move { conclude(timer, pin!(work)).await }
}

/// The same, of a request that cannot be decoded.
pub(crate) async fn aside<R>(
    receiver: &Receiver,
    undecoded: Box<Undecoded>,
    timer: &Arc<dyn Timer>,
) -> Concluded<R> {
    Concluded::Answer(set_aside(receiver, undecoded, timer).await)
}
