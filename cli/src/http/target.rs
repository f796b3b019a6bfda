//! [`Target`]: where requests go.

use http::Uri;

/// An `http` or `https` URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) is_tls: bool,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// For the `host` header.
    pub(crate) authority: String,
    /// Path and query.
    pub(crate) path: String,
    /// Whether the URL has a path, if only `/`.
    pub(crate) names_path: bool,
}

impl Target {
    /// The URL, as it is signed by senders that sign it.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path)
    }

    /// Reads a URL. A user or password before the host is refused: others can see the arguments of a program. A query is
    /// part of the route, and some endpoints have a token there, so it is taken as it is.
    pub(crate) fn read(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "not a URL".to_owned())?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("a URL begins with http:// or https://".to_owned()),
        };
        let authority = uri.authority().ok_or("the URL has no host")?;
        if authority.as_str().contains('@') {
            return Err(
                "the URL has a user or a password, and others can see the arguments of a program"
                    .to_owned(),
            );
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err("the URL has no host".to_owned());
        }
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let end_of_host = after_scheme.find(['/', '?', '#']);
        let rest = end_of_host.and_then(|place| after_scheme.get(place..));
        Ok(Self {
            is_tls,
            names_path: rest.is_some_and(|rest| rest.starts_with('/')),
            port: authority
                .port_u16()
                .unwrap_or(if is_tls { 443 } else { 80 }),
            authority: authority.to_string(),
            path: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            host,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_url_is_taken_apart() {
        let target = Target::read("https://[::1]/hook?a=b");
        assert_eq!(
            target,
            Ok(Target {
                is_tls: true,
                host: "::1".to_owned(),
                port: 443,
                authority: "[::1]".to_owned(),
                path: "/hook?a=b".to_owned(),
                names_path: true,
            })
        );
        for (url, names_path) in [
            ("http://localhost:3000", false),
            ("http://localhost:3000?a=/", false),
            ("http://localhost:3000/", true),
        ] {
            let target = Target::read(url).map(|it| (it.port, it.names_path));
            assert_eq!(target, Ok((3000, names_path)), "{url}");
        }
    }

    #[test]
    fn a_query_is_part_of_the_route_and_a_user_before_the_host_is_refused() {
        let target = Target::read("http://localhost/hook?token=k3y&by=a@b");
        assert_eq!(
            target.map(|it| it.path).as_deref(),
            Ok("/hook?token=k3y&by=a@b")
        );
        for url in ["http://k3y@localhost/", "http://:k3y@localhost/"] {
            let error = Target::read(url).err().unwrap_or_default();
            assert!(error.contains("a user or a password"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for url in [
            "",
            "localhost:3000",
            "ftp://localhost/",
            "http:///hook",
            "http://user:s3cret@localhost/",
        ] {
            let error = Target::read(url).err().unwrap_or_default();
            assert!(!error.is_empty(), "{url}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
