//! A small HTTP server on loopback, for callers in other processes and for AWS's SDK.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

pub use hyper::Response;

/// A request whose body has arrived.
#[derive(Debug)]
pub struct Request {
    pub parts: Parts,
    pub body: Bytes,
    /// When the last byte of the body was there.
    pub arrived: Instant,
}

impl Request {
    /// The value of a header; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What a server does with requests.
pub trait Serve: Send + Sync + 'static {
    /// The response; `None` ends the connection without one.
    fn serve(&self, request: Request) -> impl Future<Output = Option<Response<Bytes>>> + Send;
}

/// Serves on a free port until it is dropped.
#[derive(Debug)]
pub struct LoopbackServer {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl LoopbackServer {
    pub fn start(serve: impl Serve) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let serve = Arc::new(serve);
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, Arc::clone(&serve)));
            }
        });
        Ok(Self { address, runtime: Some(runtime) })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn connection(stream: TcpStream, serve: Arc<impl Serve>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let serve = Arc::clone(&serve);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            let request = Request { parts, body, arrived: Instant::now() };
            // An error ends the connection.
            let response = serve.serve(request).await.ok_or_else(|| io::Error::other("no response"))?;
            Ok::<_, io::Error>(response.map(Full::new))
        }
    });
    // Whoever broke the connection has its own report of it.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
