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

    /// The aggregate that answers the number which is read first.
    pub(super) const fn first(self) -> &'static str {
        match self {
            Self::OldestFirst => "min",
            Self::NewestFirst => "max",
        }
    }

    /// The same of several values, of which some may be missing.
    pub(super) const fn first_of(self) -> &'static str {
        match self {
            Self::OldestFirst => "least",
            Self::NewestFirst => "greatest",
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
