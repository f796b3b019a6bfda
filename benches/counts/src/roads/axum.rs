//! axum's.

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{Request, request::Parts};
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;

use super::Road;

pub(crate) struct Axum {
    runtime: Runtime,
    router: Router,
}

impl Axum {
    pub(crate) fn serving(router: Router) -> Self {
        let runtime = Builder::new_current_thread().enable_time().build();
        Self {
            runtime: runtime.expect("a runtime"),
            router,
        }
    }
}

impl Road for Axum {
    type Request = Request<Body>;

    fn request(&self, head: Parts, body: Bytes) -> Request<Body> {
        Request::from_parts(head, Body::from(body))
    }

    fn answer(&mut self, request: Request<Body>) -> u16 {
        let Self { runtime, router } = self;
        runtime.block_on(async {
            let Ok(response) = Service::call(router, request).await;
            let status = response.status().as_u16();
            response.into_body().collect().await.expect("a whole body");
            status
        })
    }
}
