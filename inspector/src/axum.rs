//! [`Behind::routes`]: the pages as an axum router.

use axum::{
    Router,
    body::Body,
    extract::{OriginalUri, Request},
    response::Response,
    routing::any,
};

use crate::Behind;

impl Behind {
    /// The pages as a router, to be nested: `app.nest("/ops/hookgate", behind.routes())`. Feature `axum`.
    ///
    /// A layer in front may put a user into the request's extensions, for the function that admits.
    ///
    /// ```
    /// use axum::Router;
    /// use hookgate_inspector::{Admission, Inspector, Recent};
    ///
    /// let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    /// let behind = inspector.behind(|_| async { Admission::Forbidden });
    /// let app: Router = Router::new().nest("/ops/hookgate", behind.routes());
    /// # let _ = app;
    /// ```
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let behind = self.clone();
        let page = any(
            move |OriginalUri(original): OriginalUri, request: Request| {
                let behind = behind.clone();
                async move {
                    let (mut head, _) = request.into_parts();
                    let mounted_at = mounted_at(original.path(), head.uri.path()).to_owned();
                    head.uri = original;
                    behind.answer(head, &mounted_at).await.map(Body::from) as Response
                }
            },
        );
        Router::new()
            .route("/", page.clone())
            .route("/{*page}", page)
    }
}

/// What `nest` has taken from the path.
fn mounted_at<'a>(original: &'a str, inner: &str) -> &'a str {
    let outer = original.strip_suffix(inner);
    outer.unwrap_or(original).trim_end_matches('/')
}
