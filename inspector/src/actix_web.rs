//! [`Behind::scope`]: the pages as a scope of actix-web.

use actix_web::{
    HttpRequest, HttpResponse, Scope,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web,
};
use http::request::Parts;

use crate::Behind;

impl Behind {
    /// The pages as a scope: `app.service(behind.scope("/ops/hookgate"))`. Feature `actix-web`.
    ///
    /// The function that admits gets method, address and headers. Extensions of actix-web stay there.
    ///
    /// ```
    /// use actix_web::App;
    /// use hookgate_inspector::{Admission, Inspector, Recent};
    ///
    /// let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    /// let behind = inspector.behind(|_| async { Admission::Forbidden });
    /// let app = App::new().service(behind.scope("/ops/hookgate"));
    /// # let _ = app;
    /// ```
    pub fn scope(&self, path: &str) -> Scope {
        let behind = self.clone();
        web::scope(path).default_service(web::to(move |request: HttpRequest| {
            let behind = behind.clone();
            async move { answer(&behind, &request).await }
        }))
    }
}

async fn answer(behind: &Behind, request: &HttpRequest) -> HttpResponse {
    let Some(head) = head(request) else {
        return HttpResponse::BadRequest().finish();
    };
    let inner = request.match_info().unprocessed();
    let path = request.uri().path();
    // What actix-web has decoded is no part of the path as it was sent, and of no page's address.
    let Some(mounted_at) = path.strip_suffix(inner) else {
        return HttpResponse::NotFound().finish();
    };
    let mounted_at = mounted_at.trim_end_matches('/');
    let answer = behind.answer(head, mounted_at).await;
    let (answer, body) = answer.into_parts();
    let status = StatusCode::from_u16(answer.status.as_u16());
    let mut response = HttpResponse::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in &answer.headers {
        // Both crates take the same names and values, so nothing is lost here.
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_str().as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response.set_body(actix_web::body::BoxBody::new(body))
}

/// In the types of `http` 1.x. `None` where that does not take what `http` 0.2 took.
fn head(request: &HttpRequest) -> Option<Parts> {
    let mut head = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.uri().to_string());
    for (name, value) in request.headers() {
        head = head.header(name.as_str(), value.as_bytes());
    }
    Some(head.body(()).ok()?.into_parts().0)
}
