//! A connection that breaks on demand.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Before the request reaches the server.
    BeforeRequest,
    /// After the server did what was asked, before its answer arrives.
    BeforeAnswer,
    /// Nothing arrives any more, and nobody is told.
    Silence,
    /// Not at all: for requests before the one that breaks.
    Through,
    /// The request reaches the server when [`Proxy::let_go`] says so. Its answer reaches nobody.
    Late,
}

#[derive(Debug, Default)]
struct Plan {
    next: Vec<Break>,
    requests: Vec<u8>,
    held: Vec<Held>,
}

/// A request that is on its way for longer than its sender waits.
#[derive(Debug)]
struct Held {
    request: Vec<u8>,
    server: TcpStream,
}

/// Forwards connections to a server, and breaks them on demand.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    plan: Arc<Mutex<Plan>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Forwards to `target`, a port of this machine.
    pub async fn start(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("bind to a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let accepting = tokio::spawn({
            let plan = plan.clone();
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(forward(client, target, plan.clone()));
                }
            }
        });
        Self {
            port,
            plan,
            accepting,
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Each of the next requests breaks in one of these ways, in order.
    pub fn break_next(&self, breaks: &[Break]) {
        let mut plan = lock(&self.plan);
        plan.next = breaks.iter().rev().copied().collect();
    }

    /// Breaks that no request has met yet.
    pub fn breaks_left(&self) -> usize {
        lock(&self.plan).next.len()
    }

    /// Delivers the requests that were held back, and waits until each was answered, which nobody sees.
    ///
    /// # Panics
    ///
    /// When there is none, or the server does not answer.
    pub async fn let_go(&self) {
        let held = std::mem::take(&mut lock(&self.plan).held);
        assert!(!held.is_empty(), "no request was held back");
        for Held {
            request,
            mut server,
        } in held
        {
            server.write_all(&request).await.expect("deliver a request");
            let answered = server.read(&mut [0; 65_536]).await;
            assert!(answered.is_ok_and(|length| length > 0), "no answer");
        }
    }

    /// The first byte of each request since it was last asked.
    pub fn requests(&self) -> Vec<u8> {
        std::mem::take(&mut lock(&self.plan).requests)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A PostgreSQL `Sync` alone: how sqlx's pool tests a connection that was given back.
const POOL_PING: u8 = b'S';

/// Until one side hangs up, or the plan says so.
async fn forward(mut client: TcpStream, target: u16, plan: Arc<Mutex<Plan>>) -> io::Result<()> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut request, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
    let mut lose_answer = false;
    // The first bytes are the greeting of a connection, which is let through.
    let mut greeted = false;
    loop {
        tokio::select! {
            length = client.read(&mut request) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                let breaks = {
                    let mut plan = lock(&plan);
                    plan.requests.push(request[0]);
                    let counts = greeted && request[0] != POOL_PING;
                    if counts { plan.next.pop() } else { None }
                };
                greeted = true;
                match breaks {
                    Some(Break::BeforeRequest) => return Ok(()),
                    Some(Break::Silence) => return std::future::pending().await,
                    Some(Break::BeforeAnswer) => lose_answer = true,
                    Some(Break::Late) => {
                        let request = request[..length].to_vec();
                        lock(&plan).held.push(Held { request, server });
                        return std::future::pending().await;
                    }
                    Some(Break::Through) | None => {}
                }
                server.write_all(&request[..length]).await?;
            }
            length = server.read(&mut answer) => {
                let length = length?;
                if length == 0 || lose_answer {
                    return Ok(());
                }
                client.write_all(&answer[..length]).await?;
            }
        }
    }
}
