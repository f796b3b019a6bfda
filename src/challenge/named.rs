//! [`Named`]: a name of the DNS, or all names below one.

/// The longest name in the DNS, in characters (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;
/// The longest label of one.
const LONGEST_LABEL: usize = 63;

/// A name, or with a dot in front all names below one, without that name itself. In lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named(String);

impl Named {
    /// `None` where it is no name, or would stand for a whole top-level domain.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let below = text.strip_prefix('.');
        let is_right = match below {
            Some(name) => is_name(name) && name.contains('.'),
            None => is_name(&text),
        };
        is_right.then_some(Self(text))
    }

    /// Exact, or below the name at one of its dots. Prefixes and mere endings are anybody's.
    pub(super) fn is_of(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        if self.0.starts_with('.') {
            name.len() > self.0.len() && name.ends_with(&*self.0)
        } else {
            name == self.0
        }
    }

    #[cfg(feature = "callbacks")]
    pub(super) fn is_own_machine(&self) -> bool {
        self.0 == "localhost"
    }
}

/// Whether it is a name of the DNS as hosts have it (RFC 1123, section 2.1).
pub(super) fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= LONGEST_LABEL
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= LONGEST_NAME && text.split('.').all(is_label)
}
