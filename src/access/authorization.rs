//! How an `Authorization` value is split (RFC 9110, section 11.6.2).

/// The credentials of an `Authorization` value, if it is of `scheme`: scheme, one space or more, the
/// rest. Scheme names have no letter case.
pub(crate) fn of_scheme<'a>(value: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let (name, rest) = value.split_at_checked(scheme.len())?;
    let credentials = rest.trim_ascii_start();
    (name.eq_ignore_ascii_case(scheme) && credentials.len() < rest.len()).then_some(credentials)
}
