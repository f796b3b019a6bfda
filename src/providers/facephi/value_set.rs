//! Value sets that a newer sender may extend, sent as a number or as text in any spelling.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, Visitor},
};

/// Declares an enum of values that have a name and perhaps a number; the last variant, `Other`, keeps any
/// value that is not known. Names are compared by their letters and digits alone: `NO_LIVE`, `NoLive`
/// and `no live` are one.
///
/// `Debug` prints known values only: an unknown one is the sender's text.
///
/// ```text
/// value_set! {
///     /// A light.
///     pub enum Light {
///         /// Stop.
///         Red = "RED" as 1,
///         /// Go.
///         Green = "GREEN" or "VERDE" as 3,
///     }
/// }
/// ```
///
/// becomes
///
/// ```text
/// /// A light.
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// #[non_exhaustive]
/// pub enum Light {
///     /// Stop.
///     Red,
///     /// Go.
///     Green,
///     /// A value that this version does not know: its text, or the number's digits.
///     Other(String),
/// }
///
/// impl Light {
///     /// The documented name.
///     pub fn as_str(&self) -> &str {
///         match self { Self::Red => "RED", Self::Green => "GREEN", Self::Other(text) => text }
///     }
/// }
///
/// impl From<&str> for Light {
///     fn from(text: &str) -> Self {
///         let number = text.parse().ok();
///         if same(text, "RED") || number == Some(1) { return Self::Red; }
///         if same(text, "GREEN") || same(text, "VERDE") || number == Some(3) { return Self::Green; }
///         Self::Other(text.to_owned())
///     }
/// }
///
/// // and Deserialize, Serialize, Debug
/// ```
macro_rules! value_set {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_doc:meta])*
                $variant:ident = $text:literal $(or $alias:literal)* $(as $code:literal)?,
            )+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value that this version does not know: its text, or the number's digits.
            Other(String),
        }

        impl $name {
            /// The documented name.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                use $crate::providers::facephi::value_set::same;

                match text {
                    $($text => return Self::$variant,)+
                    _ => {}
                }
                let number: Option<i64> = text.parse().ok();
                let is = |name: &str, codes: &[i64]| {
                    number.map_or_else(|| same(text, name), |number| codes.contains(&number))
                };
                $(
                    if is($text, &[$($code)?]) $(|| is($alias, &[]))* {
                        return Self::$variant;
                    }
                )+
                Self::Other(text.to_owned())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::providers::facephi::value_set::read(deserializer, |text| text.into())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Other(_) => f.write_str("Other(..)"),
                    known => f.write_str(known.as_str()),
                }
            }
        }
    };
}

pub(super) use value_set;

/// Whether two names have the same letters and digits, upper or lower case.
pub(super) fn same(a: &str, b: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        let letters = text
            .bytes()
            .filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
        letters.map(|byte| byte.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

/// Reads a text or a number, and makes a value of the text or the digits.
pub(super) fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: impl FnOnce(&str) -> T,
) -> Result<T, D::Error> {
    struct Value<F>(F);

    impl<'de, T, F: FnOnce(&str) -> T> Visitor<'de> for Value<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a number")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok(self.0(text))
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
            Ok(self.0(&number.to_string()))
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
            Ok(self.0(&number.to_string()))
        }

        /// `3.0` is 3.
        fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
            Ok(self.0(&number.to_string()))
        }
    }

    deserializer.deserialize_any(Value(make))
}
