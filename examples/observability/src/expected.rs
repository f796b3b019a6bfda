//! What must be there in the end. The program ends with an error where something is missing.

use opentelemetry_sdk::trace::SpanData;

use crate::{Result, SENDERS_TRACE};

/// Lines of the scrape, labels in the order in which hookgate gives them.
const LINES: [&str; 7] = [
    r#"hookgate_deliveries_total{endpoint="logto",outcome="processed",reason="handled",event_type="PostSignIn"} 1"#,
    r#"hookgate_deliveries_total{endpoint="logto",outcome="skipped",reason="duplicate",event_type="PostSignIn"} 1"#,
    r#"hookgate_deliveries_total{endpoint="logto",outcome="retry",reason="handler_retry",event_type="PostRegister"} 1"#,
    r#"hookgate_deliveries_total{endpoint="logto",outcome="retry",reason="handler_retry",event_type="other"} 1"#,
    r#"hookgate_deliveries_total{endpoint="logto",outcome="refused",reason="signature_mismatch",event_type="none"} 1"#,
    r#"hookgate_verify_duration_seconds_count{endpoint="logto"} 5"#,
    r#"hookgate_handlers_running{endpoint="logto"} 0"#,
];

pub(crate) fn check(scraped: &str, spans: &[SpanData]) -> Result<()> {
    for line in LINES {
        if !scraped.lines().any(|scraped| scraped == line) {
            return Err(format!("not scraped: {line}").into());
        }
    }
    let deliveries: Vec<&SpanData> = named(spans, "hookgate.delivery").collect();
    let count = deliveries.len();
    if count != 5 {
        return Err(format!("{count} spans of 5 deliveries").into());
    }
    let first = deliveries.first().ok_or("no span")?;
    let linked: Vec<String> = first
        .links
        .iter()
        .map(|link| {
            let context = &link.span_context;
            format!("00-{}-{}-01", context.trace_id(), context.span_id())
        })
        .collect();
    if linked != [SENDERS_TRACE] {
        return Err(format!("links of the first delivery: {linked:?}").into());
    }
    let note = named(spans, "note the sign-in").next();
    let note = note.ok_or("the handler's own span is missing")?;
    if note.parent_span_id != first.span_context.span_id() {
        return Err("the handler's own span is not the delivery's child".into());
    }
    println!("\nall spans, links and metrics are there");
    Ok(())
}

fn named<'a>(spans: &'a [SpanData], name: &'a str) -> impl Iterator<Item = &'a SpanData> {
    spans.iter().filter(move |span| span.name == name)
}
