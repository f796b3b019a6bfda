//! Which requests are answered at all.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName, Method, Version, request::Parts};

use crate::answer::Refused;

/// Headers that a proxy adds, beside all that begin with `x-forwarded-` and `x-original-`. Behind a proxy on the same
/// machine each peer is on loopback, so that its address says nothing.
const FORWARDED: [&str; 14] = [
    "cf-connecting-ip",
    "client-ip",
    "fastly-client-ip",
    "forwarded",
    "forwarded-for",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "x-host",
    "x-http-host-override",
    "x-real-ip",
    "x-request-start",
];
const FORWARDED_PREFIXES: [&str; 2] = ["x-forwarded", "x-original-"];

/// Whose links may lead to a page. Whoever follows one sees the page in a window of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// Those of this host, on any port.
    OfThisHost,
    /// Those of each site. A login at another site's identity provider ends in one, and a wiki may have one.
    OfAnySite,
}

/// Reading alone, and not on behalf of another site.
///
/// A browser says who has sent a request, and what for (Fetch Metadata, W3C). Programs that are no browsers say nothing.
pub(crate) fn of_any(request: &Parts, links: Links) -> Result<(), Refused> {
    if request.method != Method::GET && request.method != Method::HEAD {
        return Err(Refused::NOT_READING);
    }
    let said = |name| all_of(&request.headers, name);
    // Only the address of a window is changed. A frame says `iframe`, `frame`, `embed` or `object` for `document`.
    let is_followed = request.method == Method::GET
        && said("sec-fetch-mode").eq(["navigate"])
        && said("sec-fetch-dest").eq(["document"]);
    // No page there may read or embed.
    let is_foreign = said("sec-fetch-site").any(|site| match site {
        "same-origin" | "none" => false,
        "same-site" => !is_followed,
        "cross-site" => !is_followed || links != Links::OfAnySite,
        _ => true,
    });
    if is_foreign {
        return Err(Refused::ANOTHER_SITE);
    }
    Ok(())
}

/// From this machine, by its own name, and through nobody.
pub(crate) fn on_loopback(request: &Parts, peer: SocketAddr) -> Result<(), Refused> {
    if !peer.ip().to_canonical().is_loopback() {
        return Err(Refused::NOT_LOCAL);
    }
    let mut names = request.headers.keys().map(HeaderName::as_str);
    let is_forwarded = names.any(|name| {
        FORWARDED.contains(&name) || FORWARDED_PREFIXES.iter().any(|it| name.starts_with(it))
    });
    // nginx adds no header and names this machine unless it is told otherwise, but speaks HTTP/1.0. No browser does.
    if is_forwarded || request.version < Version::HTTP_11 {
        return Err(Refused::FORWARDED);
    }
    // A page of another site whose name was pointed at this machine (DNS rebinding) sends its own name.
    let mut hosts = all_of(&request.headers, "host");
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host,
        _ => return Err(Refused::ANOTHER_HOST),
    };
    let target = request.uri.authority().map(|authority| authority.as_str());
    if !is_own(host) || target.is_some_and(|target| !is_own(target)) {
        return Err(Refused::ANOTHER_HOST);
    }
    Ok(())
}

/// The values of a header. One that is no text stands for one that nobody expects.
fn all_of<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .into_iter()
        .map(|value| value.to_str().unwrap_or("?"))
}

/// Whether a host, with or without a port, is this machine's own name for itself.
fn is_own(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) => {
                let is_loopback = address.parse().is_ok_and(|it: Ipv6Addr| it.is_loopback());
                return is_loopback && is_port(port);
            }
            None => return false,
        },
        None => host.find(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let is_name = name.eq_ignore_ascii_case("localhost");
    let is_address = name.parse().is_ok_and(|it: IpAddr| it.is_loopback());
    (is_name || is_address) && is_port(port)
}

/// Nothing, or a colon and a number.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| {
            port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in [
            "localhost",
            "LocalHost:3000",
            "127.0.0.1",
            "127.8.9.1:80",
            "[::1]",
            "[::1]:3000",
        ] {
            assert!(is_own(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "localhost:evil",
            "localhost:80:80",
            "localhost:+80",
            "user@localhost",
            "localhost ",
            "127.0.0.1.evil.example",
            "128.0.0.1",
            "10.0.0.1",
            "0.0.0.0",
            "2130706433",
            "[::2]",
            "[::1",
            "[::1]x",
            "::1",
            "[127.0.0.1]",
        ] {
            assert!(!is_own(host), "{host}");
        }
    }
}
