//! Which compressed form a browser takes (RFC 9110, 12.5.3).

use http::{HeaderMap, header};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// Whether the request names the encoding, or all of them, without a weight of zero.
pub(super) fn accepted(headers: &HeaderMap, encoding: Encoding) -> bool {
    let weights = |wanted: &str| {
        headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|item| {
                let (name, weight) = item.split_once(';').unwrap_or((item, ""));
                name.trim()
                    .eq_ignore_ascii_case(wanted)
                    .then(|| !is_zero(weight))
            })
            .next()
    };
    weights(encoding.as_str())
        .or_else(|| weights("*"))
        .unwrap_or(false)
}

fn is_zero(weight: &str) -> bool {
    weight.trim().strip_prefix("q=").is_some_and(|number| {
        number
            .trim()
            .parse::<f32>()
            .is_ok_and(|number| number <= 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_browser_chooses_what_it_is_sent() {
        for (asked, brotli, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("BR", true, false),
            ("gzip;q=1.0, br;q=0", false, true),
            ("br;q=0.000, *", false, true),
            ("*;q=0", false, false),
            ("identity", false, false),
            ("", false, false),
            ("brotli, x-gzip", false, false),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(asked))]);
            assert_eq!(accepted(&headers, Encoding::Brotli), brotli, "{asked}");
            assert_eq!(accepted(&headers, Encoding::Gzip), gzip, "{asked}");
        }
        assert!(!accepted(&HeaderMap::new(), Encoding::Gzip));
    }
}
