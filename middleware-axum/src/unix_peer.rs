//! [`UnixPeer`]: a connection that came over a Unix socket.

#[cfg(unix)]
use axum::{extract::connect_info::Connected, serve::IncomingStream};
#[cfg(unix)]
use tokio::net::UnixListener;

/// Says that a connection came over a Unix socket, whose other end has no address. What
/// [`Networks`](hookgate::access::Networks) make of such a peer is their setting: see
/// [`behind_unix_socket`](hookgate::access::Networks::behind_unix_socket) and
/// [`allow_unix_socket`](hookgate::access::Networks::allow_unix_socket).
///
/// ```no_run
/// # #[cfg(unix)]
/// # async fn serve(app: axum::Router) -> std::io::Result<()> {
/// use hookgate_axum::UnixPeer;
///
/// let listener = tokio::net::UnixListener::bind("/run/hooks/hooks.sock")?;
/// axum::serve(listener, app.into_make_service_with_connect_info::<UnixPeer>()).await
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UnixPeer;

#[cfg(unix)]
impl Connected<IncomingStream<'_, UnixListener>> for UnixPeer {
    fn connect_info(_: IncomingStream<'_, UnixListener>) -> Self {
        Self
    }
}
