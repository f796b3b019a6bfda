//! [`Function`]: from an event of Lambda to its answer.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use bytes::Bytes;
use hookgate::{
    Ack, Delivery, Nack, Receiver, ReceiverBuilder,
    pack::{Head, Provider},
    providers::logto::Event,
};
use http::{Response, request::Parts};
use lambda_http::{Body, Request, RequestExt, request::RequestContext};

/// The longest that Lambda lets a request take.
const LONGEST_REQUEST: Duration = Duration::from_secs(15 * 60);
/// How long an answer may wait for what is left to tell the store.
const TELLING: Duration = Duration::from_secs(2);

/// A receiver for a process that is frozen between requests.
pub(crate) fn receiver(name: &str, pack: impl Provider) -> ReceiverBuilder {
    Receiver::new(name, pack)
        // The start-up check then says so where the store is not shared.
        .instances(2)
        // A handler that outlives its request would stand still in the middle of its work, and go on with the next
        // request, if there is one. So the answer waits for it.
        .handler_deadline(LONGEST_REQUEST)
}

/// The handler: a function as everywhere.
async fn on_event(delivery: Delivery<Event>) -> Result<Ack, Nack> {
    match delivery.event() {
        Event::PostSignIn(_) => println!("a sign-in, {}", delivery.event_key()),
        // It does not fit its type: its sender is to send it again.
        Event::Unrecognized(_) => return Err(Nack::retry()),
        _ => return Ok(Ack::ignored("not ours")),
    }
    Ok(Ack::processed())
}

pub(crate) struct Function {
    receiver: Receiver,
}

impl Function {
    pub(crate) fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }

    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        Ok(handled(&self.receiver, request, on_event).await)
    }
}

/// Hands one request to `receiver`, and says what its sender gets.
pub(crate) async fn handled<E, H, F>(
    receiver: &Receiver,
    request: Request,
    handler: H,
) -> Response<Body>
where
    E: Send + 'static,
    H: FnOnce(Delivery<E>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    let path = path(&request);
    let (parts, body) = request.into_parts();
    // No authority: `lambda_http` writes the address anew, and drops a port that `Host` may still have.
    let head = Head::new(parts.method.as_str(), &path, &parts.headers)
        .query(parts.uri.query())
        .peer(peer(&parts));
    let answer = receiver.handle(head, bytes(body), handler).await;
    // Behind the answer nothing runs, and `lambda_http::run` takes one request at a time. So all that is left is this
    // request's. What the store is not told by then ends with its lease.
    let _ = tokio::time::timeout(TELLING, receiver.drained()).await;
    Response::<Bytes>::from(answer).map(text)
}

/// The path that the sender called. For schemes that sign it, and for an inbox.
///
/// A REST API leaves its stage out of `path`, and has it in the context. All others have it where it was.
pub(crate) fn path(request: &Request) -> String {
    let path = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.path.as_deref(),
        _ => None,
    };
    path.unwrap_or(request.raw_http_path()).to_owned()
}

/// Who opened the connection, as the gateway saw it. A load balancer's event says that in a header alone, which its
/// settings may leave to the sender: so there it is unknown, and a receiver that needs it refuses.
fn peer(parts: &Parts) -> Option<SocketAddr> {
    let address = match parts.extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    };
    Some(SocketAddr::new(address?.parse().ok()?, 0))
}

/// The bytes that were sent: `lambda_http` has undone the event's base64.
fn bytes(body: Body) -> Bytes {
    match body {
        Body::Text(text) => text.into(),
        Body::Binary(bytes) => bytes.into(),
        _ => Bytes::new(),
    }
}

/// As text where it is one: a REST API sends base64 on as it is, unless its binary media types say otherwise.
fn text(body: Bytes) -> Body {
    if body.is_empty() {
        return Body::Empty;
    }
    String::from_utf8(body.into()).map_or_else(|it| Body::Binary(it.into_bytes()), Body::Text)
}
