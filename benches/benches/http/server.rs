//! The servers that are compared: one route, one thread that serves, no logging.

use axum::Router;
use tokio::net::TcpListener;

use crate::{on_axum, peers};

/// Serves `variant`, such as `axum-logto` or `actix-standard-webhooks-by-hand`, until it is killed.
pub(crate) fn serve(variant: &str) {
    #[cfg(feature = "metrics")]
    crate::counting::install();
    match variant.split_once('-') {
        Some(("axum", subject)) => run(on_axum::app(subject)),
        #[cfg(feature = "actix")]
        Some(("actix", subject)) => {
            let peer = peers::on_actix::configured(subject);
            run_actix(peer.unwrap_or_else(|| crate::on_actix::configured(subject)));
        }
        _ => run(peers::app(variant).unwrap_or_else(|| panic!("no variant {variant}"))),
    }
}

/// On one thread.
fn run(app: Router) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            println!("{}", listener.local_addr().expect("an address").port());
            axum::serve(listener, app).await.expect("the server runs");
        });
}

/// On one thread.
#[cfg(feature = "actix")]
fn run_actix(configure: crate::on_actix::Configure) {
    use actix_web::{App, HttpServer};

    actix_web::rt::System::new().block_on(async {
        let server =
            HttpServer::new(move || App::new().configure(|config| configure.as_ref()(config)))
                .workers(1)
                .bind("127.0.0.1:0")
                .expect("a free port");
        println!("{}", server.addrs()[0].port());
        server.run().await.expect("the server runs");
    });
}
