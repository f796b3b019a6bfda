//! A receiver, and beside it what Prometheus scrapes.

use axum::{
    Router,
    routing::{get, post},
};
use hookgate::{
    Ack, Delivery, Nack, Receiver, Secret,
    dedup::MemoryStore,
    providers::logto::{self, Logto},
};
use hookgate_axum::{Event, ReceiverExt};
use metrics_exporter_prometheus::PrometheusHandle;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::Result;

pub(crate) const WEBHOOKS: &str = "/webhooks/logto";
/// Everybody can reach it here. In a service it belongs on an address of its own.
pub(crate) const METRICS: &str = "/metrics";

pub(crate) fn app(signing_key: &str, metrics: PrometheusHandle) -> Result<(Router, Receiver)> {
    let receiver = Receiver::new("logto", Logto::new(Secret::utf8(signing_key)?))
        .dedup(MemoryStore::new())
        .build()?;
    let app = Router::new()
        .route(WEBHOOKS, post(on_event).layer(receiver.layer()))
        .route(METRICS, get(async move || metrics.render()));
    Ok((app, receiver))
}

async fn on_event(Event(delivery): Event<logto::Event>) -> std::result::Result<Ack, Nack> {
    link_sender(&delivery);
    match delivery.event() {
        logto::Event::PostSignIn(_) => {
            // It becomes a child of the delivery's span by itself.
            let note = tracing::info_span!("note the sign-in");
            async { Ok(Ack::processed()) }.instrument(note).await
        }
        logto::Event::PostRegister(_) => Err(Nack::retry()),
        // It does not fit its type. An `Ack` would be its end: its sender is to send it again.
        logto::Event::Unrecognized(_) => Err(Nack::retry()),
        _ => Ok(Ack::ignored("not ours")),
    }
}

/// Links the sender's trace to the delivery's span. It does not become the parent: otherwise anyone who can
/// reach the endpoint could write into our traces, and decide what is sampled.
fn link_sender(delivery: &Delivery<logto::Event>) {
    let claimed = delivery.claimed_trace_context();
    let claimed = claimed.as_ref().map(|context| *context.trust_unsigned());
    if let Some(context) = delivery.trace_context().or(claimed) {
        let linked = SpanContext::new(
            TraceId::from_bytes(*context.trace_id()),
            SpanId::from_bytes(*context.parent_id()),
            TraceFlags::new(context.flags()),
            true,
            TraceState::default(),
        );
        Span::current().add_link(linked);
    }
}
