//! A small server of static files on this machine, for looking at the page and for its tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, bail};

/// Longest head of a request, bytes.
const HEAD_MAX: u64 = 16 * 1024;
/// Bytes that are read after an answer, at most.
const REST_MAX: u64 = 1024 * 1024;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder, and the port it is served on.
pub struct Server {
    folder: PathBuf,
    listener: TcpListener,
}

impl Server {
    /// Opens the port; port 0 is any free one. Only this machine can reach it.
    ///
    /// # Errors
    /// There is no such folder, or the port is taken.
    pub fn bind(folder: &Path, port: u16) -> anyhow::Result<Self> {
        let Ok(folder) = folder.canonicalize() else {
            bail!(
                "there is no folder {}; make it first with `geoul web build`",
                folder.display()
            );
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} cannot be opened; choose another with --port"))?;
        Ok(Self { folder, listener })
    }

    /// Where a browser finds it.
    ///
    /// # Errors
    /// The system does not say which port it is.
    pub fn address(&self) -> anyhow::Result<String> {
        Ok(format!("http://{}/", self.listener.local_addr()?))
    }

    /// Serves until the process ends.
    pub fn run(&self) {
        std::thread::scope(|scope| {
            for stream in self.listener.incoming().flatten() {
                scope.spawn(move || {
                    // A client that goes away has only itself to blame.
                    drop(serve(&self.folder, &stream));
                    drop(finish(&stream));
                });
            }
        });
    }
}

/// Takes what a client still sends: closing with some of it unread would reset the connection, and
/// the answer could be lost.
fn finish(stream: &TcpStream) -> std::io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    std::io::copy(&mut stream.take(REST_MAX), &mut std::io::sink())?;
    Ok(())
}

fn serve(folder: &Path, stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some(request) = Request::read(&mut BufReader::new(stream.take(HEAD_MAX)))? else {
        return answer(stream, "400 Bad Request", &[], b"");
    };
    let whole = match request.method.as_str() {
        "GET" => true,
        "HEAD" => false,
        _ => {
            return answer(
                stream,
                "405 Method Not Allowed",
                &[("Allow", "GET, HEAD")],
                b"",
            );
        }
    };
    let Some(file) = find(folder, &request.target) else {
        return answer(stream, "404 Not Found", &[], b"");
    };
    let bytes = std::fs::read(&file)?;
    let tag = tag(&file, bytes.len());
    // Browsers may keep files but must ask whether they are still right: a build changes them.
    let mut heads = vec![
        ("Content-Type", mime(&file)),
        ("ETag", tag.as_str()),
        ("Cache-Control", "no-cache"),
    ];
    if request.known.as_deref() == Some(tag.as_str()) {
        return answer(stream, "304 Not Modified", &heads[1..], b"");
    }
    let length = bytes.len().to_string();
    if whole {
        answer(stream, "200 OK", &heads, &bytes)
    } else {
        heads.push(("Content-Length", &length));
        head(stream, "200 OK", &heads)
    }
}

/// Changes whenever a file is written.
fn tag(file: &Path, length: usize) -> String {
    let modified = file.metadata().and_then(|m| m.modified()).ok();
    let age = modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    format!("\"{length:x}-{:x}\"", age.map_or(0, |a| a.as_nanos()))
}

fn answer(
    stream: &TcpStream,
    status: &str,
    heads: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<()> {
    let length = body.len().to_string();
    let mut all = heads.to_vec();
    if !status.starts_with("304") {
        all.push(("Content-Length", &length));
    }
    head(stream, status, &all)?;
    let mut stream = stream;
    stream.write_all(body)
}

fn head(mut stream: &TcpStream, status: &str, heads: &[(&str, &str)]) -> std::io::Result<()> {
    let mut text = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for (name, value) in heads {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all((text + "\r\n").as_bytes())
}

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    method: String,
    target: String,
    /// The tag of the file as the client has it.
    known: Option<String>,
}

impl Request {
    /// `None`: it is no request.
    fn read(from: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (Some(method), Some(target), Some(version)) =
            (words.next(), words.next(), words.next())
        else {
            return Ok(None);
        };
        if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
            return Ok(None);
        }
        let (method, target) = (method.to_owned(), target.to_owned());
        let mut known = None;
        loop {
            line.clear();
            // The end of what may be read, before the empty line: too long a head.
            if from.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            if line.trim().is_empty() {
                return Ok(Some(Self {
                    method,
                    target,
                    known,
                }));
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("if-none-match")
            {
                known = Some(value.trim().to_owned());
            }
        }
    }
}

/// The file of a target; `None`: there is none, or it lies outside the folder.
fn find(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = decoded(path)?;
    let mut file = folder.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part == "." || part == ".." || part.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    // A link may lead out of the folder.
    let file = file.canonicalize().ok()?;
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

/// A path without its `%20`s; `None`: it is no text.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "otf" => "font/otf",
        "md" | "ts" | "ron" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("geoul-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("page/deep")).unwrap();
        folder.canonicalize().unwrap()
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let at = folder("outside");
        let page = at.join("page");
        for file in ["secret.txt", "page/index.html", "page/deep/a b.js"] {
            std::fs::write(at.join(file), file).unwrap();
        }
        let found = |target| find(&page, target).is_some();
        assert!(found("/") && found("/index.html?cpu=1") && found("/deep/a%20b.js"));
        for target in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/deep/../../secret.txt",
            "/..%2fsecret.txt",
            "/..%5csecret.txt",
            "//../secret.txt",
            "/none.js",
            "/deep",
            "/%zz",
            "/a%00b",
        ] {
            assert!(!found(target), "{target}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at.join("secret.txt"), page.join("link.txt")).unwrap();
            assert!(!found("/link.txt"));
        }
        std::fs::remove_dir_all(&at).unwrap();
    }

    fn ask(address: &str, request: &str) -> String {
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn files_come_with_their_type_and_once() {
        let at = folder("serve");
        std::fs::write(at.join("page/a.wasm"), "\0asm").unwrap();
        let server = Server::bind(&at.join("page"), 0).unwrap();
        let address = server.address().unwrap();
        std::thread::spawn(move || server.run());
        let got = ask(&address, "GET /a.wasm HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(got.starts_with("HTTP/1.1 200 OK\r\n") && got.ends_with("\r\n\r\n\0asm"));
        assert!(got.contains("Content-Type: application/wasm\r\nETag: \""));
        let tag = got.split("ETag: ").nth(1).unwrap().lines().next().unwrap();
        let again = format!("GET /a.wasm HTTP/1.1\r\nif-none-match: {tag}\r\n\r\n");
        assert!(ask(&address, &again).starts_with("HTTP/1.1 304 "));
        let head = ask(&address, "HEAD /a.wasm HTTP/1.1\r\n\r\n");
        assert!(head.contains("Content-Length: 4\r\n") && head.ends_with("\r\n\r\n"));
        assert!(ask(&address, "GET /b HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(ask(&address, "POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        assert!(ask(&address, "hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(HEAD_MAX as usize));
        assert!(!ask(&address, &long).contains("200 OK"));
        std::fs::remove_dir_all(&at).unwrap();
    }

    #[test]
    fn no_folder_is_a_reason_to_build_one() {
        let error = Server::bind(Path::new("/no/such/folder"), 0).err().unwrap();
        assert!(error.to_string().contains("geoul web build"));
    }
}
