//! [`Built`]: what a compiler's note hangs on.

use super::Receiver;

/// A [`Receiver`], for what is done with one. Frameworks implement their methods for all that is `Built`, so that the
/// compiler says of a builder what is missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no receiver",
    label = "not a `Receiver`",
    note = "a receiver is what `.build()?` gives, at the end of its builder"
)]
pub trait Built {
    /// The receiver.
    fn receiver(&self) -> &Receiver;
}

impl Built for Receiver {
    fn receiver(&self) -> &Receiver {
        self
    }
}
