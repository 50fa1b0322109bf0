//! What the browser asks for until the first screen works, and how many bytes come: as the network has
//! them, compressed and with their headers.

use std::fmt;

use e2e::{Browser, Options, Outcome};
use serde_json::Value;

/// kB that all files together may have (B-08), and requests.
const GOAL: (f64, usize) = (100.0, 5);

/// Every request, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Files(Vec<File>);

#[derive(Debug, PartialEq)]
struct File {
    id: String,
    name: String,
    encoding: String,
    /// The answer's, compressed.
    headers: u64,
    /// All that came.
    bytes: u64,
}

/// Opens the page once, on a network as fast as it is.
pub(crate) async fn measure(address: &str) -> Outcome<Files> {
    let browser = Browser::open_with_network_log(Options::default()).await?;
    browser.go(address).await?;
    browser.phone_screen().await?;
    Ok(Files::read(&browser.network_log().await?))
}

impl Files {
    fn read(events: &[Value]) -> Self {
        let mut files: Vec<File> = Vec::new();
        for event in events {
            let told = &event["params"];
            let id = told["requestId"].as_str().unwrap_or_default();
            let file = files.iter_mut().find(|file| file.id == id);
            match (event["method"].as_str(), file) {
                (Some("Network.requestWillBeSent"), None) => {
                    let url = told["request"]["url"].as_str().unwrap_or_default();
                    if let Some(name) = name(url) {
                        files.push(File {
                            id: id.to_owned(),
                            name,
                            encoding: String::new(),
                            headers: 0,
                            bytes: 0,
                        });
                    }
                }
                (Some("Network.responseReceived"), Some(file)) => {
                    file.encoding = encoding(&told["response"]["headers"]);
                    file.headers = bytes(&told["response"]);
                }
                (Some("Network.loadingFinished"), Some(file)) => {
                    file.bytes = bytes(told);
                }
                _ => {}
            }
        }
        // What the page had asked for ahead is asked for a second time and costs nothing.
        files.retain(|file| file.bytes > 0);
        Self(files)
    }
}

/// The last part of an address; nothing of what never goes over the network.
fn name(url: &str) -> Option<String> {
    let rest = url.strip_prefix("http")?;
    let (_, path) = rest.split_once("://")?.1.split_once('/')?;
    Some(format!("/{path}"))
}

fn bytes(told: &Value) -> u64 {
    told["encodedDataLength"].as_f64().unwrap_or_default() as u64
}

fn encoding(headers: &Value) -> String {
    let headers = headers.as_object().into_iter().flatten();
    let mut encodings = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let encoding = encodings.next().and_then(|(_, value)| value.as_str());
    encoding.unwrap_or("as it is").to_owned()
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| file | encoding | bytes | with headers |")?;
        writeln!(f, "| --- | --- | ---: | ---: |")?;
        let (mut content, mut all) = (0, 0);
        for file in &self.0 {
            let File {
                name,
                encoding,
                headers,
                bytes,
                ..
            } = file;
            let of_content = bytes.saturating_sub(*headers);
            writeln!(f, "| `{name}` | {encoding} | {of_content} | {bytes} |")?;
            content += of_content;
            all += bytes;
        }
        let (kilobytes, requests) = GOAL;
        let kilo = |bytes: u64| bytes as f64 / 1000.0;
        write!(
            f,
            "| {} requests (goal {requests}) | | {:.1} kB (goal {kilobytes:.0}) | {:.1} kB |",
            self.0.len(),
            kilo(content),
            kilo(all)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_file_is_counted_once_and_with_all_that_came() {
        let event = |method: &str, told: Value| json!({"method": method, "params": told});
        let sent = |id: &str, url: &str| {
            event(
                "Network.requestWillBeSent",
                json!({"requestId": id, "request": {"url": url}}),
            )
        };
        let events = [
            sent("1", "http://127.0.0.1:3000/"),
            event(
                "Network.responseReceived",
                json!({"requestId": "1", "response": {
                    "headers": {"Content-Encoding": "br"}, "encodedDataLength": 900,
                }}),
            ),
            event("Page.loadEventFired", json!({})),
            event(
                "Network.loadingFinished",
                json!({"requestId": "1", "encodedDataLength": 2500.0}),
            ),
            sent("2", "data:,"),
            sent("3", "http://127.0.0.1:3000/a.wasm"),
            event(
                "Network.loadingFinished",
                json!({"requestId": "3", "encodedDataLength": 0}),
            ),
        ];
        let files = Files::read(&events);
        let expected = File {
            id: "1".to_owned(),
            name: "/".to_owned(),
            encoding: "br".to_owned(),
            headers: 900,
            bytes: 2500,
        };
        assert_eq!(files.0, [expected]);
        let text = files.to_string();
        let last = "| 1 requests (goal 5) | | 1.6 kB (goal 100) | 2.5 kB |";
        assert!(text.ends_with(last), "{text}");
    }
}
