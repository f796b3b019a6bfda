//! Which addresses an API may have, and what stands in headers to it.

use http::HeaderValue;
use reqwest::Url;

use crate::{
    access::{BadAddress, checked},
    setup::BuildError,
};

/// Scheme and host of an API.
pub(in crate::providers) fn address(url: &str) -> Result<Url, BuildError> {
    let url = checked(url).map_err(|why| {
        BuildError::Access(match why {
            BadAddress::NoUrl => "an address of the sender's API is no URL",
            BadAddress::HasUser => "an address of the sender's API has a user or password in it",
            BadAddress::NotHttps => "an address of the sender's API must be https",
        })
    })?;
    // The path is the API's. One that was given would be dropped.
    if url.path() == "/" && url.query().is_none() && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(BuildError::Access(
            "an address of the sender's API has a path: give scheme and host alone",
        ))
    }
}

/// A value that no log of the HTTP client shows.
pub(in crate::providers) fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}
