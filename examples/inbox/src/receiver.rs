//! The process that accepts. It has no handler.

use axum::{Router, routing::post};
use hookgate_axum::ReceiverExt;
use tokio::net::TcpListener;

use crate::{Result, database::Database, endpoints::Endpoints, process::READY};

pub(crate) async fn run(address: &str, url: &str) -> Result<()> {
    let endpoints = match Database::open(url).await? {
        Database::Sqlite { inbox, .. } => Endpoints::new(inbox)?,
        Database::Postgres { inbox, .. } => Endpoints::new(inbox)?,
    };
    // Nothing is called behind the layers.
    let nothing = async || ();
    let app = Router::new()
        .route("/logto", post(nothing).layer(endpoints.logto.layer()))
        .route("/facephi", post(nothing).layer(endpoints.facephi.layer()))
        .route("/idcloud", post(nothing).layer(endpoints.idcloud.layer()))
        .route(
            "/unico-check",
            post(nothing).layer(endpoints.unico_check.layer()),
        );
    let listener = TcpListener::bind(address).await?;
    println!("{READY}");
    axum::serve(listener, app).await?;
    Ok(())
}
