//! [`TraceContext`]: which trace of the sender's a delivery belongs to.
//!
//! Read by the W3C's [Trace Context](https://www.w3.org/TR/trace-context/), section 3. The application gets it as data,
//! and the delivery's span notes it, to be linked. It is never the parent of a span here, and never identifies, dates
//! or routes an event: whoever sends a request can write a header.

use std::fmt;

/// `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits.
const LENGTH: usize = 55;
/// A later version may add fields: no more than this is looked at.
const LONGEST: usize = 256;
/// The most members of a `tracestate` (section 3.3.1.1).
const MOST_MEMBERS: usize = 32;
/// The longest key or value in it.
const LONGEST_PART: usize = 256;

/// The place of a delivery in its sender's trace: `traceparent`, and `tracestate` where it is well-formed.
///
/// ```
/// use hookgate::pack::TraceContext;
///
/// let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let context = TraceContext::parse(text.as_bytes()).unwrap().with_state(b"vendor=opaque");
/// assert_eq!(context.trace_id()[..2], [0x0a, 0xf7]);
/// assert!(context.is_sampled());
/// assert_eq!(context.state(), Some("vendor=opaque"));
/// assert_eq!(context.to_string(), text);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: [u8; 16],
    parent_id: [u8; 8],
    flags: u8,
    state: Option<Box<str>>,
}

impl TraceContext {
    /// The longest `tracestate` that is passed on, in bytes: the least that the standard asks for (section 3.3.1.5).
    pub(crate) const LONGEST_STATE: usize = 512;

    /// Reads a `traceparent`. `None` unless it is exactly as the standard writes it: a trace with a wrong
    /// context is better begun anew.
    pub fn parse(traceparent: &[u8]) -> Option<Self> {
        if traceparent.len() > LONGEST {
            return None;
        }
        let (text, rest) = traceparent.split_at_checked(LENGTH)?;
        let mut fields = text.split(|byte| *byte == b'-');
        let version: [u8; 1] = lower_hex(fields.next()?)?;
        let trace_id: [u8; 16] = lower_hex(fields.next()?)?;
        let parent_id: [u8; 8] = lower_hex(fields.next()?)?;
        let [flags] = lower_hex(fields.next()?)?;
        let ends = match version {
            [0] => rest.is_empty(),
            [0xff] => false,
            // A later version is read as this one, as far as it goes (section 4.3).
            _ => rest.is_empty() || rest.starts_with(b"-"),
        };
        let valid = ends && fields.next().is_none() && trace_id != [0; 16] && parent_id != [0; 8];
        valid.then_some(Self {
            trace_id,
            parent_id,
            flags,
            state: None,
        })
    }

    /// Adds a `tracestate`. One that is not well-formed, or over 512 bytes, is left out: the trace is still
    /// known.
    #[must_use]
    pub fn with_state(mut self, tracestate: &[u8]) -> Self {
        self.state = well_formed(tracestate).map(Box::from);
        self
    }

    /// Which trace.
    pub fn trace_id(&self) -> &[u8; 16] {
        &self.trace_id
    }

    /// Which span of the sender's sent the delivery.
    pub fn parent_id(&self) -> &[u8; 8] {
        &self.parent_id
    }

    /// Both ids as they are written, for logs.
    #[cfg(feature = "tracing")]
    pub(crate) fn digits(&self) -> (impl fmt::Display, impl fmt::Display) {
        (Digits(&self.trace_id), Digits(&self.parent_id))
    }

    /// The flags, as sent.
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Whether the sender may have recorded its span.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// What tracing systems of the sender's side add. Opaque.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// As a `traceparent` of version 00.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, parent) = (Digits(&self.trace_id), Digits(&self.parent_id));
        write!(f, "00-{trace}-{parent}-{:02x}", self.flags)
    }
}

/// Bytes as lower-case digits.
struct Digits<'a>(&'a [u8]);

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Shows the ids: they are random. The state is the sender's text, and not shown.
impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TraceContext")
            .field(&format_args!("{self}"))
            .finish()
    }
}

/// Upper case is not valid (section 3.2.2).
fn lower_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut bytes = [0; N];
    const_hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// A list of `key=value` (section 3.3.1), white space around members left as it is.
fn well_formed(tracestate: &[u8]) -> Option<&str> {
    if tracestate.len() > TraceContext::LONGEST_STATE {
        return None;
    }
    let text = std::str::from_utf8(tracestate).ok()?;
    let mut keys: Vec<&str> = Vec::new();
    for member in text.split(',') {
        let member = member.trim_matches([' ', '\t']);
        if member.is_empty() {
            continue;
        }
        let (key, value) = member.split_once('=')?;
        if !is_key(key) || !is_value(value) || keys.contains(&key) || keys.len() == MOST_MEMBERS {
            return None;
        }
        keys.push(key);
    }
    (!keys.is_empty()).then_some(text)
}

fn is_key(key: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let other = |byte: u8| first(byte) || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@');
    key.len() <= LONGEST_PART && key.bytes().next().is_some_and(first) && key.bytes().all(other)
}

fn is_value(value: &str) -> bool {
    let printable = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=');
    (1..=LONGEST_PART).contains(&value.len()) && value.bytes().all(printable)
}
