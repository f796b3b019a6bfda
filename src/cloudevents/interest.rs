//! [`Interest`]: which types of events an application wants.

/// Which types of events an application wants.
///
/// ```
/// use hookgate::cloudevents::Interest;
///
/// assert!(Interest::exact("com.acme.order.paid").wants("com.acme.order.paid"));
/// assert!(Interest::prefix("com.acme.order.").wants("com.acme.order.paid.v2"));
/// assert!(Interest::topic("order.paid").wants("com.acme.order.paid.v2"));
/// assert!(!Interest::topic("order.paid").wants("com.acme.reorder.paid"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest(Wanted);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Exact(Box<str>),
    Prefix(Box<str>),
    Topic(Box<str>),
}

impl Interest {
    /// This type alone.
    pub fn exact(event_type: impl Into<Box<str>>) -> Self {
        Self(Wanted::Exact(event_type.into()))
    }

    /// Every type that begins so. End it with a dot, or `com.acme.order` also wants `com.acme.orders`.
    pub fn prefix(prefix: impl Into<Box<str>>) -> Self {
        Self(Wanted::Prefix(prefix.into()))
    }

    /// Every type that ends in these whole words, behind any prefix, and in any version: a last word such as `v1` is left
    /// out of account.
    pub fn topic(name: impl Into<Box<str>>) -> Self {
        Self(Wanted::Topic(name.into()))
    }

    /// Whether it wants events of this type.
    pub fn wants(&self, event_type: &str) -> bool {
        match &self.0 {
            Wanted::Exact(exact) => **exact == *event_type,
            Wanted::Prefix(prefix) => event_type.starts_with(&**prefix),
            Wanted::Topic(name) => {
                ends_in(event_type, name)
                    || unversioned(event_type).is_some_and(|it| ends_in(it, name))
            }
        }
    }
}

/// The type of that name.
impl From<&str> for Interest {
    fn from(event_type: &str) -> Self {
        Self::exact(event_type)
    }
}

fn ends_in(event_type: &str, name: &str) -> bool {
    let before = event_type.strip_suffix(name);
    !name.is_empty() && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// A type without its version, where its last word is one: `v` and digits.
pub(crate) fn unversioned(event_type: &str) -> Option<&str> {
    let (unversioned, version) = event_type.rsplit_once('.')?;
    let version = version.strip_prefix('v')?;
    let is_one = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then_some(unversioned)
}
