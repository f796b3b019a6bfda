//! [`OnLoopback::serve`]: a listener of its own.

use std::{convert::Infallible, fmt, future::Future, io, pin::pin, time::Duration};

use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, task::JoinSet, time};

use crate::OnLoopback;

/// So many connections are open at once: browsers of a few people.
const CONNECTIONS: usize = 64;
/// How long a request's head may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may last, its one answer read. Only a caller who does not read, or an inbox without a limit of its
/// own, takes so long.
const LONGEST: Duration = Duration::from_secs(60);
/// How long open requests may take once it is told to stop.
const LINGER: Duration = Duration::from_secs(2);
/// How long it waits where no connection can be taken, as where no more descriptors are free.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener is bound to an address that other machines can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotLoopback;

impl fmt::Display for NotLoopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the inspector is served on a loopback address alone: bind 127.0.0.1 or [::1], or mount it behind a login")
    }
}

impl std::error::Error for NotLoopback {}

impl OnLoopback {
    /// Serves the pages on `listener` until `stop` resolves, on tokio. Feature `loopback`.
    ///
    /// ```no_run
    /// use hookgate_inspector::{Inspector, Recent};
    /// use tokio::net::TcpListener;
    ///
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    /// let inspector = Inspector::builder().recent(&Recent::new()).build()?;
    /// let listener = TcpListener::bind("127.0.0.1:8025").await?;
    /// inspector.on_loopback().serve(listener, std::future::pending()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotLoopback`] where another machine could reach `listener`: nothing is served then.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        if !listener.local_addr()?.ip().to_canonical().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, NotLoopback));
        }
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let has_room = connections.len() < CONNECTIONS;
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = connections.join_next() => {}
                taken = listener.accept(), if has_room => match taken {
                    Ok((stream, peer)) => {
                        let pages = self.clone();
                        let service = service_fn(move |request: http::Request<_>| {
                            let pages = pages.clone();
                            async move {
                                let (head, _unread): (_, hyper::body::Incoming) = request.into_parts();
                                let answer = pages.answer(&head, peer).await;
                                Ok::<_, Infallible>(answer.map(Full::new))
                            }
                        });
                        let connection = http1::Builder::new()
                            .timer(TokioTimer::new())
                            .header_read_timeout(HEAD_TIMEOUT)
                            // One answer each: none holds its place while nobody asks, and `LONGEST` interrupts no next one.
                            .keep_alive(false)
                            .serve_connection(TokioIo::new(stream), service);
                        // Whether it ended well is its reader's to see.
                        connections.spawn(time::timeout(LONGEST, graceful.watch(connection)));
                    }
                    Err(_) => time::sleep(PAUSE).await,
                },
            }
        }
        let _ = time::timeout(LINGER, graceful.shutdown()).await;
        Ok(())
    }
}
