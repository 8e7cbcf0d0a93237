use tokio::net::TcpListener;

/// Starts a server that reads each request and closes the connection without a response. Returns its URL.
pub async fn silent_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.readable().await.unwrap();
            let mut request = vec![0; 65536];
            let _ = stream.try_read(&mut request);
        }
    });
    format!("http://{address}")
}
