//! actix-web's.

use actix_http::Request;
use actix_web::{
    App, Error,
    body::{BoxBody, to_bytes},
    dev::{Service, ServiceResponse},
    rt::{System, SystemRunner},
    test::{TestRequest, init_service},
};
use bytes::Bytes;
use http::request::Parts;

use super::Road;
use crate::on_actix::Configure;

pub(crate) struct Actix {
    system: SystemRunner,
    app: Box<dyn Answering>,
}

/// The application's service, whose type has no name.
trait Answering {
    fn answer(&self, system: &SystemRunner, request: Request) -> u16;
}

impl<S> Answering for S
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = Error>,
{
    fn answer(&self, system: &SystemRunner, request: Request) -> u16 {
        system.block_on(async {
            let response = self.call(request).await.expect("an answer");
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body()).await;
            body.expect("a whole body");
            status
        })
    }
}

impl Actix {
    pub(crate) fn serving(configure: &Configure) -> Self {
        let system = System::new();
        let app = App::new().configure(|config| configure(config));
        let app = Box::new(system.block_on(init_service(app)));
        Self { system, app }
    }
}

impl Road for Actix {
    type Request = Request;

    fn request(&self, head: Parts, body: Bytes) -> Request {
        let mut request = TestRequest::post().uri(&head.uri.to_string());
        for (name, value) in &head.headers {
            request = request.append_header((name.as_str(), value.as_bytes()));
        }
        request.set_payload(body).to_request()
    }

    fn answer(&mut self, request: Request) -> u16 {
        self.app.answer(&self.system, request)
    }
}
