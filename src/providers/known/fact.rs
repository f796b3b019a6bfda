//! [`Fact`]: something that is known of a sender, or assumed.

/// Something that is known of a sender, with its source, or that is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact<T> {
    value: T,
    source: Option<&'static str>,
}

impl<T> Fact<T> {
    /// Known from `source`: a page of the sender, its code, or recorded deliveries.
    pub(super) const fn known(value: T, source: &'static str) -> Self {
        Self {
            value,
            source: Some(source),
        }
    }

    /// Assumed: nobody has said so.
    pub(super) const fn assumed(value: T) -> Self {
        Self {
            value,
            source: None,
        }
    }

    /// What is known or assumed.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// The value, unless it is only assumed.
    pub const fn if_known(&self) -> Option<&T> {
        if self.is_assumed() {
            None
        } else {
            Some(&self.value)
        }
    }

    /// Where it is known from; `None` where it is assumed.
    pub const fn source(&self) -> Option<&'static str> {
        self.source
    }

    /// Whether it is only assumed.
    pub const fn is_assumed(&self) -> bool {
        self.source.is_none()
    }
}
