//! [`rebuilt`]: a request out of what an inbox kept of it.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Uri, header,
    uri::{Authority, PathAndQuery, Scheme},
};

use crate::inbox::StoredRequest;

/// The request as it came, as far as it was kept. `None` where it is none of `http`'s.
///
/// What was asked for as host is both in the target and in `Host`. HTTP/2 has it in the one, HTTP/1.1 in the other, and
/// which it was is not kept. RFC 9112 (section 3.2.2) takes both together. The scheme is not kept either: it is `http`,
/// since TLS ends in front of the application.
pub(super) fn rebuilt<B: From<Bytes>>(stored: &StoredRequest) -> Option<Request<B>> {
    let mut request = Request::new(B::from(stored.body.clone()));
    *request.method_mut() = Method::from_bytes(stored.method.as_bytes()).ok()?;
    *request.uri_mut() = target(stored)?;
    let headers = request.headers_mut();
    for (name, value) in &stored.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(value).ok()?);
    }
    if let Some(host) = &stored.authority {
        headers.insert(header::HOST, HeaderValue::from_str(host).ok()?);
    }
    let length = HeaderValue::from(stored.body.len());
    headers.insert(header::CONTENT_LENGTH, length);
    Some(request)
}

fn target(stored: &StoredRequest) -> Option<Uri> {
    let path_and_query = match &stored.query {
        Some(query) => format!("{}?{query}", stored.path),
        None => stored.path.to_string(),
    };
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    // A `Host` may be what no target can have. Then it is in the header alone.
    let host = stored.authority.as_deref();
    if let Some(host) = host.and_then(|host| host.parse::<Authority>().ok()) {
        parts.authority = Some(host);
        parts.scheme = Some(Scheme::HTTP);
    }
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn stored() -> StoredRequest {
        StoredRequest {
            method: "POST".into(),
            path: "/a%2Fb//c".into(),
            query: Some("x=1&x=%00&".into()),
            authority: Some("hooks.example:8443".into()),
            route_params: Vec::new(),
            headers: [("b", "2"), ("a", "\u{e9}"), ("b", "1")]
                .map(|(name, value)| (name.into(), Bytes::from(value)))
                .into(),
            body: Bytes::from_static(b"\0body"),
        }
    }

    #[test]
    fn a_request_is_rebuilt_as_it_came() {
        let request: Request<Bytes> = rebuilt(&stored()).unwrap();
        assert_eq!(request.method(), Method::POST);
        let target = "http://hooks.example:8443/a%2Fb//c?x=1&x=%00&";
        assert_eq!(request.uri(), target);
        let headers = request.headers();
        let ordered: Vec<_> = headers.get_all("b").iter().collect();
        assert_eq!(ordered, ["2", "1"]);
        assert_eq!(headers["a"].as_bytes(), "\u{e9}".as_bytes());
        assert_eq!(headers["host"], "hooks.example:8443");
        assert_eq!(headers["content-length"], "5");
        assert_eq!(request.body(), &stored().body);
    }

    #[test]
    fn a_host_that_no_target_can_have_is_in_its_header_alone() {
        for authority in [None, Some("two words"), Some("")] {
            let request: Request<Bytes> = rebuilt(&StoredRequest {
                authority: authority.map(Box::from),
                ..stored()
            })
            .unwrap();
            assert_eq!(request.uri(), "/a%2Fb//c?x=1&x=%00&");
            let host = request.headers().get("host").map(HeaderValue::as_bytes);
            assert_eq!(host, authority.map(str::as_bytes));
        }
    }

    #[test]
    fn what_is_no_request_is_not_rebuilt() {
        let method = StoredRequest {
            method: "two words".into(),
            ..stored()
        };
        let path = StoredRequest {
            path: "/\u{7f}".into(),
            ..stored()
        };
        let header = StoredRequest {
            headers: vec![("a".into(), Bytes::from_static(b"\r\n"))],
            ..stored()
        };
        let host = StoredRequest {
            authority: Some("a\0".into()),
            ..stored()
        };
        for it in [method, path, header, host] {
            assert!(rebuilt::<Bytes>(&it).is_none(), "{:?}", it.path);
        }
    }
}
