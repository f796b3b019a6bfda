//! The pages, one file for each. Each is a value that a template shows, and that is the page's JSON too.

mod compare;
mod dead;
mod deliveries;
mod delivery;
mod facts;
mod live;
mod overview;
mod words;

use std::sync::Arc;

use askama::Template;
use bytes::Bytes;
use hookgate::{Receiver, inbox::Operations, time::Clock};
use http::{Method, Response, StatusCode, header, request::Parts};
use serde::Serialize;

use crate::{
    answer::{self, Refused},
    assets::{SCRIPT, STYLE},
    command::InboxArguments,
    query::Query,
    recent::Recent,
};

/// What is shown.
pub(crate) struct Shown {
    pub(crate) receivers: Vec<Receiver>,
    pub(crate) recent: Option<Recent>,
    pub(crate) inbox: Option<Operations>,
    pub(crate) arguments: InboxArguments,
    pub(crate) shows_contents: bool,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What stands around each page.
struct Frame {
    base: String,
    /// The page's name in its address.
    page: &'static str,
    title: String,
    has_deliveries: bool,
    has_inbox: bool,
    /// Whether the inbox was asked and did not answer.
    is_inbox_away: bool,
    style: &'static str,
    script: &'static str,
    /// What `live` says now, where the page shows what is new.
    cursor: Option<String>,
}

impl Frame {
    fn aria(&self, page: &str) -> &'static str {
        if self.page == page { "page" } else { "false" }
    }
}

/// A request for a page.
struct Asked<'a> {
    shown: &'a Shown,
    base: &'a str,
    query: Query,
}

impl Asked<'_> {
    fn frame(&self, page: &'static str, title: impl Into<String>) -> Frame {
        Frame {
            base: self.base.to_owned(),
            page,
            title: title.into(),
            has_deliveries: self.shown.recent.is_some(),
            has_inbox: self.shown.inbox.is_some(),
            is_inbox_away: false,
            style: &STYLE.name,
            script: &SCRIPT.name,
            cursor: None,
        }
    }

    /// A link to another page.
    fn link(&self, page: &str, query: &Query) -> String {
        format!("{}/{page}{}", self.base, query.link())
    }
}

/// The answer to a request that may see the pages.
pub(crate) async fn answer(shown: &Shown, request: &Parts, mounted_at: &str) -> Response<Bytes> {
    let mut answer = match page(shown, request, mounted_at).await {
        Ok(answer) => answer,
        Err(refused) => refused.into(),
    };
    if request.method == Method::HEAD {
        *answer.body_mut() = Bytes::new();
    }
    answer
}

async fn page(shown: &Shown, request: &Parts, base: &str) -> Result<Response<Bytes>, Refused> {
    let path = request.uri.path();
    let path = path.strip_prefix(base).filter(|_| is_path(base));
    let path = path.ok_or(Refused::NOT_FOUND)?;
    let path = path.trim_start_matches('/');
    for asset in [&*STYLE, &*SCRIPT] {
        if path == asset.name {
            return Ok(answer::asset(asset.media_type, asset.body));
        }
    }
    let (name, is_json) = match path.strip_suffix(".json") {
        Some(name) => (name, true),
        None => (path, wants_json(request)),
    };
    let query = Query::read(request.uri.query()).ok_or(Refused::UNREADABLE)?;
    let asked = Asked { shown, base, query };
    match name {
        "" | "receivers" => shown_as(&overview::page(&asked).await?, is_json),
        "deliveries" => shown_as(&deliveries::page(&asked).await?, is_json),
        "delivery" => shown_as(&delivery::page(&asked).await?, is_json),
        "body" => delivery::body(&asked).await,
        "compare" => shown_as(&compare::page(&asked).await?, is_json),
        "dead" => shown_as(&dead::page(&asked).await?, is_json),
        "live" => Ok(answer::json(StatusCode::OK, &live::page(&asked).await?)),
        _ => Err(Refused::NOT_FOUND),
    }
}

/// Whether a link that begins with it stays on this host. A browser takes two slashes, of either kind, for another one.
fn is_path(base: &str) -> bool {
    !base.starts_with("//") && !base.starts_with("/\\")
}

fn shown_as<P: Template + Serialize>(page: &P, is_json: bool) -> Result<Response<Bytes>, Refused> {
    if is_json {
        return Ok(answer::json(StatusCode::OK, page));
    }
    // A template fails where a `Display` does, and none of ours does.
    let page = page.render().map_err(|_| Refused::BROKEN)?;
    Ok(answer::html(StatusCode::OK, page))
}

/// Whether JSON is asked for by name. A browser asks for HTML first.
fn wants_json(request: &Parts) -> bool {
    let accepts = |media_type: &str| {
        let values = request.headers.get_all(header::ACCEPT);
        let mut texts = values.into_iter().filter_map(|value| value.to_str().ok());
        texts.any(|text| text.contains(media_type))
    };
    accepts("application/json") && !accepts("text/html")
}
