//! What arrived, as the road sees it: untrusted, and independent of any framework's types.

pub(crate) mod form;
mod head;
mod headers;
mod origin;
mod raw_request;
mod trace_context;
mod unsigned;

pub(crate) use self::head::{host_address, media_type_of};
pub use self::{
    head::Head,
    headers::{Headers, Single},
    origin::Origin,
    raw_request::RawRequest,
    trace_context::TraceContext,
    unsigned::Unsigned,
};
