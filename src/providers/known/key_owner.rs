//! [`KeyOwner`]: whose key signs.

/// Whose key signs the requests of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOwner {
    /// A key of the endpoint's owner: nobody else can have a request signed with it.
    Customer,
    /// The sender's own, which signs for all of its customers. Each of them can have a genuine request sent to this endpoint,
    /// so the signature alone does not say for whom it was made.
    Sender {
        /// What binds a request to one customer, and must be compared: in words.
        bound_by: &'static str,
    },
}
