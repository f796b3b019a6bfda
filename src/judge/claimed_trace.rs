//! The sender's trace, as its headers name it. Nothing signs them.

use http::HeaderName;

use crate::request::{Head, Single, TraceContext};

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");

/// A repeated `traceparent` names no trace; `tracestate` may be in parts (W3C
/// Trace Context, section 3.3.1).
pub(super) fn claimed_trace(head: &Head<'_>) -> Option<TraceContext> {
    let Single::Value(parent) = head.single(&PARENT) else {
        return None;
    };
    let context = TraceContext::parse(parent)?;
    let mut state = Vec::new();
    head.headers.each(&STATE, &mut |part| {
        if state.len() <= TraceContext::LONGEST_STATE {
            if !state.is_empty() {
                state.push(b',');
            }
            state.extend_from_slice(part);
        }
    });
    Some(if state.is_empty() {
        context
    } else {
        context.with_state(&state)
    })
}
