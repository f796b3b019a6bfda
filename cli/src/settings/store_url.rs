//! URLs of databases, which may hold a password.

/// Whether a store's URL has a password: behind a colon and before an `@`, or as a parameter of Postgres (`password`,
/// `sslpassword`). A URL that cannot be used counts too: with `/` or `?` in its password, others have still seen it.
pub(crate) fn has_password(url: &str) -> bool {
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    // Their rest is a path.
    if matches!(scheme, "sqlite" | "memory") {
        return false;
    }
    let before_host = rest.rsplit_once('@').map_or("", |(user, _)| user);
    before_host.contains(':') || rest.split(['?', '&', '#']).skip(1).any(names_password)
}

/// Whether a parameter is a password, read as a store reads it: decoded, and without the line ends and tabs that
/// URLs lose.
fn names_password(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    let name = name.replace(['\n', '\r', '\t'], "");
    let name = percent_encoding::percent_decode_str(&name).decode_utf8_lossy();
    let name = name.to_ascii_lowercase();
    name.contains("password") || ["pass", "pwd"].contains(&name.as_str())
}
