//! [`Reads`]: the oldest first, or the newest.

/// In which direction a list reads numbers.
#[derive(Clone, Copy)]
pub(super) enum Reads {
    OldestFirst,
    NewestFirst,
}

impl Reads {
    /// How a number compares that comes after another.
    pub(super) const fn after(self) -> &'static str {
        match self {
            Self::OldestFirst => ">",
            Self::NewestFirst => "<",
        }
    }

    pub(super) const fn order(self) -> &'static str {
        match self {
            Self::OldestFirst => "ASC",
            Self::NewestFirst => "DESC",
        }
    }

    /// Numbers begin at 1.
    pub(super) const fn start(self) -> i64 {
        match self {
            Self::OldestFirst => 0,
            Self::NewestFirst => i64::MAX,
        }
    }
}
