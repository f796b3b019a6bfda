//! [`Tolerance`]: what is taken beside what CloudEvents 1.0 allows.

/// One row for each tolerance: its name in settings.
macro_rules! tolerances {
    ($($(#[$doc:meta])* $tolerance:ident = $name:literal,)+) => {
        /// What a receiver takes beside what CloudEvents 1.0 allows. None by default: each is named, and has its reason.
        ///
        /// What no tolerance names is refused whatever is set: a missing `id`, `source` or `type`, a member or a header that
        /// stands twice, and `data` beside `data_base64`. That `source` and `dataschema` are URIs is not looked at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Tolerance {
            $($(#[$doc])* $tolerance,)+
        }

        impl Tolerance {
            /// Every tolerance.
            pub const ALL: &'static [Self] = &[$(Self::$tolerance,)+];

            /// The name in settings.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$tolerance => $name,)+
                }
            }
        }
    };
}

tolerances! {
    /// A structured event is also taken as `application/json`. For senders whose HTTP client knows no other type of JSON.
    /// Not beside binary mode, where that type says that the body is data.
    PlainJson = "plain_json",
    /// `specversion` may be `0.3`. For senders that were never brought to 1.0. What 1.0 has no place for arrives as
    /// extensions (`schemaurl`, `datacontentencoding`), and data as it was written.
    Version03 = "version_03",
    /// The name of an extension may have other characters than `a` to `z` and digits. For senders that put members of
    /// their own into the envelope, such as `traceId`.
    AnyName = "any_name",
    /// The value of an extension may be any JSON: a list, an object, a number with a fraction or beyond 32 bits. For the
    /// same senders.
    AnyValue = "any_value",
    /// `subject`, `dataschema` and `datacontenttype` may be empty. For senders that write an empty text for none.
    EmptyText = "empty_text",
    /// `data` is JSON whatever `datacontenttype` says. For senders that always write the same type.
    AnyDataType = "any_data_type",
    /// In binary mode the values of headers are not encoded: `%` and `"` are themselves, and other characters than ASCII's
    /// stand in UTF-8. For what the SDKs of JavaScript, Rust and Python (`v1`) send, which encode nothing.
    PlainHeaders = "plain_headers",
    /// A `time` that is no RFC 3339 time counts as none. The event is then accepted at any age, and a captured delivery
    /// runs again once its mark has expired.
    UnreadableTime = "unreadable_time",
}

/// A list of tolerances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tolerances(u8);

impl Tolerances {
    pub(crate) const NONE: Self = Self(0);

    /// Of an envelope that is only looked at: nothing of what it says is lost for how it is written.
    pub(crate) const AS_WRITTEN: Self = Self::NONE
        .with(Tolerance::AnyName)
        .with(Tolerance::AnyValue)
        .with(Tolerance::EmptyText)
        .with(Tolerance::AnyDataType);

    #[must_use]
    pub(crate) const fn with(self, tolerance: Tolerance) -> Self {
        Self(self.0 | bit(tolerance))
    }

    pub(crate) const fn has(self, tolerance: Tolerance) -> bool {
        self.0 & bit(tolerance) != 0
    }
}

const fn bit(tolerance: Tolerance) -> u8 {
    match 1_u8.checked_shl(tolerance as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tolerance_is_itself_and_no_other() {
        for one in Tolerance::ALL {
            let list = Tolerances::NONE.with(*one);
            for other in Tolerance::ALL {
                assert_eq!(list.has(*other), one == other);
            }
        }
    }
}
