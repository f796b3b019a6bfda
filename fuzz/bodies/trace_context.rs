//! A context that is read is written as it was, except in later versions of the format.

use hookgate::pack::TraceContext;

pub(crate) fn run(text: &[u8]) {
    let (parent, state) = text.split_at(text.len().min(55));
    let Some(context) = TraceContext::parse(parent) else {
        return;
    };
    if parent.starts_with(b"00") {
        assert_eq!(context.to_string().as_bytes(), parent);
    }
    let context = context.with_state(state);
    if let Some(kept) = context.state() {
        assert_eq!(kept.as_bytes(), state);
        assert!(kept.len() <= 512);
    }
}
