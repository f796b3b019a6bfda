//! The two files that pages name: a style sheet and a script. Their names change with their bytes.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file of the page's own.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    pub(crate) body: &'static str,
}

/// So much of the hash stands in a name: enough to tell releases apart.
const NAME_BYTES: usize = 8;

fn asset(stem: &str, ending: &str, media_type: &'static str, body: &'static str) -> Asset {
    let hash = Sha256::digest(body);
    let hash: String = hash
        .iter()
        .take(NAME_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Asset {
        name: format!("{stem}-{hash}.{ending}"),
        media_type,
        body,
    }
}

pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../assets/inspector.css");
    asset("style", "css", "text/css; charset=utf-8", body)
});
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../assets/inspector.js");
    asset("script", "js", "text/javascript; charset=utf-8", body)
});
