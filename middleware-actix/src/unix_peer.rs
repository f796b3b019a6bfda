//! [`note_unix_peer`]: a connection that came over a Unix socket.

use std::any::Any;

use actix_web::{HttpRequest, dev::Extensions};

/// The connection came over a Unix socket.
struct UnixPeer;

/// Notes of a connection that it came over a Unix socket, whose other end has no address. It belongs into
/// [`HttpServer::on_connect`](actix_web::HttpServer::on_connect).
///
/// What [`Networks`](hookgate::access::Networks) make of such a peer is their setting: see
/// [`behind_unix_socket`](hookgate::access::Networks::behind_unix_socket) and
/// [`allow_unix_socket`](hookgate::access::Networks::allow_unix_socket).
///
/// ```no_run
/// # #[cfg(unix)]
/// # async fn serve() -> std::io::Result<()> {
/// use actix_web::{App, HttpServer};
/// use hookgate_actix::note_unix_peer;
///
/// HttpServer::new(App::new)
///     .on_connect(note_unix_peer)
///     .bind_uds("/run/hooks/hooks.sock")?
///     .run()
///     .await
/// # }
/// ```
pub fn note_unix_peer(connection: &dyn Any, data: &mut Extensions) {
    #[cfg(unix)]
    if connection.is::<actix_web::rt::net::UnixStream>() {
        data.insert(UnixPeer);
    }
    #[cfg(not(unix))]
    let _ = (connection, data);
}

/// Whether [`note_unix_peer`] was told so of the request's connection.
pub(crate) fn is_on_unix_socket(request: &HttpRequest) -> bool {
    request.conn_data::<UnixPeer>().is_some()
}
