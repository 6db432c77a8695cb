//! Fetches a script as the installer does: one HTTP request, a bounded answer.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LARGEST: u64 = 1 << 20;
const LONGEST: Duration = Duration::from_secs(10);

/// The text at an `http` address.
pub(super) async fn fetch(url: &str) -> io::Result<String> {
    tokio::time::timeout(LONGEST, get(url)).await.map_err(io::Error::other)?
}

async fn get(url: &str) -> io::Result<String> {
    let odd = |what: &str| io::Error::other(what.to_owned());
    let rest = url.strip_prefix("http://").ok_or_else(|| odd("only http is spoken"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let place = match authority.contains(':') {
        true => authority.to_owned(),
        false => format!("{authority}:80"),
    };
    let mut stream = TcpStream::connect(place).await?;
    let request = format!("GET /{path} HTTP/1.0\r\nHost: {authority}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LARGEST).read_to_end(&mut answer).await?;
    let answer = String::from_utf8(answer).map_err(io::Error::other)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| odd("this is no HTTP"))?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        status => Err(io::Error::other(format!("the server answers {status:?}"))),
    }
}
