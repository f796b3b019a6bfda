//! The kit's table through real servers: every framework, on a socket, over HTTP/1.1 and HTTP/2.

use std::{convert::Infallible, future::Future, net::TcpListener, thread, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, rt::System, web};
use bytes::Bytes;
use hookgate::{
    Ack, Receiver,
    framework::{DeliverySlot, Outcome, Verdict},
    simulator::Sent,
    testing::{Bench, Effect, Host, Kit, Reply, Scenario},
    tower::{AnswerBody, ReceiverLayer},
};
use hookgate_actix::ReceiverExt as _;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, task::AbortHandle};
use tower::{Layer, ServiceExt, service_fn};

use crate::application::{LogtoEvent, OPEN, PATH, actix_handler, logto, logto_sender, on_axum};

#[derive(Debug, Clone, Copy)]
enum Framework {
    Axum,
    ActixWeb,
    Tower,
}

#[derive(Debug, Clone, Copy)]
enum Protocol {
    Http1,
    Http2,
}

struct OverHttp {
    framework: Framework,
    protocol: Protocol,
}

struct Running {
    address: std::net::SocketAddr,
    server: Server,
}

enum Server {
    Task(AbortHandle),
    Threads(ServerHandle),
}

impl Drop for Running {
    fn drop(&mut self) {
        match &self.server {
            Server::Task(task) => task.abort(),
            // It is told at once. Its threads end by themselves.
            Server::Threads(server) => drop(server.stop(false)),
        }
    }
}

impl Host for OverHttp {
    type App = Running;

    async fn start(&self, bench: &Bench) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let server = match self.framework {
            Framework::Axum => {
                let app = on_axum::<LogtoEvent>(bench, logto(bench));
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let serving = async { axum::serve(listener, app).await.unwrap() };
                Server::Task(tokio::spawn(serving).abort_handle())
            }
            Framework::ActixWeb => {
                let receiver = bench.build(logto(bench)).unwrap();
                Server::Threads(serve_actix(listener, receiver, bench.effect()))
            }
            Framework::Tower => {
                let receiver = bench.build(logto(bench)).unwrap();
                let serving = serve_tower(listener, receiver, bench.effect());
                Server::Task(tokio::spawn(serving).abort_handle())
            }
        };
        Running { address, server }
    }

    async fn call(&self, app: &Running, sent: Sent) -> Reply {
        let stream = TokioIo::new(TcpStream::connect(app.address).await.unwrap());
        let mut request = sent
            .with_header("host", "localhost")
            .into_request()
            .unwrap()
            .map(Full::<Bytes>::from);
        // Both futures belong to this call. Dropping it closes the connection.
        let response = match self.protocol {
            Protocol::Http1 => {
                let (mut sender, connection) =
                    hyper::client::conn::http1::handshake(stream).await.unwrap();
                beside(answer(sender.send_request(request)), connection).await
            }
            Protocol::Http2 => {
                request.headers_mut().remove("host");
                let target = format!("http://localhost{}", request.uri());
                *request.uri_mut() = target.parse().unwrap();
                let (mut sender, connection) =
                    hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
                        .await
                        .unwrap();
                beside(answer(sender.send_request(request)), connection).await
            }
        };
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter();
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), value.into_owned())
        });
        Reply::new(parts.status.as_u16(), headers, body)
    }

    async fn drive<T>(&self, play: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(Duration::from_secs(20), play)
            .await
            .ok()
    }
}

async fn answer(
    answered: impl Future<Output = hyper::Result<Response<Incoming>>>,
) -> Response<Bytes> {
    let (parts, body) = answered.await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

/// Goes on with `aside` as long as `main` needs it.
async fn beside<T, U>(main: impl Future<Output = T>, aside: impl Future<Output = U>) -> T {
    let aside = async {
        let _ = aside.await;
        std::future::pending::<T>().await
    };
    tokio::select! {
        output = main => output,
        never = aside => never,
    }
}

fn serve_actix(listener: TcpListener, receiver: Receiver, effect: Effect) -> ServerHandle {
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let server = HttpServer::new(move || {
                let hook = web::resource(PATH).wrap(receiver.middleware());
                App::new()
                    .app_data(web::Data::new(effect.clone()))
                    .service(hook.route(web::post().to(actix_handler::<LogtoEvent>)))
            })
            .workers(1)
            .disable_signals()
            .listen_auto_h2c(listener)
            .unwrap()
            .run();
            tell.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    told.recv().unwrap()
}

async fn serve_tower(listener: TcpListener, receiver: Receiver, effect: Effect) {
    let gate = ReceiverLayer::<Full<Bytes>>::new(receiver);
    let inside =
        service_fn(move |request: Request<Full<Bytes>>| on_request(effect.clone(), request));
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (connection, _) = listener.accept().await.unwrap();
        let service = gate
            .layer(inside.clone())
            .map_request(|request: Request<Incoming>| request)
            .map_response(|response: Response<AnswerBody<Full<Bytes>>>| response);
        tokio::spawn(async move {
            // An error is a connection that the sender broke off.
            let _ = auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(connection), TowerToHyperService::new(service))
                .await;
        });
    }
}

async fn on_request(
    effect: Effect,
    request: Request<Full<Bytes>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let slot = request.extensions().get::<DeliverySlot>().unwrap().clone();
    let _delivery = slot.take::<LogtoEvent>().unwrap();
    let mut response = Response::new(Full::default());
    let outcome = match effect.happens().await {
        Ok(()) => Outcome::from(Ack::processed()),
        Err(error) => {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            hookgate::Nack::from(error).into()
        }
    };
    response.extensions_mut().insert(Verdict(outcome));
    Ok(response)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_the_same_on_every_framework_and_protocol() {
    for framework in [Framework::Axum, Framework::ActixWeb, Framework::Tower] {
        for protocol in [Protocol::Http1, Protocol::Http2] {
            let host = OverHttp {
                framework,
                protocol,
            };
            let report = Kit::new(host, logto_sender()).run(Scenario::ALL).await;
            println!("{framework:?} over {protocol:?}\n{report}");
            // Servers log on threads of their own.
            report.assert_passed_but([Scenario::Redaction, OPEN[0], OPEN[1]]);
        }
    }
}
