//! actix-web's headers, as the road looks them up.

use actix_web::http::header::HeaderMap;
use hookgate::pack::Headers;
use http::HeaderName;

/// Up to this many headers are compared one by one: a look-up by text parses and hashes the name first.
const FEW_HEADERS: usize = 24;

/// actix-web has header types of its own, and those of `http` 0.2.
pub(crate) struct RequestHeaders<'r>(pub(crate) &'r HeaderMap);

impl Headers for RequestHeaders<'_> {
    fn each<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        // Both give the values of one name in wire order.
        if self.0.len() <= FEW_HEADERS {
            for (known, value) in self.0 {
                if known.as_str() == name.as_str() {
                    each(value.as_bytes());
                }
            }
        } else {
            for value in self.0.get_all(name.as_str()) {
                each(value.as_bytes());
            }
        }
    }

    fn each_of<'a>(&'a self, names: &[HeaderName], each: &mut dyn FnMut(usize, &'a [u8])) {
        for (known, value) in self.0 {
            let known = known.as_str();
            if let Some(place) = names.iter().position(|name| known == name.as_str()) {
                each(place, value.as_bytes());
            }
        }
    }

    fn each_beginning<'a>(&'a self, prefix: &str, each: &mut dyn FnMut(&'a str, &'a [u8])) {
        // Names are in lower case here.
        for (name, value) in self.0 {
            if name.as_str().starts_with(prefix) {
                each(name.as_str(), value.as_bytes());
            }
        }
    }
}
