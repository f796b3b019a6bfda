//! actix-web's headers, as the road looks them up.

use actix_web::http::header::HeaderMap;
use hookgate::pack::Headers;
use http::HeaderName;

/// actix-web has header types of its own, and those of `http` 0.2. To walk through them costs more than to compare names,
/// and a look-up by text parses and hashes the name first. So they are walked through once for each request. The server
/// bounds how many there are.
pub(crate) struct RequestHeaders<'r>(Vec<(&'r str, &'r [u8])>);

impl<'r> RequestHeaders<'r> {
    pub(crate) fn of(headers: &'r HeaderMap) -> Self {
        let mut list = Vec::with_capacity(headers.len_keys());
        // Values of one name come in wire order, and names are in lower case.
        list.extend(
            headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes())),
        );
        Self(list)
    }
}

impl Headers for RequestHeaders<'_> {
    fn each<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        let name = name.as_str();
        for (known, value) in &self.0 {
            if *known == name {
                each(value);
            }
        }
    }

    fn each_beginning<'a>(&'a self, prefix: &str, each: &mut dyn FnMut(&'a str, &'a [u8])) {
        for (name, value) in &self.0 {
            if name.starts_with(prefix) {
                each(name, value);
            }
        }
    }
}
