//! Which addresses, countries and links a setting takes.

use super::*;

fn public(text: &str) -> PublicUrl {
    text.parse().unwrap()
}

#[test]
fn an_address_is_scheme_host_and_port_alone() {
    for (text, shown) in [
        ("https://Login.Example.com", "https://login.example.com"),
        (
            "https://login.example.com:443/",
            "https://login.example.com",
        ),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
    ] {
        assert_eq!(public(text).to_string(), shown);
    }
    for bad in [
        "",
        "login.example.com",
        "ftp://a",
        "https://",
        "https://a/b",
        "https://a?b",
        "https://a#b",
        "https://u:p@a",
    ] {
        assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
    }
}

#[test]
fn only_our_own_origin_is_ours_c_16() {
    let ours = public("https://login.example.com");
    assert!(ours.is_origin("https://login.example.com"));
    for other in [
        "null",
        "",
        "http://login.example.com",
        "https://login.example.com:8443",
        "https://example.com",
        "https://login.example.com.evil.example",
        "http://localhost:3000",
    ] {
        assert!(!ours.is_origin(other), "{other}");
    }
}

#[test]
fn in_development_every_page_of_this_machine_is_ours() {
    let ours = public("http://localhost:3000");
    for same in [
        "http://localhost:3000",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:1",
    ] {
        assert!(ours.is_origin(same), "{same}");
    }
    for other in [
        "http://evil.example",
        "https://localhost:3000",
        "http://localhost.evil.example",
        "null",
    ] {
        assert!(!ours.is_origin(other), "{other}");
    }
}

#[test]
fn the_otp_service_is_never_reached_in_clear_over_a_network_d_01() {
    for fine in [
        "https://api.streambird.io",
        "http://127.0.0.1:3001",
        "http://localhost:3001",
        "http://[::1]:1",
    ] {
        assert!(fine.parse::<ServiceUrl>().is_ok(), "{fine}");
    }
    for bad in [
        "http://api.streambird.io",
        "http://10.0.0.1:3001",
        "http://localhost.example",
        "otp:3001",
    ] {
        assert!(bad.parse::<ServiceUrl>().is_err(), "{bad}");
    }
}

#[test]
fn a_link_leads_to_a_page() {
    for fine in ["https://example.com/terms", "http://example.com", "/terms"] {
        assert!(fine.parse::<Link>().is_ok(), "{fine}");
    }
    for bad in [
        "javascript:alert(1)",
        "//evil.example",
        "data:text/html,x",
        "terms",
        "/\\evil.example",
        "",
    ] {
        assert!(bad.parse::<Link>().is_err(), "{bad}");
    }
}
