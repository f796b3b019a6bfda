//! What a program installs at its start, before the first delivery.
//!
//! The spans stay in this process here, so that nothing else is needed to look at them. A service gives its
//! provider an exporter to its collector instead. Nothing else changes.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::Result;

/// Verifying takes microseconds, handlers up to the sender's timeout.
const SECONDS: [f64; 9] = [1e-5, 1e-4, 1e-3, 5e-3, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Where spans and metrics go.
pub(crate) struct Telemetry {
    spans: InMemorySpanExporter,
    provider: SdkTracerProvider,
    metrics: PrometheusHandle,
}

impl Telemetry {
    pub(crate) fn install() -> Result<Self> {
        let spans = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(spans.clone())
            .build();
        let tracer = provider.tracer("hookgate-observability-example");
        tracing_subscriber::registry()
            .with(LevelFilter::INFO)
            .with(
                tracing_opentelemetry::layer()
                    .with_location(false)
                    .with_threads(false)
                    .with_tracer(tracer),
            )
            .try_init()?;
        let suffix = Matcher::Suffix("_seconds".to_owned());
        let metrics = PrometheusBuilder::new()
            .set_buckets_for_metric(suffix, &SECONDS)?
            .install_recorder()?;
        Ok(Self {
            spans,
            provider,
            metrics,
        })
    }

    /// Renders what Prometheus scrapes.
    pub(crate) fn metrics(&self) -> &PrometheusHandle {
        &self.metrics
    }

    /// Every span that has ended.
    pub(crate) fn finished(&self) -> Result<Vec<SpanData>> {
        self.provider.force_flush()?;
        Ok(self.spans.get_finished_spans()?)
    }
}

pub(crate) fn print(spans: &[SpanData]) {
    for span in spans {
        println!("{} {}", span.span_context.trace_id(), span.name);
        for attribute in &span.attributes {
            println!("    {} = {}", attribute.key, attribute.value);
        }
        for link in span.links.iter() {
            let linked = &link.span_context;
            println!("    link to {} {}", linked.trace_id(), linked.span_id());
        }
        for event in span.events.iter() {
            println!("    \"{}\"", event.name);
        }
    }
}
