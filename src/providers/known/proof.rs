//! [`Proof`]: how a request of a sender is proved.

use crate::schemes::SchemeConfig;

/// How a request of a sender is proved. What the proof covers follows from its scheme.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Proof {
    /// By this scheme.
    Scheme(fn() -> SchemeConfig),
    /// The sender signs nothing of its events. By this scheme it shows who calls, with a token that is a key of the endpoint.
    Token(fn() -> SchemeConfig),
    /// The sender signs nothing: who passed the access rule is believed.
    Access,
    /// By the access rule or by a signature, as the endpoint's owner set it up at the sender.
    AsConfigured,
}
