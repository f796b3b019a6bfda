//! [`AnswerBody`]: the handler's own body, or the fixed text of an answer.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::limits::{BodyBroken, BodySource};

pin_project! {
    /// The body of a response behind the receiver.
    #[derive(Debug)]
    pub struct AnswerBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        Own { #[pin] body: B },
        Fixed { text: Option<Bytes> },
    }
}

impl<B> AnswerBody<B> {
    pub(super) fn own(body: B) -> Self {
        Self {
            kind: Kind::Own { body },
        }
    }

    pub(super) fn fixed(text: Bytes) -> Self {
        let text = (!text.is_empty()).then_some(text);
        Self {
            kind: Kind::Fixed { text },
        }
    }
}

impl<B: Body<Data = Bytes>> Body for AnswerBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Own { body } => body.poll_frame(context),
            KindProjection::Fixed { text } => {
                Poll::Ready(text.take().map(|text| Ok(Frame::data(text))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Own { body } => body.is_end_stream(),
            Kind::Fixed { text } => text.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Own { body } => body.size_hint(),
            Kind::Fixed { text } => {
                SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64))
            }
        }
    }
}

/// A framework's request body, read frame by frame; trailers are passed over.
#[derive(Debug)]
pub struct RequestBody<B>(B);

impl<B> RequestBody<B> {
    /// This body.
    pub fn new(body: B) -> Self {
        Self(body)
    }
}

impl<B: Body<Data = Bytes> + Unpin> BodySource for RequestBody<B> {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        loop {
            return match Pin::new(&mut self.0).poll_frame(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(None) => Poll::Ready(None),
                Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(BodyBroken))),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(chunk) => Poll::Ready(Some(Ok(chunk))),
                    Err(_) => continue,
                },
            };
        }
    }

    fn is_over(&self) -> bool {
        self.0.is_end_stream()
    }
}
